"""Decisions by the day and hour that the organisation's clocks showed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policy_agent.domain.mail_figures import Counted, figures_of, local_day, step_of
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.windows import Window
from tests.domain.meetings import AUTUMN, CALENDAR, LONDON, SPRING, ZONES, at

FRIDAY = datetime(2026, 5, 22, 11, 15, tzinfo=UTC)


def window(*edges: time) -> Window:
    times = None if not edges else (edges[0], edges[1])
    return Window(name="w", calendar=CALENDAR, days="all", time=times, where=at(2))


def counted(starts: datetime = FRIDAY, *, rule: str = "weekend-email", copies: int = 2) -> Counted:
    return Counted(
        starts=starts,
        rule=rule,
        team="managers",
        outcome=Outcome.DELIVER,
        mode=Mode.OBSERVE,
        reason=Reason.OUTSIDE_WINDOW,
        urgent=False,
        decisions=5,
        copies=copies,
    )


@pytest.mark.parametrize(
    ("edges", "minutes"),
    [
        ((), 15),
        ((time(20), time(7)), 15),
        ((time(12, 30), time(13, 45)), 15),
        ((time(12, 20), time(13)), 5),
        ((time(8, 29), time(0)), 1),
        ((time(8, 57), time(0)), 3),
    ],
)
def test_no_step_has_the_edge_of_a_window_in_it(edges: tuple[time, ...], minutes: int) -> None:
    assert step_of([window(*edges), window()]) == timedelta(minutes=minutes)


def test_steps_of_one_hour_are_one_figure() -> None:
    quarters = [counted(FRIDAY + n * timedelta(minutes=15)) for n in range(4)]
    found = figures_of(quarters, LONDON, ())
    assert [(one.day, one.hour, one.copies) for one in found.figures] == [
        (date(2026, 5, 22), 12, 15),
        (date(2026, 5, 22), 13, 5),
    ]
    assert found.decisions == 20


def test_a_copy_counts_in_an_hour_only_where_no_rule_s_window_is() -> None:
    lunch = window(time(12, 30), time(13))  # 11:30 to 12:00 in UTC
    found = figures_of(
        [
            counted(),
            counted(FRIDAY + timedelta(minutes=15)),
            counted(FRIDAY + timedelta(minutes=45)),
            counted(rule=""),  # no rule is about these people
            counted(copies=0),  # another rule's decision of a copy that is counted
        ],
        LONDON,
        (lunch,),
    )
    assert found.hours == {(date(2026, 5, 22), 12): 2, (date(2026, 5, 22), 13): 2}


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25), (FRIDAY.date(), 24)])
def test_a_day_is_as_long_as_its_clocks_make_it(day: date, hours: int) -> None:
    starts, ends = local_day(day, LONDON)
    assert ends - starts == timedelta(hours=hours)


@given(
    zone=st.sampled_from(ZONES),
    quarters=st.lists(st.integers(0, 4 * 24 * 366), max_size=30),
)
def test_every_decision_is_in_the_figure_of_its_wall_clock(
    zone: ZoneInfo, quarters: list[int]
) -> None:
    year = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [year + n * timedelta(minutes=15) for n in quarters]
    found = figures_of([counted(moment) for moment in moments], zone, ())
    assert found.decisions == 5 * len(moments)
    clocks = {moment.astimezone(zone) for moment in moments}
    assert {(one.day, one.hour) for one in found.figures} == {
        (clock.date(), clock.hour) for clock in clocks
    }
    assert sum(found.hours.values()) == 2 * len(moments)
