"""Etiquette: what could be kinder about a meeting."""

from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_rules import Check, MeetingEtiquette
from policy_agent.domain.walltime import as_instant


def look(rule: MeetingEtiquette, meeting: MeetingFacts) -> tuple[Check, ...]:
    """Return what the rule's checks find, in the order of `Check`; empty when all is kind.

    An appointment with nobody else in it is no meeting, and an all-day one has neither a length nor
    a break before it: an away day is no long meeting. What is not known is not held against
    anybody.
    """
    if not meeting.invited:
        return ()
    starts, ends = as_instant(meeting.starts), as_instant(meeting.ends)
    timed = not meeting.all_day
    found = {
        Check.AGENDA: rule.agenda_required and meeting.has_agenda is False,
        Check.NOTICE: (
            rule.notice_at_least is not None
            and meeting.booked is not None
            and starts - as_instant(meeting.booked) < rule.notice_at_least
        ),
        Check.LENGTH: (
            timed and rule.no_longer_than is not None and ends - starts > rule.no_longer_than
        ),
        Check.BREAK: (
            timed
            and rule.break_between is not None
            and meeting.after is not None
            and starts - as_instant(meeting.after) < rule.break_between
        ),
        Check.SIZE: (
            rule.attendees_at_most is not None and len(meeting.invited) > rule.attendees_at_most
        ),
    }
    return tuple(check for check in Check if found[check])
