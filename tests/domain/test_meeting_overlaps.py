"""Which windows a meeting lies over, against looking at every minute."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meetings import days_of
from policy_agent.domain.protecting import overlaps_of
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

WHERE = Where(file="rules.yaml", line=1)
LONDON = ZoneInfo("Europe/London")
CALENDAR = Calendar(
    name="service",
    zone=LONDON,
    working_days=frozenset(range(5)),
    holidays={date(2026, 5, 25): "Spring bank holiday"},
    where=WHERE,
)
MINUTE = timedelta(minutes=1)


def window(
    days: Literal["working", "non-working", "all"] = "all", span: tuple[time, time] | None = None
) -> Window:
    return Window(name="a", calendar=CALENDAR, days=days, time=span, where=WHERE)


def meeting(starts: datetime, minutes: int) -> MeetingFacts:
    return MeetingFacts(starts=starts, ends=starts + minutes * MINUTE)


# Round both clock changes of London in 2026, and round a bank holiday.
starts = st.sampled_from(
    [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC),
     datetime(2026, 5, 23, tzinfo=UTC)]
).flatmap(lambda day: st.integers(0, 3 * 24 * 60).map(lambda n: day + n * MINUTE))  # fmt: skip
clocks = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))


@given(
    starts=starts,
    minutes=st.integers(1, 1500),
    days=st.sampled_from(["working", "non-working", "all"]),
    span=st.none() | st.tuples(clocks, clocks),
)
def test_it_overlaps_when_a_minute_of_it_lies_in_the_window(
    starts: datetime,
    minutes: int,
    days: Literal["working", "non-working", "all"],
    span: tuple[time, time] | None,
) -> None:
    weekly = window(days, span)
    found = overlaps_of(meeting(starts, minutes), weekly)
    inside = {
        one.day
        for n in range(minutes)
        if (one := weekly.occurrence_at(starts + n * MINUTE)) is not None
    }
    # Where a clock change pushes two over each other, `occurrence_at` names the earlier one only.
    assert inside <= {one.window.day for one in found}
    assert bool(inside) == bool(found)


@pytest.mark.parametrize(
    ("clock", "minutes", "lies_over"),
    [
        ((12, 0), 30, False),  # half-open: it ends as lunch begins
        ((12, 0), 31, True),
        ((13, 0), 30, False),
        ((12, 30), 0, True),  # no time at all: the moment it starts
        ((12, 45), 0, True),
        ((13, 0), 0, False),
    ],
)
def test_edges_are_half_open(clock: tuple[int, int], minutes: int, *, lies_over: bool) -> None:
    lunch = window("working", (time(12, 30), time(13)))
    at = datetime(2026, 7, 8, *clock, tzinfo=LONDON)
    found = overlaps_of(meeting(at, minutes), lunch)
    assert [one.window.day for one in found] == ([date(2026, 7, 8)] if lies_over else [])


def test_a_meeting_until_midnight_is_on_one_day() -> None:
    at = datetime(2026, 7, 8, 23, tzinfo=LONDON)
    assert days_of(meeting(at, 60), CALENDAR) == (date(2026, 7, 8),)
    assert days_of(meeting(at, 61), CALENDAR) == (date(2026, 7, 8), date(2026, 7, 9))
    midnight = datetime(2026, 7, 9, tzinfo=LONDON)
    assert days_of(meeting(midnight, 0), CALENDAR) == (date(2026, 7, 9),)
