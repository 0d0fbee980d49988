"""Time back: against a count of minutes, on ordinary days and when clocks change."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import Attendee, EventCopy, EventRef, Response, ShowAs, Span
from policy_agent.domain.notes import WORKING_HOURS
from policy_agent.domain.time_back import (
    QUARTER,
    TimeBack,
    Work,
    WorkingTime,
    time_back,
    took_part,
)
from policy_agent.domain.where import NOWHERE

LONDON = ZoneInfo("Europe/London")
SANTIAGO = ZoneInfo("America/Santiago")  # its clocks go back at midnight, and forward at midnight
ZONES = [LONDON, SANTIAGO, ZoneInfo("America/Havana"), ZoneInfo("Australia/Lord_Howe")]
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # London's clocks change on these Sundays
MINUTE = timedelta(minutes=1)
HOLIDAY = date(2026, 5, 25)


def working(
    zone: ZoneInfo = LONDON,
    days: frozenset[int] = frozenset(range(5)),
    hours: tuple[time, time] = (time(8, 30), time(17, 30)),
) -> WorkingTime:
    return WorkingTime(zone=zone, days=days, hours=hours, holidays={HOLIDAY})


def london(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def span(starts: datetime, ends: datetime) -> Span:
    return Span(starts=starts.astimezone(UTC), ends=ends.astimezone(UTC))


MONDAY = date(2026, 6, 1)
WEEK = span(london(MONDAY, 0), london(MONDAY + timedelta(days=7), 0))


def told(found: tuple[TimeBack, ...], zone: ZoneInfo = LONDON) -> list[tuple[str, str, int]]:
    """Return the entries as (from, to on the wall, minutes)."""
    return [
        (
            f"{one.starts.astimezone(zone):%a %H:%M}",
            f"{one.ends.astimezone(zone):%H:%M}",
            one.length // MINUTE,
        )
        for day in found
        for one in day.entries
    ]


def test_only_what_lies_outside_of_working_hours_counts() -> None:
    meeting = span(london(MONDAY, 17), london(MONDAY, 18, 10))
    inside = span(london(MONDAY, 9), london(MONDAY, 10))
    (day,) = time_back([meeting, inside], [london(MONDAY, 12)], working(), WEEK)
    assert told((day,)) == [("Mon 17:30", "18:10", 40)]
    assert (day.day, day.spent(), day.total) == (MONDAY, 40 * MINUTE, 45 * MINUTE)


def test_two_meetings_at_once_count_once() -> None:
    saturday = date(2026, 6, 6)
    meetings = [
        span(london(saturday, 10), london(saturday, 11)),
        span(london(saturday, 10, 30), london(saturday, 11, 30)),
    ]
    (day,) = time_back(meetings, [], working(), WEEK)
    assert told((day,)) == [("Sat 10:00", "11:30", 90)]


def test_mails_less_than_half_an_hour_apart_are_one_burst_and_the_last_counts_a_quarter() -> None:
    sent = [london(MONDAY, 20, minute) for minute in (0, 29, 58)] + [london(MONDAY, 21, 28)]
    found = time_back([], sent, working(), WEEK)
    assert told(found) == [("Mon 20:00", "21:13", 73), ("Mon 21:28", "21:43", 15)]
    assert found[0].total == 90 * MINUTE


def test_a_burst_ends_where_work_begins() -> None:
    found = time_back([], [london(MONDAY, 8, 20), london(MONDAY, 8, 40)], working(), WEEK)
    assert told(found) == [("Mon 08:20", "08:30", 10)]
    assert found[0].total == QUARTER


def test_mail_in_a_meeting_counts_once() -> None:
    meeting = span(london(MONDAY, 19), london(MONDAY, 20))
    sent = [london(MONDAY, 19, 30), london(MONDAY, 19, 50)]
    (day,) = time_back([meeting], sent, working(), WEEK)
    assert told((day,)) == [("Mon 19:00", "20:00", 60), ("Mon 20:00", "20:05", 5)]
    assert day.spent(Work.MEETING) == 60 * MINUTE
    assert day.spent(Work.MAIL) == 5 * MINUTE
    assert day.spent() == day.spent(Work.MEETING, Work.MAIL) == 65 * MINUTE


def test_a_night_is_cut_at_midnight_and_each_day_is_rounded_by_itself() -> None:
    meeting = span(london(MONDAY, 23, 50), london(MONDAY + timedelta(days=1), 0, 10))
    found = time_back([meeting], [], working(), WEEK)
    assert told(found) == [("Mon 23:50", "00:00", 10), ("Tue 00:00", "00:10", 10)]
    assert [day.total for day in found] == [QUARTER, QUARTER]


def test_nothing_counts_beyond_the_span() -> None:
    until = span(london(MONDAY, 0), london(MONDAY, 19, 30))
    meetings = [
        span(london(MONDAY, 19), london(MONDAY, 20)),
        span(london(MONDAY - timedelta(days=1), 23), london(MONDAY, 0, 5)),
    ]
    found = time_back(meetings, [london(MONDAY, 21)], working(), until)
    assert told(found) == [("Mon 00:00", "00:05", 5), ("Mon 19:00", "19:30", 30)]
    empty = Span(starts=WEEK.starts, ends=WEEK.starts)
    assert time_back(meetings, [london(MONDAY, 21)], working(), empty) == ()


def test_a_holiday_and_ones_own_day_off_are_no_working_days() -> None:
    calendar = Calendar(
        name="service",
        zone=LONDON,
        working_days=frozenset(range(5)),
        holidays={HOLIDAY: "Spring bank holiday"},
        where=NOWHERE,
    )
    part_time = WorkingTime.of(calendar, working_days=frozenset({0, 1, 2, 3}))
    assert part_time.hours == WORKING_HOURS
    assert [
        part_time.on(day) is not None
        for day in (HOLIDAY, HOLIDAY + timedelta(days=1), date(2026, 5, 29))
    ] == [False, True, False]
    assert WorkingTime.of(calendar).on(date(2026, 5, 29)) is not None
    assert WorkingTime.of(calendar, zone=SANTIAGO).zone is SANTIAGO


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        (SPRING, 120),  # 00:30 to 03:30, of which 01:00 to 02:00 never was
        (AUTUMN, 240),  # 01:00 to 02:00 came twice
    ],
)
def test_a_meeting_over_a_clock_change_counts_the_time_that_went_by(
    day: date, minutes: int
) -> None:
    meeting = span(london(day, 0, 30), london(day, 3, 30))
    whole = span(london(day, 0), london(day, 23))
    (found,) = time_back([meeting], [], working(), whole)
    assert (found.day, found.spent()) == (day, minutes * MINUTE)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_the_monday_after_a_clock_change_works_by_the_new_clock(day: date) -> None:
    monday = day + timedelta(days=1)
    meeting = span(london(monday, 8), london(monday, 9))
    whole = span(london(day, 0), london(monday, 23))
    assert told(time_back([meeting], [], working(), whole)) == [("Mon 08:00", "08:30", 30)]


_minutes = st.integers(-300, 3 * 24 * 60)
_meetings = st.lists(st.tuples(_minutes, st.integers(1, 400)), max_size=6)
_mails = st.lists(_minutes, max_size=12)
_first_days = st.sampled_from(
    [SPRING, AUTUMN, date(2026, 4, 4), date(2026, 9, 5), date(2026, 11, 1), date(2026, 5, 24)]
).map(lambda day: day - timedelta(days=1))
_hours = st.sampled_from(
    [(time(8, 30), time(17, 30)), (time(0, 15), time(2, 45)), (time(), time(22))]
)


@settings(max_examples=60)
@given(
    _meetings, _mails, _first_days, st.sampled_from(ZONES), _hours, st.frozensets(st.integers(0, 6))
)
def test_it_equals_a_count_of_minutes(
    meetings: list[tuple[int, int]],
    mails: list[int],
    first: date,
    zone: ZoneInfo,
    hours: tuple[time, time],
    days: frozenset[int],
) -> None:
    mine = working(zone, days, hours)
    begins = mine.midnight(first)
    whole = Span(starts=begins, ends=mine.midnight(first + timedelta(days=3)))

    def is_off(minute: int) -> bool:
        moment = begins + minute * MINUTE
        wall = moment.astimezone(zone)
        spans = (mine.on(wall.date() + timedelta(days=n)) for n in (-1, 0, 1))
        at_work = any(one is not None and one.starts <= moment < one.ends for one in spans)
        return whole.starts <= moment < whole.ends and not at_work

    met = {m for at, lasts in meetings for m in range(at, at + lasts) if is_off(m)}
    sent = sorted({minute for minute in mails if is_off(minute)})
    mailed = {minute + late for minute in sent for late in range(15)}
    for one, other in itertools.pairwise(sent):
        if other - one < 30:
            mailed.update(range(one, other))
    mailed = {minute for minute in mailed if is_off(minute)} - met

    found = time_back(
        [
            Span(starts=begins + at * MINUTE, ends=begins + (at + lasts) * MINUTE)
            for at, lasts in meetings
        ],
        [begins + minute * MINUTE for minute in mails],
        mine,
        whole,
    )
    entries = [entry for day in found for entry in day.entries]
    for what, wanted in ((Work.MEETING, met), (Work.MAIL, mailed)):
        counted = [
            minute
            for entry in entries
            if entry.what is what
            for minute in range((entry.starts - begins) // MINUTE, (entry.ends - begins) // MINUTE)
        ]
        assert counted == sorted(wanted)
    assert all(before.ends <= after.starts for before, after in itertools.pairwise(entries))
    assert [day.day for day in found] == sorted({day.day for day in found})
    for day in found:
        assert {entry.day for entry in day.entries} == {day.day}
        assert all(
            mine.midnight(day.day) <= entry.starts < entry.ends
            and entry.ends <= mine.midnight(day.day + timedelta(days=1))
            for entry in day.entries
        )
        assert day.total % QUARTER == timedelta()
        assert timedelta() <= day.total - day.spent() < QUARTER
        assert day.total > timedelta()


@given(st.permutations(range(4)), st.integers(0, 59), st.integers(0, 999_999))
def test_neither_order_nor_seconds_matter(order: list[int], second: int, micro: int) -> None:
    meetings = [span(london(MONDAY, hour), london(MONDAY, hour, 40)) for hour in (6, 18, 19, 21)]
    sent = [london(MONDAY, 20, minute) for minute in (0, 10, 20, 50)]
    wanted = time_back(meetings, sent, working(), WEEK)
    assert wanted == time_back(
        [meetings[n] for n in order],
        [sent[n].replace(second=second, microsecond=micro) for n in order],
        working(),
        WEEK,
    )


def test_a_meeting_that_ends_within_a_minute_counts_that_minute() -> None:
    late = span(london(MONDAY, 18), london(MONDAY, 18, 10) + timedelta(seconds=1))
    assert told(time_back([late], [], working(), WEEK)) == [("Mon 18:00", "18:11", 11)]


COPY = EventCopy(
    ref=EventRef(mailbox="ann", event="e"),
    uid="u",
    kind="single",
    starts=WEEK.starts,
    ends=WEEK.starts + 30 * MINUTE,
    attendees=(Attendee(address="bob@northshire.example"),),
    response=Response.ACCEPTED,
    created=WEEK.starts,
    modified=WEEK.starts,
)


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"response": Response.ORGANISER}, True),
        ({"response": Response.NONE, "is_organiser": True}, True),
        ({"private": True}, True),
        ({"response": Response.NONE}, False),
        ({"response": Response.TENTATIVE}, False),
        ({"response": Response.DECLINED}, False),
        ({"show_as": ShowAs.FREE}, False),
        ({"show_as": ShowAs.AWAY}, False),
        ({"all_day": True}, False),
        ({"cancelled": True}, False),
        ({"attendees": (), "is_organiser": True}, False),
    ],
)
def test_meetings_count_for_whoever_organised_or_accepted_them(
    changed: dict[str, Any], counts: bool
) -> None:
    assert took_part(replace(COPY, **changed)) is counts
