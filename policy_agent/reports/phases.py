"""Phases of a roll-out, and the team-months that are in each.

The unit of comparison is a team-month: a team that one month tells on its own, in the one mode that
the rule had for it all that month. A month in which mode, rule or team came, went or changed is
named and left out, for it belongs to no phase.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from policy_agent.domain.blocks import PublishedBlock, PublishedRow
from policy_agent.domain.months import CHANGED, ClosedMonth, RuleMonth, TeamMonth
from policy_agent.domain.placing import NO_TEAM
from policy_agent.reports.rates import RATES, Rate

EVERYBODY = "everybody"  # in place of a team, where a month tells no team on its own
IN_NO_TEAM = "people in no team"


class Phase(StrEnum):
    """How far a rule was rolled out to a team; in this order."""

    BASELINE = "baseline"
    OBSERVE = "observe"
    NUDGE = "nudge"
    ENFORCE = "enforce"


PHASES = tuple(Phase)
_PHASES = {"off": Phase.BASELINE, "observe": Phase.OBSERVE, "nudge": Phase.NUDGE}
_PHASES |= {"enforce": Phase.ENFORCE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """One rate of one team-month."""

    month: date
    team: str  # as it is shown
    phase: Phase
    value: float


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class LeftOut:
    """A team-month that is in no phase."""

    month: date
    team: str  # as it is shown
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RolledOut:
    """One rule over all months that are told."""

    name: str
    kind: str
    because: str
    points: dict[str, tuple[Point, ...]]  # by the rate's key; rates that nothing is told of are not
    left_out: tuple[LeftOut, ...]

    @property
    def rates(self) -> tuple[Rate, ...]:
        return tuple(rate for rate in RATES if rate.key in self.points)

    def all_points(self) -> Iterator[Point]:
        for points in self.points.values():
            yield from points


def rolled_out(months: Sequence[ClosedMonth]) -> tuple[RolledOut, ...]:
    """Return every rule of the months, those of the latest month first and in its order."""
    latest: dict[str, RuleMonth] = {}
    for month in reversed(months):
        for rule in month.rules:
            latest.setdefault(rule.name, rule)
    return tuple(_rolled_out(rule, months) for rule in latest.values())


def _rolled_out(rule: RuleMonth, months: Sequence[ClosedMonth]) -> RolledOut:
    points: dict[str, list[Point]] = {}
    left_out: set[LeftOut] = set()
    for month in months:
        then = next((one for one in month.rules if one.name == rule.name), None)
        if then is None:
            continue
        for rate in RATES:
            counts = month.block(rate.block_of(rule.name))
            if counts is None:
                continue
            for team, row in units(counts):
                phase = _phase(month, then, team)
                if phase is None:
                    continue
                if not isinstance(phase, Phase):
                    left_out.add(LeftOut(month=month.month, team=shown(team), why=phase))
                    continue
                value = rate.value(counts, row, days=then.days, fewest=month.fewest)
                if value is not None:
                    points.setdefault(rate.key, []).append(
                        Point(month=month.month, team=shown(team), phase=phase, value=value)
                    )
    return RolledOut(
        name=rule.name,
        kind=rule.kind,
        because=rule.because,
        points={key: tuple(found) for key, found in points.items()},
        left_out=tuple(sorted(left_out)),
    )


def units(counts: PublishedBlock) -> Iterator[tuple[str | None, PublishedRow]]:
    """Go through teams that a block tells on their own; None: everybody, where it tells none."""
    for row in counts.rows:
        if len(row.teams) == 1:
            yield row.teams[0], row
    if not counts.rows:
        yield None, counts.everybody


def shown(team: str | None) -> str:
    """Return a team's name for people."""
    if team is None:
        return EVERYBODY
    return IN_NO_TEAM if team == NO_TEAM else team


def partial(rule: RuleMonth) -> bool:
    """Say whether a rule was there for a part of the month alone."""
    return rule.first is not None or rule.last is not None


def _phase(month: ClosedMonth, rule: RuleMonth, team: str | None) -> Phase | str | None:
    """Return the phase of a team-month, or why it has none; None: the rule is not about it."""
    modes = set(rule.modes.values()) if team is None else {rule.modes.get(team)}
    if modes <= {None}:
        return None
    if partial(rule):
        return "the rule came or went in this month"
    if any(_came_or_went(one) for one in month.teams if team is None or one.name == team):
        return "the team came or went in this month"
    if len(modes) > 1:
        return "the rule's mode was not the same for all"
    (mode,) = modes
    if mode == CHANGED:
        return "the rule's mode changed in this month"
    return _PHASES[mode or ""]


def _came_or_went(team: TeamMonth) -> bool:
    return team.first is not None or team.last is not None
