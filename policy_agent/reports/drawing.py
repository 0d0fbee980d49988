"""Which columns of a table a chart draws, so that no chart is without a single figure."""

from collections.abc import Iterable

from policy_agent.reports.document import Chart, Draws, Table
from policy_agent.reports.told import is_number


def drawn(
    table: Table, title: str, columns: Iterable[str], *, draws: Draws, unit: str, along: str
) -> tuple[Chart, ...]:
    """Return a chart of those of the columns that have a figure; none where none has."""
    at = {column.key: n for n, column in enumerate(table.columns)}
    rows = [row for row in table.rows if not row.total]
    told = tuple(
        str(key)
        for key in columns
        if key in at and any(is_number(row.values[at[key]]) for row in rows)
    )
    if not told:
        return ()
    return (Chart(table=table.key, title=title, draws=draws, columns=told, unit=unit, along=along),)
