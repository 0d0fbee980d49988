"""Alternatives never lie over anybody's time, and are what looking at every quarter finds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import hypothesis.strategies as st
from hypothesis import given, settings

from policy_agent.domain.alternatives import (
    Alternatives,
    Looking,
    alternatives,
    asked_time,
    shortened,
)
from policy_agent.domain.events import FreeBusy, Span
from policy_agent.domain.windows import Window
from tests.domain.meetings import CALENDAR, FOCUS, LONDON, LUNCH, at, calendar

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)
MONDAY = date(2026, 10, 19)  # the clocks go back on the Sunday of this week
NOW = datetime(2026, 10, 19, 7, tzinfo=UTC)


def on(day: int, hour: int, minute: int = 0, *, lasts: int = 30, month: int = 6) -> Span:
    starts = datetime(2026, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)
    return Span(starts=starts, ends=starts + timedelta(minutes=lasts))


def looking(*clashes: Span, now: datetime, taken: tuple[Span, ...] = ()) -> Looking:
    return Looking(
        clashes=clashes,
        people=(FreeBusy(taken=taken), FreeBusy(taken=clashes)),
        windows=(LUNCH,),
        calendars=(CALENDAR,),
        asked=asked_time(clashes, CALENDAR, now),
    )


def told(found: Alternatives) -> list[str]:
    return [f"{one.starts.astimezone(LONDON):%a %d %b %H:%M}" for one in found.slots]


EARLY = datetime(2026, 6, 8, 6, tzinfo=UTC)  # a Monday morning


def test_the_nearest_free_times_come_first_and_an_hour_apart() -> None:
    found = alternatives(looking(on(10, 12, 15), now=EARLY), EARLY)
    assert told(found) == ["Wed 10 Jun 12:00", "Wed 10 Jun 13:00", "Wed 10 Jun 11:00"]
    assert found.every_time


def test_nothing_is_offered_that_has_passed_or_is_past_working_hours() -> None:
    friday = on(12, 16, 30, lasts=60)
    window = replace(LUNCH, time=(time(17), time(18)))
    now = datetime(2026, 6, 12, 14, 5, tzinfo=UTC)  # 15:05 in London
    found = alternatives(replace(looking(friday, now=now), windows=(window,)), now)
    assert told(found) == ["Fri 12 Jun 16:00"]


def test_what_somebody_else_has_at_the_old_time_is_theirs_and_the_meeting_itself_is_not() -> None:
    clash = on(10, 12, 15, lasts=60)
    open_day = replace(looking(clash, now=EARLY), windows=())
    assert told(alternatives(open_day, EARLY))[0] == "Wed 10 Jun 12:15"
    twice = replace(open_day, people=(FreeBusy(taken=(clash, clash)),))
    assert told(alternatives(twice, EARLY))[0] == "Wed 10 Jun 11:15"


def test_a_series_is_offered_what_is_free_every_time() -> None:
    clashes = tuple(on(10 + 7 * n, 12, 15) for n in range(3))
    busy = on(17, 13, 0, lasts=60)  # a week on, at what would be the second nearest
    found = alternatives(looking(*clashes, now=EARLY, taken=(busy,)), EARLY)
    assert told(found)[:2] == ["Wed 10 Jun 12:00", "Wed 10 Jun 11:00"]
    assert found.every_time


def test_a_series_without_such_a_time_is_offered_one_for_its_first_week_and_is_told_so() -> None:
    clashes = (on(10, 12, 15), on(17, 12, 15))
    week = Span(starts=on(15, 0).starts, ends=on(22, 0).starts)
    found = alternatives(looking(*clashes, now=EARLY, taken=(week,)), EARLY)
    assert told(found)[0] == "Wed 10 Jun 12:00"
    assert not found.every_time


def test_less_than_42_days_are_asked_for_and_they_are_whole_weeks() -> None:
    clashes = tuple(on(10, 12, 15, month=6 + n) for n in range(3))
    asked = asked_time(clashes, CALENDAR, EARLY)
    assert asked.starts == EARLY
    assert asked.ends - asked.starts < timedelta(days=42)
    ends = asked.ends.astimezone(LONDON)
    assert (ends.weekday(), ends.time()) == (0, time())


def test_both_the_rules_and_the_organisers_working_hours_count() -> None:
    early_bird = replace(CALENDAR, working_hours=(time(7), time(12)))
    both = replace(looking(on(10, 12, 15), now=EARLY), calendars=(CALENDAR, early_bird))
    assert told(alternatives(both, EARLY)) == [
        "Wed 10 Jun 11:30",
        "Wed 10 Jun 10:30",
        "Wed 10 Jun 09:30",
    ]


def test_a_meeting_is_shortened_where_enough_of_it_is_left() -> None:
    assert shortened(on(10, 12, 0, lasts=45), [LUNCH], EARLY) == on(10, 12, 0, lasts=30)
    assert shortened(on(10, 12, 45, lasts=60), [LUNCH], EARLY) == on(10, 13, 0, lasts=45)
    assert shortened(on(10, 12, 15, lasts=45), [LUNCH], EARLY) is None  # a third would be left
    assert shortened(on(10, 12, 20, lasts=20), [LUNCH], EARLY) is None  # ten minutes would be
    assert shortened(on(10, 9), [LUNCH], EARLY) is None  # nothing to mend
    begun = datetime(2026, 6, 10, 11, 50, tzinfo=UTC)
    assert shortened(on(10, 12, 45, lasts=60), [LUNCH], begun) == on(10, 13, 0, lasts=45)
    assert shortened(on(10, 12, 0, lasts=45), [LUNCH], begun) is None


# --- generated ---------------------------------------------------------------------------------


@st.composite
def spans(draw: st.DrawFn) -> Span:
    minute = draw(st.integers(0, 14 * 24 * 12)) * 5
    starts = datetime.combine(MONDAY, time(), tzinfo=UTC) + timedelta(minutes=minute)
    return Span(starts=starts, ends=starts + timedelta(minutes=draw(st.integers(1, 40)) * 15))


@st.composite
def lookings(draw: st.DrawFn) -> tuple[Looking, datetime]:
    opens = draw(st.integers(7, 13))
    window = Window(
        name="w",
        calendar=CALENDAR,
        days="working",
        time=(time(opens), time(opens + draw(st.integers(1, 4)))),
        where=at(1),
    )
    local = datetime.combine(
        MONDAY + timedelta(days=draw(st.integers(0, 6))),
        time(draw(st.integers(7, 16)), draw(st.sampled_from([0, 15, 20, 45]))),
    )
    lasts = timedelta(minutes=draw(st.sampled_from([15, 30, 60, 150])))
    clashes = []
    for week in range(draw(st.integers(1, 2))):
        starts = (local + week * WEEK).replace(tzinfo=LONDON).astimezone(UTC)
        clashes.append(Span(starts=starts, ends=starts + lasts))
    now = NOW + draw(st.integers(0, 72)) * HOUR
    if now >= clashes[0].starts:
        now = clashes[0].starts - HOUR
    people = st.lists(spans(), max_size=8).map(lambda taken: FreeBusy(taken=tuple(taken)))
    other = replace(calendar(), working_hours=(time(9), time(16)))
    found = Looking(
        clashes=tuple(clashes),
        people=tuple(draw(st.lists(people, max_size=4))),
        windows=tuple(draw(st.sampled_from([[], [window], [window, FOCUS]]))),
        calendars=draw(st.sampled_from([(CALENDAR,), (CALENDAR, other)])),
        asked=asked_time(clashes, CALENDAR, now),
    )
    return found, now


def is_free(looked: Looking, slot: Span, now: datetime) -> bool:
    """Minute by minute, with nothing remembered."""
    moment = slot.starts
    taken = [one for person in looked.people for one in person.taken if one not in looked.clashes]
    while moment < slot.ends:
        for cal in looked.calendars:
            shown = moment.astimezone(LONDON)
            opens, closes = cal.working_hours or (time(), time.max)
            if not cal.is_working_day(shown.date()) or not opens <= shown.time() < closes:
                return False
        if any(window.occurrence_at(moment) for window in looked.windows):
            return False
        if any(one.starts <= moment < one.ends for one in taken):
            return False
        moment += timedelta(minutes=5)
    return slot.starts > now and slot.ends <= looked.asked.ends


@settings(max_examples=200, deadline=None)
@given(lookings())
def test_a_slot_never_overlaps_anybodys_taken_span_or_window(
    made: tuple[Looking, datetime],
) -> None:
    looked, now = made
    found = alternatives(looked, now)
    old = looked.clashes[0]
    monday = old.starts.astimezone(LONDON).date()
    monday -= timedelta(days=monday.weekday())
    assert len(found.slots) <= 3
    for number, slot in enumerate(found.slots):
        assert slot.ends - slot.starts == old.ends - old.starts
        assert is_free(looked, slot, now)
        assert monday <= slot.starts.astimezone(LONDON).date() < monday + WEEK
        assert slot.starts.minute % 15 == 0
        assert all(abs(slot.starts - one.starts) >= HOUR for one in found.slots[:number])
        if found.every_time:
            for clash in looked.clashes[1:]:
                weeks = (clash.starts.astimezone(LONDON).date() - old.starts.date()).days // 7
                local = slot.starts.astimezone(LONDON).replace(tzinfo=None) + weeks * WEEK
                starts = local.replace(tzinfo=LONDON).astimezone(UTC)
                assert is_free(
                    looked, Span(starts=starts, ends=starts + (old.ends - old.starts)), now
                )
    distances = [abs(slot.starts - old.starts) for slot in found.slots]
    assert distances == sorted(distances)


@settings(max_examples=100, deadline=None)
@given(lookings())
def test_no_nearer_slot_is_passed_over(made: tuple[Looking, datetime]) -> None:
    looked, now = made
    looked = replace(looked, clashes=looked.clashes[:1])
    old = looked.clashes[0]
    monday = old.starts.astimezone(LONDON).date()
    monday -= timedelta(days=monday.weekday())
    moment = datetime.combine(monday, time(), tzinfo=LONDON).astimezone(UTC)
    ends = datetime.combine(monday + WEEK, time(), tzinfo=LONDON).astimezone(UTC)
    free = []
    while moment < ends:
        slot = Span(starts=moment, ends=moment + (old.ends - old.starts))
        if is_free(looked, slot, now):
            free.append(abs(moment - old.starts))
        moment += QUARTER
    found = alternatives(looked, now).slots
    assert [abs(one.starts - old.starts) for one in found[:1]] == sorted(free)[:1]
