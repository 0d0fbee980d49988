"""Making: the reports of closed months, out of what the store has of them.

A report says that it was made when its last month was closed, however often it is made after that:
so it is the same to the byte each time.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from policy_agent.agent.figures import FigureStore
from policy_agent.domain.months import ClosedMonth, before
from policy_agent.reports.document import Report
from policy_agent.reports.month import monthly
from policy_agent.reports.team_page import team_page
from policy_agent.reports.year import annual
from policy_agent.store.store import Store

LOOKS_BACK = 11  # months before the one that is told of


def monthly_of(store: FigureStore, month: date) -> Report | None:
    """Return the report of the month with that first day; None: it is not closed."""
    found = _with_earlier(store, month)
    return None if found is None else monthly(found[0], found[1], made=_made(found[0]))


def team_page_of(store: FigureStore, month: date, team: str) -> Report | None:
    """Return a team's own page; None: the month is not closed, or had no such team."""
    found = _with_earlier(store, month)
    if found is None:
        return None
    return team_page(found[0], found[1], team)


def annual_of(store: Store, year: int) -> Report | None:
    """Return the annual review, as far as the year has come; None: no month of it is closed."""
    months = store.closed_between(date(year - 1, 1, 1), date(year, 12, 1))
    if not months or months[-1].month.year != year:
        return None
    return annual(year, months, store.survey(year), made=_made(months[-1]))


def _with_earlier(
    store: FigureStore, month: date
) -> tuple[ClosedMonth, tuple[ClosedMonth, ...]] | None:
    first = month
    for _ in range(LOOKS_BACK):
        first = before(first)
    found = store.closed_between(first, month)
    if not found or found[-1].month != month:
        return None
    return found[-1], tuple(found[:-1])


def _made(month: ClosedMonth) -> datetime:
    return month.closed.astimezone(ZoneInfo(month.zone))
