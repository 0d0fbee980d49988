"""Close: each month that is over is counted once, and what may be told of it is frozen.

1. A month is closed on the first working day after it, at ten o'clock: what its last weekend held
   is back by then. One that was missed is closed as soon as it can be, the oldest first.
2. It is counted when every day of it is; see `policy_agent.agent.roll_up`.
3. What may be told of it goes into the store in one row. Whoever comes second changes nothing.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.count_month import count_month, first_month
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.closing import close
from policy_agent.domain.months import after
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

log = structlog.get_logger()

CLOSES_AT = time(10)  # wall clock of the organisation's calendar


def close_months(context: AgentContext, fewest: int, moment: Moment) -> Sequence[date]:
    """Close what is due; returns the first days of the months that this call closed."""
    rulebook = context.current.policy.rulebook
    calendar = next(iter(rulebook.calendars.values()), None)
    first = first_month(context)
    if calendar is None or first is None:
        return ()
    done = set(context.store.closed_list())
    closed: list[date] = []
    month = max(done, default=first)
    month = after(month) if done else first
    while closing_time(calendar, month) <= moment.now:
        figures = count_month(context, month, moment.now)
        if figures is None:  # some day of it is not counted yet
            break
        if context.store.close_month(close(figures, fewest=fewest, now=moment.now)):
            closed.append(month)
            log.info("month_closed", month=f"{month:%Y-%m}", fewest=fewest)
        month = after(month)
    return closed


def closing_time(calendar: Calendar, month: date) -> datetime:
    """Return when a month is closed, aware UTC."""
    over = as_instant(attach(after(month), MIDNIGHT, calendar.zone))
    try:
        return calendar.next_working_moment(over, CLOSES_AT).astimezone(UTC)
    except ValueError:  # it knows no working day any more
        return over


__all__ = ["close_months", "closing_time"]
