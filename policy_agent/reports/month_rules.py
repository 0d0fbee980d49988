"""The monthly report's section on rules and teams as they were: what came, went or was mixed."""

from policy_agent.domain.months import ClosedMonth, RuleMonth
from policy_agent.messages.words import cut
from policy_agent.reports.document import Column, Row, Section, Table, Unit
from policy_agent.reports.month_tables import MIXED
from policy_agent.reports.run_of_months import Run, mode_of
from policy_agent.reports.sentences import (
    capital,
    month_name,
    names,
    since_and_until,
    team_name,
)

_KINDS = {
    "defer-email": "mail waits",
    "protect-time": "time is protected",
    "meeting-etiquette": "meetings are kind",
    "keep-meeting": "meetings are kept",
}
_LONGEST = 200  # letters of a reason that somebody wrote


def rules_section(run: Run) -> Section:
    """Return which rules and teams the month had, and which of them not all month."""
    month = run.month
    if not month.rules:
        return Section(
            key="rules",
            title="Rules and teams of the month",
            paragraphs=(f"The rulebook had no rule in {month_name(month.month)}.",),
        )
    mixed = [rule for rule in month.rules if mode_of(rule) is None and rule.modes]
    return Section(
        key="rules",
        title="Rules and teams of the month",
        paragraphs=_came_and_went(run) or ("All rules and teams were there all month.",),
        tables=(_rules(month, mixed=bool(mixed)), *((_modes(mixed),) if mixed else ())),
    )


def _came_and_went(run: Run) -> tuple[str, ...]:
    month, before = run.month, run.before
    said = [
        f"The rule {one.name} was there {span} only."
        for one in month.rules
        if (span := since_and_until(one.first, one.last))
    ]
    said += [
        f"The team {team_name(one.name)} was there {span} only. A team that gets another name is "
        "told of as two teams."
        for one in month.teams
        if (span := since_and_until(one.first, one.last))
    ]
    if before is not None:
        when = month_name(before.month, month.month)
        rules = {one.name for one in before.rules} - {one.name for one in month.rules}
        teams = {one.name for one in before.teams} - {one.name for one in month.teams}
        if rules:
            said.append(f"In {when} there was also {_these('rule', rules)}; now no longer.")
        if teams:
            said.append(f"In {when} there was also {_these('team', teams)}; now no longer.")
    return tuple(said)


def _these(what: str, found: set[str]) -> str:
    named = names(sorted(team_name(one) for one in found))
    return f"the {what if len(found) == 1 else f'{what}s'} {named}"


def _rules(month: ClosedMonth, *, mixed: bool) -> Table:
    return Table(
        key="rules",
        title=f"Rules in {month_name(month.month)}",
        columns=(
            Column(key="rule", title="Rule", unit=Unit.TEXT),
            Column(key="kind", title="What it is about", unit=Unit.TEXT),
            Column(key="mode", title="Mode", unit=Unit.TEXT),
            Column(key="days", title="Days"),
            Column(key="because", title="Why", unit=Unit.TEXT),
        ),
        rows=tuple(
            Row(
                values=(
                    one.name,
                    _KINDS.get(one.kind, one.kind),
                    mode_of(one) or (MIXED if one.modes else "not known"),
                    one.days,
                    cut(one.because, _LONGEST),
                ),
                mark=since_and_until(one.first, one.last),
            )
            for one in month.rules
        ),
        notes=(
            "Days: how many of the month the rule's window touches, or its working days.",
            *(("Mixed: not the same for all teams, or not all month.",) if mixed else ()),
        ),
    )


def _modes(rules: list[RuleMonth]) -> Table:
    """Return how strongly rules acted on each team, of rules that were not the same for all."""
    return Table(
        key="modes",
        title="How strongly rules acted",
        columns=(
            Column(key="rule", title="Rule and team", unit=Unit.TEXT),
            Column(key="mode", title="Mode", unit=Unit.TEXT),
        ),
        rows=tuple(
            Row(values=(f"{rule.name}: {capital(team_name(team))}", mode))
            for rule in rules
            for team, mode in sorted(rule.modes.items())
        ),
    )
