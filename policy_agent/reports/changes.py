"""Changes: how far a rate differs between two phases of a roll-out, and how sure that is.

**Like for like.** A team is compared with itself alone: only teams with told months in both phases
count, and each is first set against the middle between its own two phases. So a team that is always
busy is no change, and where some teams were rolled out to before others nobody is compared with
somebody else.

**Months are what varies.** The teams are no sample of some larger number of teams: they are all
there are. What would have come out otherwise with other luck is the months, for a sickness wave or
an inspection reaches all teams at once. So each month of a phase is one value, the average distance
of its teams from their middles, and the interval is as wide as Welch's of these values, which does
not ask that both phases vary alike [1]. Taking every team-month as a value of its own would count
the same wave once a team, and promise far too much.

**Small numbers.** With fewer than `FEWEST_MONTHS` months in one of the phases no interval is told.
With few months a wide interval is right: it says that little is known.

It says how the months differ and never why: seasons, staffing and whatever else changed at the same
time are in the difference too.

[1] B. L. Welch, The generalization of «Student's» problem when several different population
variances are involved, Biometrika 34 (1947); `scipy.stats.ttest_ind(equal_var=False)`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from statistics import fmean, variance

from scipy.special import stdtrit

from policy_agent.reports.phases import PHASES, Phase, Point

FEWEST_MONTHS = 3  # in each of two phases, for an interval
CONFIDENCE = 0.95


class Finding(StrEnum):
    """What a comparison comes to; the words stand in tables."""

    ROSE = "rose"
    FELL = "fell"
    UNCLEAR = "no clear change"  # the interval has no change in it
    TOO_FEW = "too few months to tell"
    STILL = "no ups and downs to judge by"  # every month of both phases was the same


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What a rate was in a phase: the mean of its teams, each the mean of its months."""

    phase: Phase
    mean: float
    months: int
    teams: int
    team_months: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A phase against an earlier one, for teams that have both."""

    phase: Phase
    against: Phase
    before: float  # in the earlier phase: the mean of the teams, each the mean of its months
    after: float
    months_before: int
    months_after: int
    teams: tuple[str, ...]
    interval: tuple[float, float] | None  # of the difference; None: too little to tell one

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def is_clear(self) -> bool:
        return self.finding in {Finding.ROSE, Finding.FELL}

    @property
    def finding(self) -> Finding:
        if self.interval is None:
            few = min(self.months_before, self.months_after) < FEWEST_MONTHS
            return Finding.TOO_FEW if few else Finding.STILL
        low, high = map(rounded, self.interval)  # as they are shown: 0.0 is no change
        if low > 0:
            return Finding.ROSE
        return Finding.FELL if high < 0 else Finding.UNCLEAR


def rounded(value: float) -> float:
    """Return a number with one digit after the point, halves up, as tables write it."""
    return float(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)) + 0.0


def levels(points: Sequence[Point]) -> tuple[Level, ...]:
    """Return a rate's level in each phase that has any team-month, in their order."""
    found = []
    for phase in PHASES:
        mine = [point for point in points if point.phase == phase]
        if mine:
            found.append(
                Level(
                    phase=phase,
                    mean=fmean(_by_team(mine, phase).values()),
                    months=len({point.month for point in mine}),
                    teams=len({point.team for point in mine}),
                    team_months=len(mine),
                )
            )
    return tuple(found)


def by_month(points: Iterable[Point]) -> Mapping[date, float]:
    """Return the mean of the teams of each month, the first month first."""
    found: dict[date, list[float]] = defaultdict(list)
    for point in points:
        found[point.month].append(point.value)
    return {month: fmean(found[month]) for month in sorted(found)}


def changes(points: Sequence[Point]) -> tuple[Change, ...]:
    """Return each phase against the earliest one that allows an interval.

    Where none does it is the earliest that shares a team with it, and without one there is no
    change to tell.
    """
    found = []
    for place, phase in enumerate(PHASES):
        against = [change(points, earlier, phase) for earlier in PHASES[:place]]
        there = [one for one in against if one is not None]
        enough = [one for one in there if one.finding is not Finding.TOO_FEW]
        found += (enough or there)[:1]
    return tuple(found)


def change(points: Sequence[Point], before: Phase, after: Phase) -> Change | None:
    """Compare two phases; None: no team has told months in both."""
    old, new = (_by_team(points, phase) for phase in (before, after))
    teams = tuple(sorted(old.keys() & new.keys()))
    if not teams:
        return None
    middles = {team: (old[team] + new[team]) / 2 for team in teams}
    steps = [_against(middles, points, phase) for phase in (before, after)]
    was, is_ = (fmean(means[team] for team in teams) for means in (old, new))
    reach = welch_reach(*steps)
    difference = is_ - was
    return Change(
        phase=after,
        against=before,
        before=was,
        after=is_,
        months_before=len(steps[0]),
        months_after=len(steps[1]),
        teams=teams,
        interval=None if reach is None else (difference - reach, difference + reach),
    )


def _by_team(points: Iterable[Point], phase: Phase) -> Mapping[str, float]:
    """Return the mean of each team's months in a phase."""
    found: dict[str, list[float]] = defaultdict(list)
    for point in points:
        if point.phase == phase:
            found[point.team].append(point.value)
    return {team: fmean(values) for team, values in found.items()}


def _against(
    middles: Mapping[str, float], points: Iterable[Point], phase: Phase
) -> Sequence[float]:
    """Return a value for each month of a phase: how far its teams are from their middles."""
    found: dict[date, list[float]] = defaultdict(list)
    for point in points:
        if point.phase == phase and point.team in middles:
            found[point.month].append(point.value - middles[point.team])
    return [fmean(found[month]) for month in sorted(found)]


def welch_reach(old: Sequence[float], new: Sequence[float]) -> float | None:
    """Return half the width of the interval of a difference of means; None: too little to tell."""
    if min(len(old), len(new)) < FEWEST_MONTHS:
        return None
    parts = [variance(values) / len(values) for values in (old, new)]
    spread = sum(parts)
    if spread <= _STILL * max(1.0, *map(abs, (*old, *new))) ** 2:
        return None
    freedom = spread**2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (old, new), strict=True)
    )
    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * float(spread**0.5)


_STILL = 1e-18  # a spread below it, of values around 1, is what floating point leaves
