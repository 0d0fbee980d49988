"""Nudges: their life, and the hours in which people are told."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.notes import (
    NOTE_TRANSITIONS,
    OPEN_NOTES,
    WORKING_HOURS,
    NoteState,
    not_before,
    reply_expected,
)
from policy_agent.domain.where import NOWHERE

LONDON = ZoneInfo("Europe/London")
ZONES = [ZoneInfo(name) for name in ("Europe/London", "Australia/Lord_Howe", "America/Havana")]


def calendar(hours: tuple[time, time] | None = None, zone: ZoneInfo = LONDON) -> Calendar:
    return Calendar(
        name="service",
        zone=zone,
        working_days=frozenset(range(5)),
        working_hours=hours,
        holidays={date(2026, 5, 25): "Spring bank holiday", date(2026, 12, 25): "Christmas Day"},
        where=NOWHERE,
    )


def london(day: int, month: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON)


def test_every_state_says_where_it_may_go_and_only_open_ones_go_anywhere() -> None:
    assert set(NOTE_TRANSITIONS) == set(NoteState)
    assert {state for state, after in NOTE_TRANSITIONS.items() if after} == OPEN_NOTES


@pytest.mark.parametrize(
    ("now", "then"),
    [
        (london(1, 6, 10), london(1, 6, 10)),  # a Monday, at work
        (london(1, 6, 8, 30), london(1, 6, 8, 30)),
        (london(1, 6, 8, 29), london(1, 6, 8, 30)),
        (london(1, 6, 17, 29), london(1, 6, 17, 29)),
        (london(1, 6, 17, 30), london(2, 6, 8, 30)),
        (london(5, 6, 20), london(8, 6, 8, 30)),  # a Friday evening
        (london(22, 5, 18), london(26, 5, 8, 30)),  # before a bank-holiday Monday
        (london(24, 12, 18), london(28, 12, 8, 30)),  # Christmas on a Friday
        (london(29, 3, 1), london(30, 3, 8, 30)),  # the night the clocks go forward
        (london(25, 10, 1), london(26, 10, 8, 30)),  # and back
    ],
)
def test_nobody_is_nudged_outside_of_working_hours(now: datetime, then: datetime) -> None:
    assert not_before(calendar(), now) == then.astimezone(UTC)


def test_the_calendars_own_hours_count() -> None:
    early = calendar((time(6), time(14)))
    assert not_before(early, london(1, 6, 14)) == london(2, 6, 6).astimezone(UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001  made aware by the strategy below
    st.sampled_from(ZONES),
    st.sampled_from([None, (time(8, 30), time(17, 30)), (time(5), time(23))]),
)
def test_the_moment_is_the_first_inside_the_hours(
    naive: datetime, zone: ZoneInfo, hours: tuple[time, time] | None
) -> None:
    ours = calendar(hours, zone)
    now = naive.replace(tzinfo=UTC)
    then = not_before(ours, now)
    start, end = hours or WORKING_HOURS
    wall = then.astimezone(zone)
    assert then >= now
    assert ours.is_working_day(wall.date())
    assert start <= wall.time() < end
    assert not_before(ours, then) == then
    earlier = then - timedelta(minutes=1)
    assert earlier < now or not_before(ours, earlier) == then


def test_a_naive_moment_or_a_calendar_without_working_days_is_an_error() -> None:
    with pytest.raises(ValueError, match="needs a zone"):
        not_before(calendar(), datetime(2026, 6, 1, 9, 0))  # noqa: DTZ001  the point of the test
    never = Calendar(
        name="never", zone=LONDON, working_days=frozenset(), holidays={}, where=NOWHERE
    )
    with pytest.raises(ValueError, match="no working day"):
        not_before(never, london(1, 6, 9))


@pytest.mark.parametrize(
    ("arrives", "before"),
    [
        (london(26, 5, 8, 30), london(26, 5, 9)),  # the Tuesday after a bank holiday
        (london(26, 5, 9), london(26, 5, 10)),
        (london(26, 5, 6), london(26, 5, 8, 30)),
        (london(22, 5, 17), london(26, 5, 8, 30)),  # a Friday afternoon
        (london(22, 5, 23, 40), london(26, 5, 8, 30)),
        (london(29, 3, 0, 30), london(30, 3, 8, 30)),  # the clocks go forward
    ],
)
def test_an_answer_is_expected_from_the_next_full_working_hour(
    arrives: datetime, before: datetime
) -> None:
    found = reply_expected(calendar(), arrives)
    assert found == before
    assert found.tzinfo == LONDON


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 30)),  # noqa: DTZ001  made aware below
    st.sampled_from(ZONES),
)
def test_nobody_has_to_answer_before_it_arrived(moment: datetime, zone: ZoneInfo) -> None:
    arrives = moment.replace(tzinfo=UTC)
    assert reply_expected(calendar(zone=zone), arrives) > arrives
