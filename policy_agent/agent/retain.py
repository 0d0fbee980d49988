"""Retain: what is older than the organisation keeps it for goes, and it is written down.

A day at a time, and a few rows a transaction, so that mail never waits for it. Figures of a month
are told long before: only a daemon that stood still for a year loses any.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment

log = structlog.get_logger()

AT_A_TIME = 2_000  # rows


def retain(
    context: AgentContext, keep_for: timedelta, moment: Moment, *, going: Callable[[], bool]
) -> int:
    """Erase every row that is past its time (tenant time); returns how many went.

    What is past its time is counted from midnight in UTC, so that a day's run is one row a table.
    """
    before = _midnight(moment.now) - keep_for
    erased = 0
    for table in context.store.retained():
        while going():
            gone = context.store.erase(table, before=before, now=moment.now, limit=AT_A_TIME)
            erased += gone
            if gone < AT_A_TIME:
                break
    if erased:
        log.info("rows_erased", count=erased, older_than=before.date().isoformat())
    return erased


def _midnight(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
