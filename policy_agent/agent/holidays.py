"""Holidays: refresh the feed of each division; keep the last good copy of each."""

from datetime import datetime

import structlog

from policy_agent.agent.ports import Store
from policy_agent.holidays.feed import Refreshed, Refused, refresh
from policy_agent.holidays.kept import SHIPPED, KeptHolidays

log = structlog.get_logger()


def kept_holidays(store: Store) -> KeptHolidays:
    """Return the lists at hand, and report any kept copy that does not read."""
    kept = {division: store.feed(division) for division in SHIPPED.divisions}
    holidays = KeptHolidays.of({name: found[0] for name, found in kept.items() if found})
    for problem in holidays.problems:
        log.warning("kept_holidays_unread", problem=problem)
    return holidays


def refresh_feeds(store: Store, *, url: str, now: datetime) -> bool:
    """Ask the feed of each division; returns whether any list was changed.

    What is refused is reported and changes nothing: the last good copy stays.
    """
    changed = False
    for division in SHIPPED.divisions:
        answer = refresh(division, kept=store.feed(division), today=now.date(), url=url)
        if isinstance(answer, Refused):
            log.warning("holidays_refused", division=division, why=answer.why)
        elif isinstance(answer, Refreshed):
            store.put_feed(division, answer.text, answer.etag, now=now)
            changed = True
            log.info("holidays_refreshed", division=division, news=list(answer.news))
    return changed
