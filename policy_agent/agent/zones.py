"""In which zone somebody reads times."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext
from policy_agent.domain.rules import DeferEmail
from policy_agent.domain.walltime import zone_named

_LONDON = ZoneInfo("Europe/London")  # of a rulebook without calendars, as on the pages


def zone_of(
    context: AgentContext, person: str, rules: Iterable[DeferEmail]
) -> tuple[ZoneInfo, str]:
    """Return the zone of somebody's mailbox, else that of the first rule's calendar.

    Beside it the zone's name where it has to be said, because it is not the calendar's.
    """
    calendars = context.current.policy.rulebook.calendars.values()
    usual = next(
        (rule.window.calendar.zone for rule in rules),
        next((calendar.zone for calendar in calendars), _LONDON),
    )
    own = context.store.own_times([person]).get(person)
    zone = zone_named(own.zone if own is not None else "") or usual
    return zone, "" if zone.key == usual.key else zone.key
