"""Differences between phases, and how sure they are: held to scipy and to made-up worlds."""

import random
from collections.abc import Callable
from datetime import date

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from scipy import stats

from policy_agent.reports.changes import (
    FEWEST_MONTHS,
    Finding,
    by_month,
    change,
    changes,
    levels,
    rounded,
    welch_reach,
)
from policy_agent.reports.phases import PHASES, Phase, Point

BASELINE, OBSERVE, NUDGE, ENFORCE = PHASES
BUSY = [41.0, 44.5, 39.0, 43.0]
QUIET = [30.0, 29.0, 33.5, 31.0, 30.5]


def month(number: int) -> date:
    return date(2026, number, 1)


def run(team: str, phase: Phase, first: int, *values: float) -> list[Point]:
    """Return a team's months in a phase, one after the other."""
    return [
        Point(month=month(number), team=team, phase=phase, value=value)
        for number, value in enumerate(values, start=first)
    ]


def before_and_after(team: str = "practitioners", more: float = 0) -> list[Point]:
    return [
        *run(team, BASELINE, 1, *(value + more for value in BUSY)),
        *run(team, ENFORCE, 5, *(value + more for value in QUIET)),
    ]


def test_one_team_gets_the_interval_of_welch_as_scipy_has_it() -> None:
    found = change(before_and_after(), BASELINE, ENFORCE)
    assert found is not None
    theirs = stats.ttest_ind(QUIET, BUSY, equal_var=False).confidence_interval(0.95)
    assert found.interval == pytest.approx((theirs.low, theirs.high))
    assert found.difference == pytest.approx(sum(QUIET) / 5 - sum(BUSY) / 4)
    assert found.finding is Finding.FELL
    assert (found.months_before, found.months_after) == (4, 5)


def test_the_same_wave_in_ten_teams_makes_nothing_surer() -> None:
    one = change(before_and_after(), BASELINE, ENFORCE)
    points = [point for n in range(10) for point in before_and_after(f"team-{n}", more=n)]
    ten = change(points, BASELINE, ENFORCE)
    assert one is not None
    assert one.interval is not None
    assert ten is not None
    assert ten.interval == pytest.approx(one.interval)


def test_a_busy_team_that_is_rolled_out_to_later_is_no_change() -> None:
    points = [
        *run("quiet", BASELINE, 1, 9, 10, 11),
        *run("quiet", ENFORCE, 4, 9, 10, 11, 9, 10, 11, 9, 10, 11),
        *run("busy", BASELINE, 1, 99, 100, 101, 99, 100, 101, 99, 100, 101),
        *run("busy", ENFORCE, 10, 99, 100, 101),
    ]
    found = change(points, BASELINE, ENFORCE)
    assert found is not None
    assert (found.before, found.after) == (55, 55)
    assert found.finding is Finding.UNCLEAR
    assert found.interval is not None
    assert found.interval[1] < 2


def test_where_all_teams_move_together_the_difference_is_that_of_the_levels() -> None:
    points = [*before_and_after(), *before_and_after("managers", more=20)]
    found = change(points, BASELINE, ENFORCE)
    old, new = levels(points)
    assert found is not None
    assert (found.before, found.after) == pytest.approx((old.mean, new.mean))
    assert (old.months, old.teams, old.team_months) == (4, 2, 8)
    assert (new.months, new.teams, new.team_months) == (5, 2, 10)


def test_a_team_with_one_of_the_phases_alone_is_left_out() -> None:
    points = [*before_and_after(), *run("managers", ENFORCE, 5, 900, 901, 902)]
    found = change(points, BASELINE, ENFORCE)
    assert found == change(before_and_after(), BASELINE, ENFORCE)
    assert found is not None
    assert found.teams == ("practitioners",)
    assert change([*points[:4], *points[9:]], BASELINE, ENFORCE) is None


@pytest.mark.parametrize("few", range(1, FEWEST_MONTHS))
def test_with_few_months_no_interval_is_told(few: int) -> None:
    points = [*run("managers", OBSERVE, 1, *BUSY), *run("managers", NUDGE, 6, *QUIET[:few])]
    found = change(points, OBSERVE, NUDGE)
    assert found is not None
    assert found.interval is None
    assert found.finding is Finding.TOO_FEW


