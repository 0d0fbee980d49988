"""Send now: the sender of held mail has all its copies brought back before their time.

The sender asks by the link in a receipt, by a page, or by a category on the sent mail. All of them
only write that down; the release tick moves the copies, so nobody waits for the service, and a kill
at any time leaves nothing half done. What is said to a sender never tells what a recipient did.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.links import send_now_links
from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.domain.holds import HeldMail, HoldState, waits_for_sender

log = structlog.get_logger()

_BY_CATEGORY = "its sender gave it the category to send it now"


class SentNow(StrEnum):
    """What came of asking; a closed set."""

    DONE = "done"  # written down: the copies are on their way
    ASKED = "asked"  # its sender asked before
    ARRIVED = "arrived"  # no copy waits any more
    NOTHING = "nothing"  # there is no such mail, or none any more


@dataclass(frozen=True, kw_only=True, slots=True)
class WaitingMail:
    """A held mail as its sender may see it."""

    mail: HeldMail
    colleagues: int  # for how many it waits
    arrives: datetime  # the latest promise of all its copies, aware UTC
    copies: tuple[CopyRef, ...]  # that lie in a hold folder: of them its subject can be read


def send_now_url(context: AgentContext, mail: HeldMail, now: datetime) -> str:
    """Return the address of the page on which the sender of that mail can send it now."""
    token = send_now_links(context.store.key("links", now=now)).token(str(mail.id), now)
    return f"{context.public_url}/send-now/{token}"


def waiting_mail(context: AgentContext, number: int) -> WaitingMail | None:
    """Return how it is with that mail; None where there is none, or none any more."""
    mail = context.store.held_mail(number)
    holds = context.store.holds_of_mail(number)
    if mail is None or not holds:
        return None
    waiting = [hold for hold in holds if waits_for_sender(hold)]
    return WaitingMail(
        mail=mail,
        colleagues=len({hold.copy.mailbox for hold in waiting}),
        arrives=max(hold.promised for hold in waiting or holds),
        copies=tuple(hold.copy for hold in holds if hold.state is HoldState.HELD),
    )


def send_now(context: AgentContext, number: int, who: str, now: datetime) -> SentNow:
    """Ask for every copy of that mail, once for good; again is harmless.

    `who` is the person id that the audit rows name. Raises StoreProblem.
    """
    found = waiting_mail(context, number)
    if found is None:
        return SentNow.NOTHING
    if found.mail.sent_now is not None:
        return SentNow.ASKED
    if not found.colleagues:
        return SentNow.ARRIVED
    _ask(context, found.mail, who, now)
    return SentNow.DONE


def send_categorised(
    context: AgentContext, moment: Moment, going: Callable[[], bool] = lambda: True
) -> int:
    """Send now what its sender gave the category for that, in Sent Items; returns how many mails.

    1. Take mails that wait, that nobody asked for, and of which the sender is in scope.
    2. Ask for the categories of the sender's own copies, many at once.
    3. Where the category is among them, ask as the link in the receipt does.

    It is one call a waiting mail; `going` can end it between two batches.
    """
    after, done = 0, 0
    while going():
        mails = context.store.unasked_mails(after=after, limit=context.batch, now=moment.now)
        if not mails:
            break
        after = mails[-1].id
        done += sum(
            1 for mail in _categorised(context, mails) if _by_category(context, mail, moment)
        )
    return done


def _categorised(context: AgentContext, mails: Sequence[HeldMail]) -> Sequence[HeldMail]:
    wanted = context.send_now_category.strip().casefold()
    by_key = {(mail.sender, mail.internet_message_id): mail for mail in mails}
    found: list[HeldMail] = []
    troubles: Counter[str] = Counter()
    for key, answer in context.mail.sent_categories(list(by_key)).items():
        if isinstance(answer, CallFailure):
            troubles[answer.kind] += 1
        elif wanted in {name.strip().casefold() for name in answer}:
            found.append(by_key[key])
    del troubles["gone"]  # deleted or filed elsewhere: that is no trouble
    for kind, count in troubles.items():
        log.info("sent_mail_unread", kind=kind, count=count)
    return found


def _by_category(context: AgentContext, mail: HeldMail, moment: Moment) -> bool:
    return _ask(context, mail, mail.sender, moment.now, why=_BY_CATEGORY)


def _ask(context: AgentContext, mail: HeldMail, who: str, now: datetime, *, why: str = "") -> bool:
    asked = context.store.ask_mail(mail.id, who=who, now=now, why=why)
    log.info("mail_sent_now", mail=mail.id, copies=len(asked))
    return bool(asked)
