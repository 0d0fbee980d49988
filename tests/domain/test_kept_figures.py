"""Kept meetings in figures, each exactly what it says, and none of fewer than ten people."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policy_agent.domain.events import EventRef
from policy_agent.domain.kept_figures import (
    KeptFigures,
    Known,
    Period,
    figures,
    month_of,
    span_of,
    weeks_before,
)
from policy_agent.domain.kept_meetings import KeptMeeting, KeptPerson, KeptState
from policy_agent.domain.meeting_rules import KeepMeeting
from tests.domain.meetings import LONDON, keep

OCTOBER = month_of(date(2026, 10, 9))
NOVEMBER_2ND = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STAFF = tuple(f"p{n:02}" for n in range(12))
RULE = keep(people=frozenset({"practitioners"}), every=timedelta(weeks=4))


def met(day: date, *people: str, **more: Any) -> KeptMeeting:
    """Return a meeting of these people that was held, at ten o'clock in London."""
    starts = datetime(day.year, day.month, day.day, 10, tzinfo=LONDON).astimezone(UTC)
    said: dict[str, Any] = {
        "rule": RULE.name,
        "uid": "uid",
        "series": "series",
        "ref": EventRef(mailbox="m", event="e"),
        "master": None,
        "own": True,
        "organiser": None,
        "starts": starts,
        "ends": starts + HOUR,
        "first_starts": starts,
        "first_seen": LONG_AGO,
        "state": KeptState.HELD,
        "people": tuple(KeptPerson(id=one) for one in people or ("p00",)),
        "size": 2,
        "attending": 2,
        "rebook": True,
    }
    return KeptMeeting(**(said | more))


def off(day: date, state: KeptState, hours: int, **more: Any) -> KeptMeeting:
    return met(day, state=state, notice_hours=hours, **more)


def counted(
    *meetings: KeptMeeting, rule: KeepMeeting = RULE, now: datetime = NOVEMBER_2ND, **more: Any
) -> KeptFigures:
    (one,) = figures(rule, known(*meetings, **more), OCTOBER, now)
    return one


def known(*meetings: KeptMeeting, **more: Any) -> Known:
    said: dict[str, Any] = {
        "members": {"practitioners": frozenset(STAFF)},
        "meetings": meetings,
        "watched": dict.fromkeys(STAFF, LONG_AGO),
        "leave": {},
    }
    return Known(**(said | more))


def test_held_moved_and_cancelled_are_of_the_month_in_which_they_start() -> None:
    day = date(2026, 10, 20)
    later = met(day)
    found = counted(
        met(date(2026, 9, 30)),
        met(date(2026, 10, 1)),
        replace(later, first_starts=later.starts - 30 * DAY, moves=1),
        replace(later, moves=2),  # and back again
        met(date(2026, 10, 31)),
        met(date(2026, 11, 1)),
        met(day, state=KeptState.PLANNED),
        met(day, state=KeptState.DROPPED),
        off(day, KeptState.CANCELLED, 23),
        off(day, KeptState.REBOOKED, 24),
        off(day, KeptState.LAPSED, 0),
        met(day, rule="another-rule"),
    )
    assert (found.held, found.moved) == (4, 1)
    assert (found.cancelled, found.at_short_notice, found.rebooked) == (3, 2, 1)


def test_a_month_is_the_calendars_own() -> None:
    midnight = datetime(2026, 9, 30, 23, 30, tzinfo=UTC)  # half past midnight in London
    assert counted(replace(met(date(2026, 10, 1)), starts=midnight)).held == 1


def test_a_meeting_counts_once_in_each_team_of_those_whom_the_rule_is_about() -> None:
    teams = {
        "practitioners": frozenset({*STAFF, *(f"q{n:02}" for n in range(12))}),
        "east": frozenset(STAFF),
        "west": frozenset(f"q{n:02}" for n in range(12)),
        "managers": frozenset(f"m{n:02}" for n in range(12)),
    }
    day = date(2026, 10, 20)
    meetings = (met(day, "p00", "p01", "m00"), met(day, "p00", "q00"), met(day, "m00", "m01"))
    found = figures(RULE, known(*meetings, members=teams), OCTOBER, NOVEMBER_2ND)
    assert {one.team: one.held for one in found} == {"practitioners": 2, "east": 2, "west": 1}


def test_figures_of_fewer_than_ten_people_are_left_out() -> None:
    teams = {
        "practitioners": frozenset(STAFF),
        "most": frozenset(STAFF[:11]),  # all but one: the difference would be that one
        "few": frozenset(STAFF[:9]),
        "everyone": frozenset({*STAFF, *(f"q{n:02}" for n in range(30))}),
    }
    meetings = (met(date(2026, 10, 20)),)
    found = figures(RULE, known(*meetings, members=teams), OCTOBER, NOVEMBER_2ND)
    shown = {one.team for one in found if not one.suppressed}
    assert shown == {"practitioners"}
    assert "everyone" not in {one.team for one in found}
    for one in found:
        if one.suppressed:
            figures_of = replace(one, team="", rule="", suppressed=False, expects=False)
            assert figures_of == KeptFigures(rule="", team="", suppressed=False, expects=False)


