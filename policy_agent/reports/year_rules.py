"""The annual review's sections about rules: levels by phase, and changes between phases."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from policy_agent.messages.words import sentence
from policy_agent.reports.change_tables import changes_table, rests_on_table
from policy_agent.reports.change_words import (
    change_sentences,
    level_sentence,
    month_names,
)
from policy_agent.reports.changes import Change, by_month, changes, levels, rounded
from policy_agent.reports.document import Chart, Column, Draws, Row, Section, Table, Unit, Value
from policy_agent.reports.phases import PHASES, Phase, RolledOut
from policy_agent.reports.rates import Rate
from policy_agent.rulebook.problems import listed

_LONGEST_KEY = 31
_MOST_DRAWN = 6  # columns in one chart
_LONGEST_REASON = 200  # letters of a rule's reason
_RATES_NOTE = (
    "A number per 100 people a day is for each day of the rule's window, so a month with a bank "
    "holiday counts as any other."
)


def rule_section(rule: RolledOut, number: int, months: Sequence[date]) -> Section:
    """Return what there is to tell of a rule; `number` makes its keys, `months` are all to show."""
    keys = _Keys(number, rule.name)
    because = (
        [f"Why the rule is there: {sentence(rule.because, _LONGEST_REASON)}"]
        if rule.because
        else []
    )
    if not rule.points:
        nothing = "No month of this rule can be compared: no figure of it is told."
        return Section(key=keys.of("rule"), title=rule.name, paragraphs=(*because, nothing))
    said = [sentences for rate in rule.rates if (sentences := rate_sentences(rule, rate))]
    found = [(rate, change) for rate in rule.rates for change in changes(rule.points[rate.key])]
    level_table, month_table = _levels(rule, keys), _months(rule, keys, months)
    return Section(
        key=keys.of("rule"),
        title=rule.name,
        paragraphs=(*because, *said),
        tables=(
            _who(rule, keys),
            level_table,
            changes_table(found, rule.name, keys.of("changes")),
            rests_on_table(found, rule.name, keys.of("rests-on")),
            month_table,
            _teams(rule, keys),
        ),
        charts=(
            *_charts(rule, level_table, "by phase", Draws.BARS, "phase of the roll-out"),
            *_charts(rule, month_table, "by month", Draws.LINES, "month"),
        ),
    )


def rate_sentences(rule: RolledOut, rate: Rate) -> str:
    """Return what became of a rate in the last phase; empty: no figure of it is told."""
    points = rule.points.get(rate.key, ())
    found = changes(points)
    if found:
        return change_sentences(rate, found[-1])
    there = levels(points)
    return level_sentence(rate, there[-1]) if there else ""


def headline(rule: RolledOut) -> tuple[Rate, Change | None] | None:
    """Return the rate to name first: one with a clear change, else with any; None: none is told."""
    with_changes = [(rate, changes(rule.points[rate.key])) for rate in rule.rates]
    told = [(rate, found[-1] if found else None) for rate, found in with_changes]
    clear = [one for one in told if one[1] is not None and one[1].is_clear]
    compared = [one for one in told if one[1] is not None]
    return next(iter([*clear, *compared, *told]), None)


class _Keys:
    """Keys of a rule's tables; its number keeps them apart where long names are cut."""

    def __init__(self, number: int, rule: str) -> None:
        self._end = f"{number}-{re.sub(r'[^a-z0-9]+', '-', rule.lower()).strip('-')}"

    def of(self, what: str) -> str:
        return f"{what}-{self._end}"[:_LONGEST_KEY].strip("-")


def _who(rule: RolledOut, keys: _Keys) -> Table:
    rows = []
    for phase in PHASES:
        mine = [point for point in rule.all_points() if point.phase is phase]
        if mine:
            teams = sorted({point.team for point in mine})
            together = len({(point.team, point.month) for point in mine})
            rows.append(
                (
                    phase.value,
                    month_names(point.month for point in mine),
                    listed(teams, "and"),
                    together,
                )
            )
    return Table(
        key=keys.of("who"),
        title=f"Who was in which phase: {rule.name}",
        columns=(
            Column(key="phase", title="Phase", unit=Unit.TEXT),
            Column(key="months", title="Months", unit=Unit.TEXT),
            Column(key="teams", title="Teams", unit=Unit.TEXT),
            Column(key="team-months", title="Team-months"),
        ),
        rows=tuple(Row(values=values) for values in rows),
        notes=(
            (
                "A team-month is one team in one month, where its figures are told. A team counts "
                "in the phase it was in, so one month can stand in two phases."
            ),
        ),
    )


