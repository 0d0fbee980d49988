"""Roll up: each day that is over is counted once, so that a report need not read its decisions.

1. A day of UTC is counted an hour after its end, when nothing is written of it any more. One that
   was missed is counted as soon as it can be, the oldest first.
2. Which rules there were on it, about whom, and how strongly they acted goes first. Of a day that
   is counted late that is what is true when it is counted; a report says on how many days.
3. Its decisions follow in one transaction, which marks the day as counted. A kill before that has
   the day counted again, into the same rows.
4. What was committed only after that, by a process that stood still, is found and counted too.

Many processes may do so at once: a day counts as whoever found most decisions of it says.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.rule_days import rule_days_of
from policy_agent.domain.mail_figures import figures_of, local_day, step_of
from policy_agent.domain.rules import Rulebook

log = structlog.get_logger()

SETTLES = timedelta(hours=1)  # from the end of a day to its count
_LONDON = ZoneInfo("Europe/London")  # of a rulebook without calendars, as on the pages


def roll_up(
    context: AgentContext, moment: Moment, *, going: Callable[[], bool] = lambda: True
) -> int:
    """Count every day that is over and not counted; returns how many this call counted.

    Without a rulebook in force none is: nobody could say where a day begins.
    """
    rulebook = context.current.policy.rulebook
    if not rulebook.hash:
        return 0
    zone = zone_of_figures(rulebook)
    windows = [rule.window for rule in rulebook.mail_rules]
    counted = 0
    for day in context.store.days_to_roll(now=moment.now):
        if not going() or not _is_over(day, zone, moment.now):
            break
        if not context.store.rolled_between(day, day):
            context.store.put_rule_days(rule_days_of(context, day, zone, moment.now))
        found = context.store.count_day(day, step=step_of(windows))
        figures = figures_of(found, zone, windows)
        if context.store.keep_day(day, figures, now=moment.now):
            counted += 1
            log.info("day_counted", day=day.isoformat(), decisions=figures.decisions)
    return counted


def zone_of_figures(rulebook: Rulebook) -> ZoneInfo:
    """Return the zone whose days and months are told of: that of the first calendar."""
    return next((calendar.zone for calendar in rulebook.calendars.values()), _LONDON)


def _is_over(day: date, zone: ZoneInfo, now: datetime) -> bool:
    """Say whether the day is over by the organisation's clocks too, and has settled."""
    return local_day(day, zone)[1] + SETTLES <= now
