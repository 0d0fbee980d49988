"""Sweep: a delta round of every mailbox's Inbox finds what notifications missed.

Only about four of five notifications come in some tenants, and none for large moves
(microsoft-graph-docs issue 14914), so this is not optional.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.watch import hold_what_should_wait
from policy_agent.domain.copies import CallFailure, MailCopy
from policy_agent.domain.watching import Mailbox

log = structlog.get_logger()

HORIZON = timedelta(days=8)  # how far a full round looks back; mail before that was judged long ago


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What one sweep came to."""

    mailboxes: int
    found: int  # copies that no notification had brought
    troubles: int


def sweep(context: AgentContext, clock: Callable[[], Moment]) -> Swept:
    """Sweep every mailbox that is not parked, a batch of mailboxes at a time.

    One whose Inbox is not known yet waits for it: nobody could tell where its copies lie. The time
    is asked anew for each batch, since a sweep may take longer than a lease, and into the morning.
    """
    moment = clock()
    known = [m for m in context.store.mailboxes() if m.inbox is not None]
    mailboxes = [m for m in known if not parked(m, moment.now)]
    found = troubles = 0
    for start in range(0, len(mailboxes), context.batch):
        some = mailboxes[start : start + context.batch]
        new, failed = _sweep_some(context, some, clock)
        found += new
        troubles += failed
    swept = Swept(mailboxes=len(mailboxes), found=found, troubles=troubles)
    level = log.info if swept.found or swept.troubles else log.debug
    context.meters.swept(found)
    level("mailboxes_swept", count=swept.mailboxes, found=found, troubles=troubles)
    return swept


def parked(mailbox: Mailbox, now: datetime) -> bool:
    return mailbox.parked_until is not None and mailbox.parked_until > now


def _sweep_some(
    context: AgentContext, mailboxes: Sequence[Mailbox], clock: Callable[[], Moment]
) -> tuple[int, int]:
    horizon = clock().now - HORIZON
    rounds = context.mail.changes({m.id: m.delta_link or max(m.since, horizon) for m in mailboxes})
    moment = clock()
    by_id = {mailbox.id: mailbox for mailbox in mailboxes}
    copies: list[MailCopy] = []
    links: dict[str, str | None] = {}
    troubles = 0
    for mailbox, brought in rounds.items():
        if isinstance(brought, CallFailure):
            troubles += 1
            _take_trouble(context, mailbox, brought, links, moment)
            continue
        links[mailbox] = brought.delta_link
        since = by_id[mailbox].since
        copies += [copy for copy in brought.copies if copy.received >= since]
    judged = context.store.judged([copy.ref for copy in copies])
    new = [copy for copy in copies if copy.ref not in judged]
    try_again = hold_what_should_wait(context, new, moment)
    for ref in try_again:  # the same round once more, next time
        links.pop(ref.mailbox, None)
    context.store.set_delta_links(links)
    return len(new) - len(try_again), troubles


def _take_trouble(
    context: AgentContext,
    mailbox: str,
    trouble: CallFailure,
    links: dict[str, str | None],
    moment: Moment,
) -> None:
    if trouble.kind == "resync":
        links[mailbox] = None
        log.info("delta_link_expired", mailbox=mailbox)
    elif trouble.kind in {"unlicensed", "denied", "gone"}:
        context.store.park([mailbox], until=moment.now + timedelta(days=1))
        log.warning("mailbox_parked", mailbox=mailbox, kind=trouble.kind, what=trouble.what)
    else:
        log.warning("sweep_put_off", mailbox=mailbox, kind=trouble.kind, what=trouble.what)