def _levels(rule: RolledOut, keys: _Keys) -> Table:
    found = {
        rate.key: {level.phase: level for level in levels(rule.points[rate.key])}
        for rate in rule.rates
    }
    rows = [
        Row(
            values=(
                phase.value,
                *(
                    rounded(found[rate.key][phase].mean) if phase in found[rate.key] else None
                    for rate in rule.rates
                ),
            )
        )
        for phase in _phases(rule)
    ]
    return Table(
        key=keys.of("levels"),
        title=f"Each phase: {rule.name}",
        columns=(Column(key="phase", title="Phase", unit=Unit.TEXT), *_columns(rule.rates)),
        rows=tuple(rows),
        notes=(
            (
                "Each figure is the mean of the teams in that phase, each with the mean of its "
                "months; every team counts the same."
            ),
            _RATES_NOTE,
        ),
    )


def _months(rule: RolledOut, keys: _Keys, months: Sequence[date]) -> Table:
    means = {rate.key: by_month(rule.points[rate.key]) for rate in rule.rates}
    years = listed(dict.fromkeys(str(month.year) for month in months), "and")
    short = "%b" if len({month.year for month in months}) == 1 else "%b %y"
    begins = _begins(rule)
    return Table(
        key=keys.of("months"),
        title=f"Month by month, {years}: {rule.name}",
        columns=(Column(key="month", title="Month", unit=Unit.TEXT), *_columns(rule.rates)),
        rows=tuple(
            Row(
                values=(
                    month.strftime(short),
                    *(_or_none(means[rate.key].get(month)) for rate in rule.rates),
                ),
                mark=begins.get(month, ""),
            )
            for month in months
        ),
        notes=(
            (
                "Each figure is the mean of the teams that the month tells. A mark says from which "
                "month on they were in which phase. A month with a dash tells no team, or belongs "
                "to no phase."
            ),
        ),
    )


def _begins(rule: RolledOut) -> dict[date, str]:
    """Return in which phases the teams are, by the first month in which they are in these."""
    phases: dict[date, set[Phase]] = {}
    for point in rule.all_points():
        phases.setdefault(point.month, set()).add(point.phase)
    found: dict[date, str] = {}
    before: set[Phase] = set()
    for month in sorted(phases):
        if phases[month] != before:
            named = listed((phase for phase in PHASES if phase in phases[month]), "and")
            found[month] = f"{named} from here on"
        before = phases[month]
    return found


def _teams(rule: RolledOut, keys: _Keys) -> Table:
    rate = rule.rates[0]
    points = rule.points[rate.key]
    phases = [level.phase for level in levels(points)]
    rows = []
    for team in sorted({point.team for point in points}):
        mine = {level.phase: level for level in levels([one for one in points if one.team == team])}
        rows.append(
            Row(
                values=(
                    team,
                    *(rounded(mine[phase].mean) if phase in mine else None for phase in phases),
                )
            )
        )
    return Table(
        key=keys.of("teams"),
        title=f"{rate.head}, by team: {rule.name}",
        columns=(
            Column(key="team", title="Team", unit=Unit.TEXT),
            *(
                Column(key=phase.value, title=phase.value.capitalize(), unit=Unit.NUMBER)
                for phase in phases
            ),
        ),
        rows=tuple(rows),
        notes=("Each figure is the mean of the team's told months in that phase.",),
    )


def _columns(rates: Iterable[Rate]) -> tuple[Column, ...]:
    return tuple(Column(key=rate.key, title=rate.head, unit=Unit.NUMBER) for rate in rates)


def _charts(rule: RolledOut, table: Table, said: str, draws: Draws, along: str) -> Iterable[Chart]:
    """Go through a chart for each unit that the table's rates have."""
    for unit in dict.fromkeys(rate.unit for rate in rule.rates):
        rates = [rate for rate in rule.rates if rate.unit == unit][:_MOST_DRAWN]
        yield Chart(
            table=table.key,
            title=f"{rule.name} {said} ({unit})",
            draws=draws,
            columns=tuple(rate.key for rate in rates),
            unit=unit,
            along=along,
        )


def _phases(rule: RolledOut) -> tuple[Phase, ...]:
    there = {point.phase for point in rule.all_points()}
    return tuple(phase for phase in PHASES if phase in there)


def _or_none(value: float | None) -> Value:
    return None if value is None else rounded(value)
