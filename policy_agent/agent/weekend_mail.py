"""Weekend mail: a rule in `nudge` moves nothing, and tells the sender what would have waited.

1. Before the decisions on a sender's mail are written down, a note is planned for the morning on
   which it would have come back: one a person and day. A kill between the two loses nothing; a note
   of which nothing was written down in the end is given up.
2. On that morning, in working hours, it is written from the decisions of all that day's copies.

Who turned friendly notes off is left alone.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.languages import language_of
from policy_agent.agent.letters import letter_of
from policy_agent.agent.links import nudge_links
from policy_agent.agent.tell import Written
from policy_agent.agent.zones import zone_of
from policy_agent.domain.decisions import Decision, Outcome
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import Note, NoteKind, PlannedNote, not_before
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.domain.would_wait import mails_among

log = structlog.get_logger()

_DAY: Final = timedelta(days=1)


def plan_weekend_notes(
    context: AgentContext, decided: Collection[tuple[str, Decision]], moment: Moment
) -> None:
    """Plan a note for each sender (person id) of whom a rule in `nudge` would hold mail.

    Whatever breaks in it is logged and goes no further: mail is judged all the same.
    """
    if not context.service_mailbox:
        return
    try:
        _plan(context, decided, moment)
    except Exception:
        log.exception("weekend_notes_not_planned", decisions=len(decided))


def _plan(context: AgentContext, decided: Collection[tuple[str, Decision]], moment: Moment) -> None:
    rules = {rule.name: rule for rule in context.current.policy.rulebook.mail_rules}
    wanted: dict[str, PlannedNote] = {}
    for sender, said in decided:
        if said.outcome is not Outcome.HOLD or said.mode is not Mode.NUDGE or not sender:
            continue
        if said.promise is None or said.rule is None:
            continue
        calendar = rules[said.rule].window.calendar
        try:
            opens = not_before(calendar, said.promise)
        except ValueError:  # no working day any more
            continue
        day = said.promise.date()
        key = f"{NoteKind.WEEKEND_MAIL}:{sender}:{day.isoformat()}"
        wanted[key] = PlannedNote(
            key=key,
            kind=NoteKind.WEEKEND_MAIL,
            person=sender,
            about=day.isoformat(),
            not_before=opens,
            calendar=calendar.name,
        )
    if wanted:
        context.store.plan_notes(list(wanted.values()), now=moment.now)


class WeekendMailWriter:
    """Writes these notes; see `policy_agent.agent.tell.Writer`."""

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message; None: nothing would have waited, or nobody wants to hear of it."""
        policy = context.current.policy
        person = policy.directory.by_id.get(note.person)
        if person is None or not person.address:
            return None
        if context.store.without_etiquette_nudges([person.id]):
            return None
        starts, ends = _span(context, note)
        if moment.now >= ends + _DAY:  # nobody remembers
            return None
        copies = context.store.would_wait(person.id, starts, ends)
        names = {copy.rule for copy in copies}
        rules = [
            rule
            for rule in policy.rulebook.mail_rules
            if rule.name in names and rule.mode_of(person.teams) is Mode.NUDGE
        ]
        copies = [copy for copy in copies if copy.rule in {rule.name for rule in rules}]
        if not copies:
            return None
        zone, place = zone_of(context, person.id, rules)
        token = nudge_links(context.store.key("links", now=moment.now)).token(person.id, moment.now)
        message = context.messages.write(
            "weekend_mail",
            language_of(context, person.id),
            {
                "organisation": policy.rulebook.organisation,
                "rules": [{"name": r.name, "because": r.because, "owner": r.owner} for r in rules],
                "mails": mails_among(copies),
                "until": max(copy.promised for copy in copies).astimezone(zone),
                "zone": place,
                "off_url": f"{context.public_url}/nudges/{token}",
            },
        )
        return letter_of(note, person.address, message)

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Do nothing: there is one a person and day, by its key."""


def _span(context: AgentContext, note: Note) -> tuple[datetime, datetime]:
    """Return the day of the promises that the note is about."""
    day = date.fromisoformat(note.about)
    calendars = context.current.policy.rulebook.calendars
    calendar = calendars.get(note.calendar) or next(iter(calendars.values()))
    starts, ends = (attach(one, MIDNIGHT, calendar.zone) for one in (day, day + _DAY))
    return as_instant(starts), as_instant(ends)


__all__ = ["WeekendMailWriter", "plan_weekend_notes"]
