"""Figures of a rehearsal: by rule, team, weekday and outcome, and who was let through and why."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.rehearsal.rehearse import Rehearsed, lets_through

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What becomes of some of the copies."""

    copies: int
    held: int
    let_through: int  # a rule was in force just then, and something lifted it
    errors: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LetThroughGroup:
    """Copies that one clause let through."""

    rule: str
    reason: Reason
    detail: str
    clause: str  # file:line
    copies: int
    recipients: Mapping[str, int]  # copies by whose they are, most first


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a rulebook would have done."""

    copies: int
    outcomes: Mapping[str, Mapping[str, int]]  # copies by outcome and reason
    rules: Mapping[str, Share]  # what each rule alone says; copies: those it is about
    teams: Mapping[str, Share]  # by the recipient's teams; somebody in two counts in both
    weekdays: Mapping[str, Share]  # of the wall clock at which they came
    modes: Mapping[str, int]  # held copies by the mode of the rule that holds them
    let_through: Sequence[LetThroughGroup]  # most copies first


def figures_of(rehearsed: Sequence[Rehearsed]) -> Figures:
    """Count."""
    said = [(one, one.said) for one in rehearsed]
    by_weekday = _shares((WEEKDAYS[one.copy.weekday], decision) for one, decision in said)
    by_rule = _shares(
        (decision.rule, decision)
        for one in rehearsed
        for decision in one.decisions
        if decision.rule is not None
    )
    by_team = _shares(
        (team, decision) for one, decision in said for team in one.copy.facts.recipient.teams
    )
    return Figures(
        copies=len(rehearsed),
        outcomes={
            outcome.value: _counted(
                decision.reason.value for _, decision in said if decision.outcome is outcome
            )
            for outcome in Outcome
            if any(decision.outcome is outcome for _, decision in said)
        },
        rules=by_rule,
        teams=dict(sorted(by_team.items())),
        weekdays={day: by_weekday[day] for day in WEEKDAYS if day in by_weekday},
        modes=_counted(
            decision.mode.value for _, decision in said if decision.outcome is Outcome.HOLD
        ),
        let_through=_let_through(rehearsed),
    )


def _let_through(rehearsed: Iterable[Rehearsed]) -> tuple[LetThroughGroup, ...]:
    groups: dict[Decision, Counter[str]] = {}
    for one in rehearsed:
        if one.let_through:
            groups.setdefault(one.said, Counter())[one.copy.recipient] += 1
    merged: dict[tuple[str, Reason, str, str], Counter[str]] = {}
    for said, people in groups.items():  # modes apart, the same clause is the same group
        key = (said.rule or "", said.reason, said.detail, str(said.where))
        merged.setdefault(key, Counter()).update(people)
    found = [
        LetThroughGroup(
            rule=rule,
            reason=reason,
            detail=detail,
            clause=clause,
            copies=people.total(),
            recipients=_most_first(people),
        )
        for (rule, reason, detail, clause), people in merged.items()
    ]
    return tuple(sorted(found, key=lambda group: (-group.copies, group.rule, group.detail)))


def _shares(said: Iterable[tuple[_Key, Decision]]) -> dict[_Key, Share]:
    counted: dict[_Key, list[Decision]] = {}
    for key, decision in said:
        counted.setdefault(key, []).append(decision)
    return {key: _share(decisions) for key, decisions in counted.items()}


def _share(decisions: Sequence[Decision]) -> Share:
    return Share(
        copies=len(decisions),
        held=_how_many(decisions, lambda one: one.outcome is Outcome.HOLD),
        let_through=_how_many(decisions, lets_through),
        errors=_how_many(decisions, lambda one: one.outcome is Outcome.ERROR),
    )


def _how_many(decisions: Iterable[Decision], test: Callable[[Decision], bool]) -> int:
    return sum(1 for one in decisions if test(one))


def _counted(keys: Iterable[str]) -> dict[str, int]:
    return _most_first(Counter(keys))


def _most_first(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
