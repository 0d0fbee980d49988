"""The texts of receipts and digests: what waits, for how many, until when, why, and a way out.

A sender never learns what a recipient did: see `policy_agent.domain.holds.waits_for_sender`.
Subjects are read live from a copy that waits, go to their own sender and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.languages import language_of
from policy_agent.agent.letters import letter_of
from policy_agent.agent.send_now import WaitingMail, send_now_url, waiting_mail
from policy_agent.agent.tell import Written
from policy_agent.agent.zones import zone_of
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.holds import waits_for_sender
from policy_agent.domain.notes import Note, reply_expected
from policy_agent.domain.people import Person
from policy_agent.domain.rules import DeferEmail

SHOWN: Final = 20  # mails in one digest; more are only counted
_LOOKED_AT: Final = 3  # copies whose subject is asked for: one of them may be gone by now
_PATIENCE: Final = timedelta(minutes=10)  # for a subject that cannot be read just now


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    """A mail that is told of."""

    waiting: WaitingMail
    rules: tuple[DeferEmail, ...]  # that hold it, as far as they are in the rulebook still
    subject: str


class ReceiptWriter:
    """Writes the receipt of one mail; see `policy_agent.agent.tell.Writer`."""

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message; None: no copy waits any more."""
        person = _sender(context, note)
        told = _told(context, note, moment)
        if isinstance(told, CallFailure):
            return told
        if person is None or not told:
            return None
        (one,) = told
        zone, place = zone_of(context, person.id, one.rules)
        message = context.messages.write(
            "receipt",
            language_of(context, person.id),
            {
                "organisation": context.current.policy.rulebook.organisation,
                "rules": _rules(told),
                **_values(context, one, moment.now),
                "arrives": one.waiting.arrives.astimezone(zone),
                "no_reply_before": _no_reply_before(one, zone),
                "category": context.send_now_category,
                "zone": place,
            },
        )
        return letter_of(note, person.address, message)

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Do nothing: that the sender is told stands in the mail's row since it was planned."""


class DigestWriter:
    """Writes one message about several mails; see `policy_agent.agent.tell.Writer`."""

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message; None: no copy of any of them waits any more."""
        person = _sender(context, note)
        told = _told(context, note, moment)
        if isinstance(told, CallFailure):
            return told
        if person is None or not told:
            return None
        zone, place = zone_of(context, person.id, [rule for one in told for rule in one.rules])
        message = context.messages.write(
            "digest",
            language_of(context, person.id),
            {
                "organisation": context.current.policy.rulebook.organisation,
                "rules": _rules(told),
                "mails": [
                    {
                        **_values(context, one, moment.now),
                        "arrives": one.waiting.arrives.astimezone(zone),
                    }
                    for one in told[:SHOWN]
                ],
                "others": len(told[SHOWN:]),
                "no_reply_before": _no_reply_before(told[-1], zone),
                "zone": place,
                "mail_url": f"{context.public_url}/my-mail",
            },
        )
        return letter_of(note, person.address, message)

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Do nothing, as for a receipt."""


def _sender(context: AgentContext, note: Note) -> Person | None:
    person = context.current.policy.directory.by_id.get(note.person)
    return person if person is not None and person.address else None


def _told(context: AgentContext, note: Note, moment: Moment) -> list[_Told] | CallFailure:
    """Return the note's mails that still wait, those that arrive last at the end.

    A failure: their subjects cannot be read just now, and it is worth another try.
    """
    waiting: list[WaitingMail] = []
    for number in note.about.split(","):
        found = waiting_mail(context, int(number))
        if found is None or found.mail.sent_now is not None or not found.colleagues:
            continue
        if moment.now < found.arrives:
            waiting.append(found)
    waiting.sort(key=lambda one: (one.arrives, one.mail.id))
    wanted = [copy for one in waiting[:SHOWN] for copy in one.copies[:_LOOKED_AT]]
    read = context.mail.read(wanted) if wanted else {}
    troubled = [one for one in read.values() if isinstance(one, CallFailure)]
    passing = next((one for one in troubled if one.kind == "unavailable"), None)
    if passing is not None and moment.now - note.planned < _PATIENCE:
        return passing
    return [
        _Told(waiting=one, rules=_rules_of(context, one), subject=_subject(one, read))
        for one in waiting
    ]


def _subject(one: WaitingMail, read: Mapping[CopyRef, MailCopy | CallFailure]) -> str:
    for copy in one.copies:
        found = read.get(copy)
        if (
            isinstance(found, MailCopy)
            and found.internet_message_id == one.mail.internet_message_id
        ):
            return found.subject
    return ""


def _rules_of(context: AgentContext, one: WaitingMail) -> tuple[DeferEmail, ...]:
    held_by = {
        hold.rule for hold in context.store.holds_of_mail(one.mail.id) if waits_for_sender(hold)
    }
    rules = context.current.policy.rulebook.mail_rules
    return tuple(rule for rule in rules if rule.name in held_by)


def _rules(told: Sequence[_Told]) -> list[Mapping[str, str]]:
    rules = {rule.name: rule for one in told for rule in one.rules}
    return [
        {"name": rule.name, "because": rule.because, "owner": rule.owner} for rule in rules.values()
    ]


def _values(context: AgentContext, one: _Told, now: datetime) -> dict[str, object]:
    return {
        "subject": one.subject,
        "colleagues": one.waiting.colleagues,
        "send_now_url": send_now_url(context, one.waiting.mail, now),
    }


def _no_reply_before(one: _Told, zone: ZoneInfo) -> datetime | None:
    """Return before when nobody needs to answer; None: no calendar tells."""
    for rule in one.rules:
        try:
            expected = reply_expected(rule.window.calendar, one.waiting.arrives)
        except ValueError:  # no working day any more
            continue
        return expected.astimezone(zone)
    return None


__all__ = ["SHOWN", "DigestWriter", "ReceiptWriter"]
