"""Making: the reports of closed months, out of what the store has of them.

A report says that it was made when its last month was closed, however often it is made after that:
so it is the same to the byte each time.
"""

from datetime import date
from zoneinfo import ZoneInfo

from policy_agent.agent.figures import FigureStore
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Report


def monthly_of(store: FigureStore, month: date) -> Report | None:
    """Return the monthly report of the month with that first day; None: it is not closed."""
    found = store.closed_month(month)
    return None if found is None else _report(found, f"{month:%Y-%m}", "Monthly report")


def team_page_of(store: FigureStore, month: date, team: str) -> Report | None:
    """Return a team's own page; None: the month is not closed, or had no such team."""
    found = store.closed_month(month)
    if found is None or all(one.name != team for one in found.teams):
        return None
    return _report(found, f"{month:%Y-%m}-{team}", team)


def _report(month: ClosedMonth, key: str, title: str) -> Report:
    return Report(
        key=key,
        title=title,
        organisation=month.organisation,
        period=f"{month.month:%B %Y}",
        made=month.closed.astimezone(ZoneInfo(month.zone)),
        summary=(f"{title}: {month.month:%B %Y}.",),
        sections=(),
        fewest=month.fewest,
    )
