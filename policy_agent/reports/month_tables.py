"""Tables with a row a month, for the whole organisation, and what a chart draws of a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from policy_agent.domain.months import ClosedMonth, RuleMonth
from policy_agent.reports.document import MOST_DRAWN, Chart, Column, Draws, Row, Table, Unit, Value
from policy_agent.reports.run_of_months import Run, rule_of
from policy_agent.reports.sentences import month_name, names, since_and_until
from policy_agent.reports.told import Measured, any_number, of_everybody

_CLOSED = "A dash: the month was not closed, or there was nothing of the kind to count."
MIXED = "mixed"  # in place of a mode: not the same for all teams, or not all month


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A column of a table by months."""

    key: str
    title: str
    unit: Unit = Unit.COUNT
    of: Callable[[ClosedMonth], Value]
    always: bool = False  # it stands there also if no month tells it


def by_month(block: str, measured: Measured, *, always: bool = False) -> Figure:
    """Return a figure of everybody as a column of a table by months."""
    return Figure(
        key=measured.key,
        title=measured.title,
        unit=measured.unit,
        of=of_everybody(block, measured.of),
        always=always,
    )


def days_of(rule: str) -> Figure:
    """Return the column with the number of days that a rule's window touches."""

    def read(month: ClosedMonth) -> Value:
        found = rule_of(month, rule)
        return None if found is None else found.days

    return Figure(key="days", title="Days", of=read, always=True)


def months_table(
    run: Run,
    *,
    key: str,
    title: str,
    figures: Sequence[Figure],
    rule: str = "",
    with_mode: bool = True,
    notes: Sequence[str] = (),
) -> Table:
    """Return figures of each month from the first one known on.

    Of a rule the table says how strongly it acted, and from when until when it was there. A column
    that no month tells is left out, and the notes name it.
    """
    months = run.every_month()
    kept: list[Figure] = []
    left: list[Figure] = []
    for figure in figures:
        told = any_number(None if one is None else figure.of(one) for _, one in months)
        (kept if told or figure.always else left).append(figure)
    rows = []
    for day, one in months:
        found = None if one is None else rule_of(one, rule)
        modes = (_mode(found),) if rule and with_mode else ()
        values = (None if one is None else figure.of(one) for figure in kept)
        mark = "" if found is None else since_and_until(found.first, found.last)
        rows.append(Row(values=(month_name(day), *modes, *values), mark=mark))
    mode = (Column(key="mode", title="Mode", unit=Unit.TEXT),) if rule and with_mode else ()
    return Table(
        key=key,
        title=title,
        columns=(
            Column(key="month", title="Month", unit=Unit.TEXT),
            *mode,
            *(Column(key=one.key, title=one.title, unit=one.unit) for one in kept),
        ),
        rows=tuple(rows),
        notes=(*notes, *_notes(rows, left)),
    )


def _notes(rows: Sequence[Row], left: Sequence[Figure]) -> list[str]:
    said = []
    values = [value for row in rows for value in row.values]
    if left:
        titles = names(f"“{one.title}”" for one in left)
        said.append(f"Not told in any month, as there was too little or none: {titles}.")
    if MIXED in values:
        said.append("Mixed: the mode was not the same for all teams, or not all month.")
    if None in values:
        said.append(_CLOSED)
    return said


def with_figures(table: Table) -> tuple[Table, ...]:
    """Return a table if it has any figure at all."""
    numbers = any(column.unit is not Unit.TEXT for column in table.columns)
    return (table,) if numbers else ()


def drawn(
    table: Table, title: str, columns: Iterable[str], *, draws: Draws, unit: str, along: str
) -> tuple[Chart, ...]:
    """Return a chart of those of the columns that have a figure; none where none has.

    More than `MOST_DRAWN` cannot be told apart in black and white: then the largest are drawn.
    """
    at = {column.key: n for n, column in enumerate(table.columns)}
    rows = [row for row in table.rows if not row.total]
    told = {
        str(key): sum(one for row in rows if isinstance(one := row.values[at[key]], int | float))
        for key in columns
        if key in at and any_number(row.values[at[key]] for row in rows)
    }
    told = {key: n for key, n in told.items() if n} or told
    largest = sorted(told, key=lambda key: -told[key])[:MOST_DRAWN]
    if not largest:
        return ()
    return (
        Chart(
            table=table.key,
            title=title if len(largest) == len(told) else f"{title} (the largest)",
            draws=draws,
            columns=tuple(key for key in told if key in largest),
            unit=unit,
            along=along,
        ),
    )


def _mode(rule: RuleMonth | None) -> Value:
    if rule is None:
        return None
    modes = set(rule.modes.values())
    return modes.pop() if len(modes) == 1 else MIXED if modes else None