# --- missing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "first", "after"),
    [
        (NOVEMBER_2ND, date(2026, 9, 28), date(2026, 10, 26)),  # the month is over
        (datetime(2026, 10, 14, 9, tzinfo=UTC), date(2026, 9, 14), date(2026, 10, 12)),
        (datetime(2026, 10, 11, 23, 30, tzinfo=UTC), date(2026, 9, 14), date(2026, 10, 12)),
        (datetime(2026, 10, 11, 22, 30, tzinfo=UTC), date(2026, 9, 7), date(2026, 10, 5)),
    ],
)
def test_the_weeks_are_whole_ones_that_are_over(now: datetime, first: date, after: date) -> None:
    assert weeks_before(RULE, OCTOBER, now) == Period(first=first, after=after)


def test_missing_are_those_without_a_meeting_that_was_held_with_them_in_those_weeks() -> None:
    inside = date(2026, 9, 28)
    found = counted(
        met(inside, *STAFF[:3]),
        replace(met(inside), people=(KeptPerson(id="p03", declined=True), KeptPerson(id="p00"))),
        met(inside - DAY, "p04"),
        met(date(2026, 10, 25), "p05"),
        met(date(2026, 10, 26), "p06"),
        off(inside, KeptState.LAPSED, 0, people=(KeptPerson(id="p07"),)),
    )
    assert (found.missing, found.expected) == (12 - 4, 12)


def test_new_starters_count_from_when_they_are_watched_all_those_weeks() -> None:
    midnight = datetime(2026, 9, 28, tzinfo=LONDON)
    watched = dict.fromkeys(STAFF, LONG_AGO)
    del watched["p00"]
    watched["p01"] = midnight
    watched["p02"] = midnight.astimezone(UTC) + timedelta(microseconds=1)
    assert counted(watched=watched).expected == 10


def test_leave_longer_than_half_of_the_working_days_is_not_held_against_anybody() -> None:
    weekdays = [date(2026, 9, 28) + n * DAY for n in range(28)]
    working = [day for day in weekdays if day.weekday() < 5]
    saturdays = [day for day in weekdays if day.weekday() > 4]
    leave = {
        "p00": frozenset(working[:10]),
        "p01": frozenset(working[:11]),
        "p02": frozenset([*working[:10], *saturdays]),
        "p03": frozenset([*working[:10], date(2026, 9, 25)]),
    }
    assert counted(leave=leave).expected == 11


def test_where_fewer_than_ten_were_looked_at_missing_is_left_out() -> None:
    found = counted(met(date(2026, 10, 20)), watched=dict.fromkeys(STAFF[:9], LONG_AGO))
    assert (found.held, found.missing, found.expected) == (1, None, None)


def test_a_rule_that_expects_nothing_misses_nobody() -> None:
    found = counted(rule=replace(RULE, every=None))
    assert (found.expects, found.missing) == (False, None)
    assert span_of(replace(RULE, every=None), OCTOBER, NOVEMBER_2ND) == (
        datetime(2026, 9, 30, 23, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
    )


def test_meetings_are_asked_for_as_far_back_as_figures_need_them() -> None:
    starts, before = span_of(RULE, OCTOBER, NOVEMBER_2ND)
    assert (starts, before) == (
        datetime(2026, 9, 27, 23, tzinfo=UTC),
        datetime(2026, 11, 1, tzinfo=UTC),
    )


CANCELLED = {KeptState.CANCELLED, KeptState.REBOOKED, KeptState.LAPSED}
days = st.integers(0, 60).map(lambda n: date(2026, 9, 10) + n * DAY)
any_meeting = st.builds(
    lambda day, people, state, hours: met(
        day, *people, state=state, notice_hours=hours if state in CANCELLED else None
    ),
    days,
    st.lists(st.sampled_from(STAFF), min_size=1, max_size=3, unique=True),
    st.sampled_from(KeptState),
    st.integers(0, 48),
)


@given(st.lists(any_meeting, max_size=12))
def test_parts_are_never_more_than_what_they_are_part_of(meetings: list[KeptMeeting]) -> None:
    found = counted(*meetings)
    assert found.held is not None
    assert found.cancelled is not None
    assert found.held + found.cancelled <= len(meetings)
    assert 0 <= (found.moved or 0) <= found.held
    assert 0 <= (found.rebooked or 0) <= found.cancelled
    assert 0 <= (found.at_short_notice or 0) <= found.cancelled
    assert found.missing is not None
    assert found.missing <= (found.expected or 0) == 12
    span = span_of(RULE, OCTOBER, NOVEMBER_2ND)
    needed = [one for one in meetings if span[0] <= one.starts < span[1]]
    assert counted(*needed) == found
