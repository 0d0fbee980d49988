"""Changes: how far a rate differs between two phases of a roll-out, and how sure that is.

**Like for like.** A team is compared with itself alone: only teams with told months in both phases
count, and each is first set against the middle between its own two phases. So a team that is always
busy is no change, and where some teams were rolled out to before others nobody is compared with
somebody else.

**Months are what varies.** The teams are no sample of some larger number of teams: they are all
there are. What would have come out otherwise with other luck is the months, for a sickness wave or
an inspection reaches all teams at once. So each month of a phase is one value, the average of its
teams, and the interval is Welch's, which does not ask that both phases vary alike [1]. Taking every
team-month as a value of its own would count the same wave once a team, and promise far too much.

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
    """What a rate was in a phase: the mean of its months, each the mean of its teams."""

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
    before: float  # the rate's mean in the earlier phase, like for like
    after: float
    months_before: int
    months_after: int
    teams: tuple[str, ...]
    interval: tuple[float, float] | None  # of the difference; None: too little to tell one

    @property
    def difference(self) -> float:
        return self.after - self.before

    @property
    def finding(self) -> Finding:
        if self.interval is None:
            few = min(self.months_before, self.months_after) < FEWEST_MONTHS
            return Finding.TOO_FEW if few else Finding.STILL
        low, high = self.interval
        if low > 0:
            return Finding.ROSE
        return Finding.FELL if high < 0 else Finding.UNCLEAR


def levels(points: Sequence[Point]) -> tuple[Level, ...]:
    """Return a rate's level in each phase that has any team-month, in their order."""
    found = []
    for phase in PHASES:
        mine = [point for point in points if point.phase == phase]
        if mine:
            found.append(
                Level(
                    phase=phase,
                    mean=fmean(by_month(mine).values()),
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
    middles = _middles(points, before, after)
    if not middles:
        return None
    # added to all, so that values stay what the rate is about
    middle = fmean(middles.values())
    old, new = (
        list(
            by_month(
                Point(
                    month=point.month,
                    team=point.team,
                    phase=phase,
                    value=point.value - middles[point.team] + middle,
                )
                for point in points
                if point.phase == phase and point.team in middles
            ).values()
        )
        for phase in (before, after)
    )
    return Change(
        phase=after,
        against=before,
        before=fmean(old),
        after=fmean(new),
        months_before=len(old),
        months_after=len(new),
        teams=tuple(sorted(middles)),
        interval=welch(old, new),
    )


def _middles(points: Iterable[Point], before: Phase, after: Phase) -> Mapping[str, float]:
    """Return the middle between the two phases of each team that has both."""
    values: dict[str, dict[Phase, list[float]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        if point.phase in {before, after}:
            values[point.team][point.phase].append(point.value)
    both = {before, after}
    return {
        team: fmean(map(fmean, phases.values()))
        for team, phases in values.items()
        if phases.keys() == both
    }


def welch(old: Sequence[float], new: Sequence[float]) -> tuple[float, float] | None:
    """Return the interval of the mean of `new` less that of `old`; None: too little to tell one."""
    if min(len(old), len(new)) < FEWEST_MONTHS:
        return None
    parts = [variance(values) / len(values) for values in (old, new)]
    spread = sum(parts)
    if spread <= _STILL * max(1.0, *map(abs, (*old, *new))):
        return None
    freedom = spread**2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (old, new), strict=True)
    )
    reach = float(stdtrit(freedom, (1 + CONFIDENCE) / 2)) * spread**0.5
    difference = fmean(new) - fmean(old)
    return difference - reach, difference + reach


_STILL = 1e-18  # a variance that is only what floating point leaves
