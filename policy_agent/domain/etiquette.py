"""Etiquette: what a `meeting-etiquette` rule finds unkind about a meeting."""

from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_rules import Check, MeetingEtiquette


def look(rule: MeetingEtiquette, meeting: MeetingFacts) -> tuple[Check, ...]:
    """Return what it finds, in the order of the checks; empty when all is kind."""
    found: list[Check] = []
    if rule.agenda_required and meeting.has_agenda is False:
        found.append(Check.AGENDA)
    if (
        rule.notice_at_least is not None
        and meeting.booked is not None
        and meeting.starts - meeting.booked < rule.notice_at_least
    ):
        found.append(Check.NOTICE)
    if rule.no_longer_than is not None and meeting.ends - meeting.starts > rule.no_longer_than:
        found.append(Check.LENGTH)
    if (
        rule.break_between is not None
        and meeting.after is not None
        and meeting.starts - meeting.after < rule.break_between
    ):
        found.append(Check.BREAK)
    if rule.attendees_at_most is not None and len(meeting.invited) > rule.attendees_at_most:
        found.append(Check.SIZE)
    return tuple(found)
