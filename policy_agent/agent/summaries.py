"""Summaries: tell a recipient in the morning what arrived while they were away.

1. One a mailbox and morning is planned just before its copies are released, or left to whoever
   opened them, so that no kill between the two loses it. It is for when the last of them is due.
2. It is written once none of that morning's is on hold any more, or half an hour after the last
   was due.
3. It lists what came back, the most important first, and names what its person opened in the folder
   and left there. What came earlier, because somebody asked for it, is no news.
4. One that is a day late is of no use any more and is not sent.

Subjects and names are read live, go to the mailbox's own person and nowhere else.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.languages import language_of
from policy_agent.agent.letters import letter_of
from policy_agent.agent.tell import Later, Written
from policy_agent.agent.zones import zone_of
from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.domain.holds import OPEN_STATES, Hold, HoldState
from policy_agent.domain.notes import Note, NoteKind, PlannedNote, reply_expected
from policy_agent.domain.rules import DeferEmail
from policy_agent.domain.shown import ShownMail, most_important_first
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

log = structlog.get_logger()

SHOWN: Final = 25  # mails in one message; more are only counted
PATIENCE: Final = timedelta(minutes=30)  # past the last due, for copies that do not come back
STALE: Final = timedelta(days=1)
_SOON: Final = timedelta(minutes=1)
_AGAIN: Final = timedelta(minutes=3)  # between two looks at whether the last copy is back
_DAY: Final = timedelta(days=1)


def plan_summaries(context: AgentContext, ending: Sequence[Hold], moment: Moment) -> None:
    """Plan a summary for each mailbox and morning of these; one that is planned stays as it is.

    Whatever breaks in it is logged and goes no further: mail comes back all the same.
    """
    if not context.service_mailbox or not ending:
        return
    try:
        _plan(context, ending, moment)
    except Exception:
        log.exception("summaries_not_planned", holds=len(ending))


def _plan(context: AgentContext, ending: Sequence[Hold], moment: Moment) -> None:
    mornings: dict[date, dict[str, datetime]] = {}  # by mailbox, when the last is due
    zone = _zone(context)
    for hold in ending:
        if hold.asked is None:
            theirs = mornings.setdefault(hold.promised.astimezone(zone).date(), {})
            known = theirs.get(hold.copy.mailbox, moment.now)
            theirs[hold.copy.mailbox] = max(known, hold.due)
    for morning, mailboxes in mornings.items():
        starts, ends = _span(morning, zone)
        last = context.store.last_due(mailboxes, starts, ends)
        context.store.plan_notes(
            [
                PlannedNote(
                    key=f"{NoteKind.SUMMARY}:{mailbox}:{morning.isoformat()}",
                    kind=NoteKind.SUMMARY,
                    person=mailbox,
                    about=morning.isoformat(),
                    not_before=max(due, last.get(mailbox, due)) + _SOON,
                )
                for mailbox, due in mailboxes.items()
            ],
            now=moment.now,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Morning:
    """What became of one mailbox's holds of a morning."""

    back: tuple[Hold, ...]
    left: tuple[Hold, ...]  # that their person took


class SummaryWriter:
    """Writes summaries; see `policy_agent.agent.tell.Writer`."""

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message; None: nothing came back that would be news."""
        person = context.current.policy.directory.by_id.get(note.person)
        starts, ends = _span(date.fromisoformat(note.about), _zone(context))
        holds = [h for h in context.store.morning(note.person, starts, ends) if h.asked is None]
        if person is None or not person.address or not holds:
            return None
        last_due = max(hold.due for hold in holds)
        if moment.now - last_due > STALE:
            return None
        if moment.now < last_due + PATIENCE and any(h.state in OPEN_STATES for h in holds):
            return Later(until=min(moment.now + _AGAIN, last_due + PATIENCE))
        found = _Morning(
            back=tuple(hold for hold in holds if hold.state is HoldState.RELEASED),
            left=tuple(hold for hold in holds if hold.state is HoldState.SELF_RELEASED),
        )
        shown = context.mail.show([hold.copy for hold in (*found.back, *found.left)])
        passing = _passing(shown)
        if passing is not None and moment.now < last_due + 2 * PATIENCE:
            return passing
        folders = context.store.hold_folders([note.person]).get(note.person, ())
        back = [mail for hold in found.back if isinstance(mail := shown[hold.copy], ShownMail)]
        left = [
            mail
            for hold in found.left
            if isinstance(mail := shown[hold.copy], ShownMail) and mail.folder in folders
        ]
        if not back and not left:
            return None
        rules = _rules_of(context, holds)
        zone, place = zone_of(context, person.id, rules)
        message = context.messages.write(
            "summary",
            language_of(context, person.id),
            {
                "organisation": context.current.policy.rulebook.organisation,
                "rules": [{"name": r.name, "because": r.because, "owner": r.owner} for r in rules],
                "mails": [_values(mail, zone) for mail in most_important_first(back)[:SHOWN]],
                "others": len(back[SHOWN:]),
                "left": [_values(mail, zone) for mail in most_important_first(left)[:SHOWN]],
                "left_others": len(left[SHOWN:]),
                "folder": context.hold_folder,
                "no_reply_before": _no_reply_before(rules, holds, zone),
                "zone": place,
            },
        )
        return letter_of(note, person.address, message)

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Do nothing: there is one a mailbox and morning, by its key."""


def _passing(shown: Mapping[CopyRef, ShownMail | CallFailure]) -> CallFailure | None:
    failures = (one for one in shown.values() if isinstance(one, CallFailure))
    return next((one for one in failures if one.kind == "unavailable"), None)


def _values(mail: ShownMail, zone: ZoneInfo) -> Mapping[str, object]:
    return {
        "subject": mail.subject,
        "sender": mail.sender_name or mail.sender_address,
        "received": mail.received.astimezone(zone),
        "important": mail.importance == "high",
        "only_you": mail.to_count == 1,
        "url": mail.web_link,
    }


def _rules_of(context: AgentContext, holds: Iterable[Hold]) -> tuple[DeferEmail, ...]:
    names = {hold.rule for hold in holds}
    rules = context.current.policy.rulebook.mail_rules
    return tuple(rule for rule in rules if rule.name in names)


def _no_reply_before(
    rules: Iterable[DeferEmail], holds: Sequence[Hold], zone: ZoneInfo
) -> datetime | None:
    promised = max(hold.promised for hold in holds)
    for rule in rules:
        try:
            return reply_expected(rule.window.calendar, promised).astimezone(zone)
        except ValueError:  # no working day any more
            continue
    return None


def _zone(context: AgentContext) -> ZoneInfo:
    """Return the zone in which mornings are counted: that of the organisation's first calendar."""
    calendars = context.current.policy.rulebook.calendars.values()
    return next((calendar.zone for calendar in calendars), ZoneInfo("Europe/London"))


def _span(morning: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    starts, ends = (attach(day, MIDNIGHT, zone) for day in (morning, morning + _DAY))
    return as_instant(starts), as_instant(ends)


__all__ = ["PATIENCE", "SHOWN", "STALE", "SummaryWriter", "plan_summaries"]
