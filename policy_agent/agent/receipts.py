"""Receipts: tell the sender of held mail, once a mail, however many its recipients.

1. A mail is taken up when a copy of it lies in a hold folder. Within a few minutes the others do.
2. The first few mails of a sender's day get a receipt each. What comes after those is gathered: at
   most one digest every two hours lists it.
3. That a mail's sender is told, and the note that tells it, are one transaction. The text is
   written when it goes out, from what is true then; see `policy_agent.agent.receipt_letters`.
4. A mail of which no copy waits any more is not told of.

Receipts go out at any hour: whoever gets one is writing just now.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.send_now import waiting_mail
from policy_agent.domain.holds import HeldMail
from policy_agent.domain.notes import NoteKind, PlannedNote
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

log = structlog.get_logger()

A_DAY: Final = 5  # receipts to one sender; past that, digests
GATHER: Final = timedelta(minutes=2)  # from the first copy to the receipt
DIGEST_EVERY: Final = timedelta(hours=2)
LOOK_EVERY: Final = timedelta(seconds=10)  # for what there is to tell


class Receipts:
    """Plans receipts and digests; what it remembers is when it last looked."""

    def __init__(self) -> None:
        self._next: datetime | None = None

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Plan what there is to tell; without a service mailbox nothing is."""
        if not context.service_mailbox:
            return
        if self._next is not None and moment.now < self._next <= moment.now + LOOK_EVERY:
            return
        self._next = moment.now + LOOK_EVERY
        by_sender: dict[str, list[HeldMail]] = {}
        after = 0
        while mails := context.store.untold_mails(after=after, limit=context.batch):
            after = mails[-1].id
            for mail in mails:
                by_sender.setdefault(mail.sender, []).append(mail)
        midnight = _midnight(context, moment.now)
        receipts = context.store.notes_planned(NoteKind.RECEIPT, by_sender, since=midnight)
        digests = context.store.notes_planned(
            NoteKind.DIGEST, by_sender, since=moment.now - DIGEST_EVERY
        )
        for sender, untold in by_sender.items():
            single = max(0, A_DAY - len(receipts.get(sender, ())))
            if not single and digests.get(sender):
                continue  # they are gathered until the next one
            theirs = [mail for mail in untold if _waits(context, mail, moment)]
            for mail in theirs[:single]:
                _plan(context, [mail], NoteKind.RECEIPT, moment)
            if theirs[single:] and not digests.get(sender):
                _plan(context, theirs[single:], NoteKind.DIGEST, moment)


def _waits(context: AgentContext, mail: HeldMail, moment: Moment) -> bool:
    """Say whether the mail waits for anybody; one that does not is told of by that."""
    waiting = waiting_mail(context, mail.id)
    if waiting is not None and mail.sent_now is None and waiting.colleagues:
        return True
    context.store.tell_mails([mail.id], None, now=moment.now)
    return False


def _plan(context: AgentContext, mails: Sequence[HeldMail], kind: NoteKind, moment: Moment) -> None:
    ids = [mail.id for mail in mails]
    note = PlannedNote(
        key=f"{kind}:{ids[0]}",  # a mail is told of once, so it is never the first of two
        kind=kind,
        person=mails[0].sender,
        about=",".join(map(str, ids)),
        not_before=moment.now + GATHER,
    )
    if context.store.tell_mails(ids, note, now=moment.now):
        log.info("receipt_planned", kind=kind, mails=len(ids))


def _midnight(context: AgentContext, now: datetime) -> datetime:
    """Return when the day began, where the organisation is."""
    calendars = context.current.policy.rulebook.calendars
    zone = next((calendar.zone for calendar in calendars.values()), ZoneInfo("Europe/London"))
    return as_instant(attach(now.astimezone(zone).date(), MIDNIGHT, zone))