def test_months_that_are_all_alike_give_nothing_to_judge_by() -> None:
    points = [*run("managers", OBSERVE, 1, 0.1, 0.1, 0.1), *run("managers", NUDGE, 4, 5, 5, 5)]
    found = change(points, OBSERVE, NUDGE)
    assert found is not None
    assert found.finding is Finding.STILL


def test_an_end_that_is_shown_as_nought_is_no_change() -> None:
    points = [
        *run("managers", OBSERVE, 1, 10.0, 10.0, 10.01),
        *run("managers", NUDGE, 4, 10.05, 10.05, 10.06),
    ]
    found = change(points, OBSERVE, NUDGE)
    assert found is not None
    assert found.interval is not None
    assert 0 < found.interval[0] < 0.05
    assert found.finding is Finding.UNCLEAR


def test_a_phase_is_compared_with_the_earliest_that_has_enough_months() -> None:
    points = [
        *run("managers", BASELINE, 1, 50, 51),
        *run("managers", OBSERVE, 3, 50, 52, 51),
        *run("managers", NUDGE, 6, 40, 41, 42),
        *run("managers", ENFORCE, 9, 5, 6),
    ]
    assert [(one.phase, one.against) for one in changes(points)] == [
        (OBSERVE, BASELINE),
        (NUDGE, OBSERVE),
        (ENFORCE, BASELINE),  # too few itself, whatever it is compared with
    ]


def test_without_an_earlier_phase_there_is_nothing_to_compare() -> None:
    assert changes(run("managers", ENFORCE, 1, *BUSY)) == ()
    assert changes([]) == ()
    assert levels([]) == ()


def test_a_month_is_the_mean_of_its_teams() -> None:
    points = [*run("managers", NUDGE, 3, 10, 20), *run("practitioners", ENFORCE, 3, 20)]
    assert by_month(points) == {month(3): 15, month(4): 20}


@pytest.mark.parametrize(
    ("teams", "starts"),
    [(1, lambda _: 5), (6, lambda _: 4), (6, lambda team: 4 + team)],
    ids=["one team", "all at once", "one after the other"],
)
def test_the_interval_holds_the_truth_about_95_times_in_100(
    teams: int, starts: Callable[[int], int]
) -> None:
    worlds, held = random.Random(20261), 0  # noqa: S311  the same worlds each time
    tries = 300
    for _ in range(tries):
        waves = [worlds.gauss(0, 3) for _ in range(13)]
        points = []
        for team in range(teams):
            usual = worlds.gauss(30, 10)
            for number in range(1, 13):
                phase = ENFORCE if number >= starts(team) else BASELINE
                value = usual + waves[number] + worlds.gauss(0, 2) - 5 * (phase is ENFORCE)
                points += run(str(team), phase, number, value)
        found = change(points, BASELINE, ENFORCE)
        assert found is not None
        assert found.interval is not None
        held += found.interval[0] <= -5 <= found.interval[1]
    assert 0.91 <= held / tries <= 0.99


POINTS = st.lists(
    st.builds(
        Point,
        month=st.integers(1, 12).map(month),
        team=st.sampled_from("abc"),
        phase=st.sampled_from(PHASES),
        value=st.floats(0, 1000),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(POINTS)
def test_what_is_told_lies_within_what_was_measured(points: list[Point]) -> None:
    values = [point.value for point in points]
    for found in changes(points):
        assert min(values) - 1e-9 <= found.before <= max(values) + 1e-9
        assert min(values) - 1e-9 <= found.after <= max(values) + 1e-9
        if found.interval is not None:
            low, high = found.interval
            assert low <= found.difference <= high
            assert min(found.months_before, found.months_after) >= FEWEST_MONTHS


def test_a_reach_that_scipy_would_warn_of_is_still_told() -> None:
    assert welch_reach([5.0, 5.0, 5.0], [1.0, 2.0, 3.0]) == pytest.approx(2.4841, abs=1e-3)


@pytest.mark.parametrize(("value", "shown"), [(0.05, 0.1), (12.25, 12.3), (-0.04, 0.0), (7, 7.0)])
def test_halves_are_rounded_up_and_nought_has_no_sign(value: float, shown: float) -> None:
    assert str(rounded(value)) == str(shown)
