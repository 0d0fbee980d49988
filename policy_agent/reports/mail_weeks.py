"""Mail in the window of a rule by week, those with a bank holiday marked.

Such a week has more quiet days than others, so it stands as it was and is not made like them.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from policy_agent.domain import measures
from policy_agent.domain.measures import Measure
from policy_agent.domain.months import ClosedMonth, Series
from policy_agent.messages.words import cut
from policy_agent.reports.document import Column, Row, Table, Unit
from policy_agent.reports.keys import table_key
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import day_name, names
from policy_agent.reports.team_tables import column_title

_LONGEST = 60  # letters of a holiday's name


def weeks_table(run: Run, rule: str, titles: Mapping[str, str]) -> Table | None:
    """Return the weeks of a month; None: it has none."""
    month = run.month
    series = month.one_series(measures.weeks(rule))
    if series is None or not series.rows:
        return None
    marked = any(row.mark for row in series.rows)
    notes = [
        "Weeks begin on a Monday. Of the first and the last one only days of this month count.",
        *(["A week with a bank holiday has more quiet days than others."] if marked else []),
        *_inside(month, rule, series, titles),
    ]
    return Table(
        key=table_key("mail", rule, "weeks", run.rules),
        title=f"{rule}: mail in the window, by week (copies)",
        columns=(
            Column(key="week", title="Week of", unit=Unit.TEXT),
            *(Column(key=key, title=column_title(key, titles)) for key in series.columns),
        ),
        rows=tuple(
            Row(values=(_week(row.head), *row.values), mark=_mark(row.mark)) for row in series.rows
        ),
        notes=tuple(notes),
    )


def week_words(month: ClosedMonth, rule: str) -> tuple[str, ...]:
    """Return which weeks had a bank holiday; empty: none had."""
    series = month.one_series(measures.weeks(rule))
    marked = [] if series is None else [row for row in series.rows if row.mark]
    if not marked:
        return ()
    said = names(f"the week of {_week(row.head)} ({cut(row.mark, _LONGEST)})" for row in marked)
    had = "had a bank holiday" if len(marked) == 1 else "had bank holidays"
    return (f"{said[:1].upper()}{said[1:]} {had}: marked below, and not averaged away.",)


def _week(head: str) -> str:
    monday = date.fromisoformat(head)
    return day_name(monday - timedelta(days=monday.weekday()))


def _mark(mark: str) -> str:
    return f"with {cut(mark, _LONGEST)}" if mark else ""


def _inside(month: ClosedMonth, rule: str, series: Series, titles: Mapping[str, str]) -> list[str]:
    """Say what is in a column of several put together."""
    block = month.block(measures.block(Measure.MAIL, rule))
    if block is None:
        return []
    return [
        f"Other together: {names(f'“{titles.get(key, key)}”' for key in column.of)}."
        for column in block.columns
        if len(column.of) > 1 and column.key in series.columns
    ]
