"""Block-outs: the series comes round when the window does on working days, and at no other time."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policy_agent.domain.blocking import AHEAD, fingerprint, plan, unblockable
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.walltime import as_instant
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

AT = Where(file="rules/test.yaml", line=1)
LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
ZONES = ("Europe/London", "Europe/Lisbon", "America/Sao_Paulo", "Australia/Lord_Howe", "UTC")
HOLIDAYS = {date(2026, 4, 3): "Good Friday", date(2026, 12, 25): "Christmas Day"}


def calendar(**changed: Any) -> Calendar:
    given: dict[str, Any] = {
        "name": "service",
        "zone": LONDON,
        "working_days": frozenset(range(5)),
        "holidays": HOLIDAYS,
        "where": AT,
        **changed,
    }
    return Calendar(**given)


def window(of: Calendar | None = None, **changed: Any) -> Window:
    given: dict[str, Any] = {
        "name": "lunch",
        "calendar": of or calendar(),
        "days": "working",
        "time": (time(12, 30), time(13)),
        "where": AT,
        **changed,
    }
    return Window(**given)


def rule(of: Window | None = None, **changed: Any) -> ProtectTime:
    given: dict[str, Any] = {
        "name": "protected-lunch",
        "because": "A real lunch break for everyone",
        "owner": "hr@northshire.example",
        "mode": Mode.NUDGE,
        "people": frozenset({"everyone"}),
        "window": of or window(),
        "block_out": True,
        "where": AT,
        "where_people": AT,
        "where_mode": AT,
        "where_window": AT,
        **changed,
    }
    return ProtectTime(**given)


_days: st.SearchStrategy[Literal["working", "all"] | frozenset[int]] = st.one_of(
    st.sampled_from(("working", "all")),
    st.frozensets(st.integers(0, 6), min_size=1, max_size=7),
)


@st.composite
def _times(draw: st.DrawFn) -> tuple[time, time] | None:
    if draw(st.booleans()):
        return None
    start, end = sorted(draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True)))
    whole = draw(st.booleans()) and start > 0  # to the end of the day
    return (time(start // 4, start % 4 * 15), time() if whole else time(end // 4, end % 4 * 15))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    near = st.dates(date(2025, 1, 1), date(2028, 12, 31))
    hours = draw(st.none() | st.just((time(8, 30), time(17, 30))))
    kept = calendar(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        working_days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        working_hours=hours,
        holidays=draw(st.dictionaries(near, st.just("Holiday"), max_size=30)),
    )
    every = draw(st.integers(1, 4))
    starting = st.dates(date(2024, 6, 1), date(2027, 1, 31))
    return window(
        kept,
        days=draw(_days),
        time=draw(_times()),
        every_weeks=every,
        starting=draw(starting if every > 1 else st.none() | starting),
    )


@given(
    windows(),
    st.dates(date(2025, 6, 1), date(2026, 12, 31)),
    st.frozensets(st.integers(0, AHEAD), max_size=20),
)
def test_a_series_without_what_it_skips_is_the_window_on_its_working_days(
    kept: Window, today: date, exempt: frozenset[int]
) -> None:
    """Over two years: as made on one day, and kept in step a year later."""
    if unblockable(kept) is not None:
        return
    days_off = frozenset(today + number * DAY for number in exempt)
    made = plan(rule(kept), "bob", today=today, exempt_days=days_off)
    later = plan(rule(kept), "bob", today=today + 365 * DAY, exempt_days=days_off)
    last = today + (365 + AHEAD) * DAY
    wanted = {
        one.day: one
        for one in kept.occurrences(today, last)
        if kept.calendar.is_working_day(one.day) and one.day not in days_off
    }
    if made is None:
        assert not [day for day in wanted if day <= today + AHEAD * DAY]
        return
    skipped = {*made.skipped, *(later.skipped if later is not None else ())}
    assert {day for day in made.days(today, last) if day not in skipped} == set(wanted)
    assert made.first == min(wanted)
    for day, occurrence in wanted.items():
        span = made.span_on(day)
        if kept.time is not None or kept.calendar.working_hours is None:
            assert (span.starts, span.ends) == (
                as_instant(occurrence.starts),
                as_instant(occurrence.ends),
            )
        else:
            assert occurrence.starts <= span.starts < span.ends <= occurrence.ends


@given(windows(), st.dates(date(2025, 6, 1), date(2026, 12, 31)), st.integers(0, 300))
def test_a_series_that_is_there_already_comes_round_as_one_that_is_made_later(
    kept: Window, today: date, days: int
) -> None:
    if unblockable(kept) is not None:
        return
    first, later = (plan(rule(kept), "bob", today=day) for day in (today, today + days * DAY))
    if first is None or later is None:
        return
    span = (later.first, later.first + 100 * DAY)
    assert list(first.days(*span)) == list(later.days(*span))


def test_lunch_is_blocked_out_on_working_days_but_for_holidays() -> None:
    found = plan(rule(), "bob", today=date(2026, 4, 3))  # Good Friday
    assert found is not None
    assert (found.starts, found.ends, found.zone) == (time(12, 30), time(13), "Europe/London")
    assert (found.weekdays, found.every_weeks) == (frozenset(range(5)), 1)
    assert (found.first, found.skipped) == (
        date(2026, 4, 6),
        (date(2026, 4, 3), date(2026, 12, 25)),
    )
    assert found.subject == "Protected time: lunch"


def test_a_focus_day_is_blocked_out_for_the_working_hours() -> None:
    working = window(calendar(working_hours=(time(8, 30), time(17, 30))), time=None)
    found = plan(rule(working), "bob", today=date(2026, 4, 7))
    assert found is not None
    assert (found.starts, found.ends) == (time(8, 30), time(17, 30))


def test_without_working_hours_a_focus_day_is_all_of_the_day() -> None:
    found = plan(rule(window(time=None)), "bob", today=date(2026, 3, 27))
    assert found is not None
    assert (found.starts, found.ends) == (time(), time())
    monday = found.span_on(date(2026, 3, 30))  # the clocks went forward the day before
    assert (monday.starts, monday.ends) == (
        datetime(2026, 3, 29, 23, tzinfo=UTC),
        datetime(2026, 3, 30, 23, tzinfo=UTC),
    )


def test_every_other_wednesday_keeps_its_anchor() -> None:
    focus = window(days=frozenset({2}), time=None, every_weeks=2, starting=date(2026, 1, 7))
    found = [plan(rule(focus), "bob", today=date(2026, 1, day)) for day in (1, 7, 8, 20, 21)]
    assert [one.first for one in found if one is not None] == [
        date(2026, 1, 7),
        date(2026, 1, 7),
        date(2026, 1, 21),
        date(2026, 1, 21),
        date(2026, 1, 21),
    ]


def test_nothing_is_planned_where_the_window_never_comes_round() -> None:
    later = window(starting=date(2030, 1, 1))
    assert plan(rule(later), "bob", today=date(2026, 1, 1)) is None


def test_the_fingerprint_asks_for_another_series_when_its_look_changes() -> None:
    looks = [
        rule(),
        rule(window(time=(time(12), time(13)))),
        rule(window(name="midday")),
        rule(window(days=frozenset({1, 2}))),
        rule(window(every_weeks=2, starting=date(2026, 1, 7))),
        rule(window(every_weeks=2, starting=date(2026, 1, 14))),
        rule(window(calendar(zone=ZoneInfo("Europe/Dublin")))),
    ]
    assert len({fingerprint(one) for one in looks}) == len(looks)


def test_the_fingerprint_does_not_change_with_holidays_mode_or_people() -> None:
    same = [
        rule(window(calendar(holidays={}))),
        rule(mode=Mode.ENFORCE),
        rule(people=frozenset({"leadership"})),
        rule(name="another-name"),
    ]
    assert {fingerprint(one) for one in same} == {fingerprint(rule())}


@pytest.mark.parametrize(
    ("kept", "why"),
    [
        (
            window(name="rest-days", days="non-working", time=None),
            (
                "the window rest-days is of non-working days, which nobody has to keep free; "
                "leave block_out out, or name a window of working days"
            ),
        ),
        (
            window(name="nights", days="all", time=(time(20), time(7))),
            (
                "the window nights wraps midnight, so that it lies on two days; "
                "leave block_out out, or name a window that ends by 00:00"
            ),
        ),
        (
            window(name="round-the-clock", time=(time(9), time(9))),
            (
                "the window round-the-clock wraps midnight, so that it lies on two days; "
                "leave block_out out, or name a window that ends by 00:00"
            ),
        ),
        (
            window(name="saturdays", days=frozenset({5})),
            (
                "the window saturdays has no working day of the calendar service; "
                "leave block_out out, or name one that has"
            ),
        ),
    ],
)
def test_what_cannot_be_blocked_out_is_said_in_words(kept: Window, why: str) -> None:
    assert unblockable(kept) == why
    with pytest.raises(ValueError, match="leave block_out out"):
        plan(rule(kept), "bob", today=date(2026, 1, 1))


def test_an_evening_that_ends_at_midnight_can_be_blocked_out() -> None:
    assert unblockable(window(time=(time(20), time()))) is None
