"""Steps of a series, and how a share of it compares with the month before."""

from policy_agent.domain.blocks import Told
from policy_agent.domain.months import Series
from policy_agent.reports.document import Value
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import month_name, moved


def step(series: Series | None, head: str, column: str) -> Told | None:
    """Return one value of a series; None: it has no such row or column."""
    if series is None or column not in series.columns:
        return None
    at = series.columns.index(column)
    return next((row.values[at] for row in series.rows if row.head == head), None)


def compared(run: Run, now: float, then: Value) -> str:
    """Return «, up from 41% in September»; empty: there is nothing to compare with."""
    if run.before is None or not isinstance(then, float):
        return ""
    return f", {moved(now, then, month_name(run.before.month, run.month.month))}"
