"""Rebook: ask whoever called off a meeting that should happen to book it again, once.

The text names the meeting by its time and the rule alone: the organiser's own copy is gone, and
what it was called is kept nowhere.
"""

from datetime import datetime, timedelta

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.letters import letter_of
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.kept_meetings import KeptMeeting, KeptState, ids, makes_up, rebook_until
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import Letter, Note
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.walltime import zone_named

_TELLS = frozenset({Mode.NUDGE, Mode.ENFORCE})
_MOMENT = timedelta(microseconds=1)


def asks(directory: Directory, rule: KeepMeeting, row: KeptMeeting) -> Person | None:
    """Return whom the rule asks to book a cancelled meeting again; None: nobody.

    Nobody is asked by a rule that only counts, about an exempted meeting or one that is organised
    outside, or where whoever called it off is not known.
    """
    organiser = directory.by_id.get(row.organiser or "")
    mode = rule.mode_of(frozenset() if organiser is None else organiser.teams)
    person = directory.by_id.get(row.cancelled_by or "")
    if mode not in _TELLS or not row.rebook or person is None or not person.address:
        return None
    return person


def last_moment(rule: KeepMeeting | None, row: KeptMeeting) -> datetime | None:
    """Return until when another meeting makes up for a cancelled one; None: nobody waits for it."""
    if rule is None or rule.rebook_within is None:
        return None
    try:
        return rebook_until(rule.calendar, rule.rebook_within, row)
    except ValueError:  # no working day any more
        return None


def made_up_for(
    context: AgentContext, rule: KeepMeeting, row: KeptMeeting, until: datetime
) -> bool:
    """Whether another meeting of the rule takes the place of a cancelled one by then."""
    directory = context.current.policy.directory
    people = frozenset(
        id_
        for id_ in ids(row.people)
        if (person := directory.by_id.get(id_)) is not None
        and not rule.people.isdisjoint(person.teams)
    )
    if row.ended is None or not people:
        return False
    others = context.store.kept_with(rule.name, people, starts=row.ended, before=until)
    return any(makes_up(row, other, people=people, until=until) for other in others)


class RebookWriter:
    """Writes nudges to book again; see `policy_agent.agent.tell.Writer`."""

    def write(
        self, context: AgentContext, nudge: Note, moment: Moment
    ) -> Letter | CallFailure | None:
        """Write the message; None: it stands again, was made up for, or it is too late."""
        policy = context.current.policy
        row = context.store.kept(int(nudge.about))
        if row is None or row.state is not KeptState.CANCELLED:
            return None
        rule = next((one for one in policy.rulebook.keep_meeting if one.name == row.rule), None)
        until = last_moment(rule, row)
        if rule is None or until is None or moment.now >= until:
            return None
        person = asks(policy.directory, rule, row)
        if person is None or person.id != nudge.person or made_up_for(context, rule, row, until):
            return None
        (owner,) = context.store.calendars([person.id]) or (None,)
        zone = zone_named(owner.zone if owner is not None else "") or rule.calendar.zone
        message = context.messages.write(
            "rebook",
            owner.language if owner is not None else "",
            {
                "organisation": policy.rulebook.organisation,
                "rules": [{"name": rule.name, "because": rule.because, "owner": rule.owner}],
                "starts": row.starts.astimezone(zone),
                "ends": row.ends.astimezone(zone),
                "zone": "" if zone.key == rule.calendar.zone.key else zone.key,
                "organised": person.id == row.organiser,
                "last_day": (until - _MOMENT).astimezone(rule.calendar.zone),
            },
        )
        return letter_of(nudge, person.address, message)

    def sent(self, context: AgentContext, nudge: Note, moment: Moment) -> None:
        """Do nothing: that somebody was asked stands in the row since it was planned."""


__all__ = ["RebookWriter", "asks", "last_moment", "made_up_for"]
