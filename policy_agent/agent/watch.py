"""Watch: write down that mail is new, and work it off.

1. `accept` takes what Graph posts, checks that it is ours, and writes copies and events down; only
   then is Graph answered. Nothing is fetched or decided here: an answer is due within a second.
2. `work_off` takes what was written down, reads the few fields that rules need, judges and holds.
   What could not be read stays written down and is tried again; what is gone is forgotten.
   Events are worked off in `policy_agent.agent.meetings.watch`.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.decide import judge
from policy_agent.agent.enforce import enforce
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.events import EventRef
from policy_agent.domain.watching import Mailbox, Subscription

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """What became of one post of Graph's."""

    copies: int = 0  # written down
    events: int = 0  # written down
    lifecycle: int = 0
    strangers: int = 0  # unknown subscription or wrong client state: ignored


class Watch:
    """Takes change notifications in."""

    def __init__(self, context: AgentContext) -> None:
        self._context = context
        self._known: dict[str, Subscription] = {}  # a cache only: misses are looked up in the store

    def accept(self, collection: Any, moment: Moment) -> Accepted:
        """Write down what a `changeNotificationCollection` says, in one transaction.

        Items are told apart by `subscriptionId` and `resourceData.id`; `resource` is never parsed,
        since its shape varies (R/changenotification). Raises ValueError when it is no collection.
        """
        items = collection.get("value") if isinstance(collection, dict) else None
        if not isinstance(items, list):
            raise ValueError("not a changeNotificationCollection")  # noqa: TRY004  it is data
        self._look_up(items)
        copies: set[CopyRef] = set()
        events: dict[EventRef, str] = {}
        lifecycle = strangers = 0
        for item in items:
            subscription = self._ours(item)
            if subscription is None:
                strangers += 1
            elif isinstance(item.get("lifecycleEvent"), str):
                self._lifecycle(subscription, item["lifecycleEvent"], moment)
                lifecycle += 1
            else:
                told = item.get("resourceData")
                id_ = told.get("id") if isinstance(told, dict) else None
                if not isinstance(id_, str) or not id_:
                    continue
                if subscription.what == "inbox":
                    copies.add(CopyRef(mailbox=subscription.mailbox, message=id_))
                else:
                    event = EventRef(mailbox=subscription.mailbox, event=id_)
                    events[event] = _change(item)
        if copies:
            self._context.store.accept(copies, now=moment.machine)
        if events:
            self._context.store.accept_events(events, now=moment.machine)
        meters = self._context.meters
        meters.noticed("inbox", len(copies))
        meters.noticed("calendar", len(events))
        meters.noticed("lifecycle", lifecycle)
        meters.noticed("stranger", strangers)
        if strangers:
            log.warning("strange_notifications_ignored", count=strangers)
        return Accepted(
            copies=len(copies), events=len(events), lifecycle=lifecycle, strangers=strangers
        )

    def _look_up(self, items: Sequence[Any]) -> None:
        """Ask the store where an id is not known: once a post, since anybody may post here."""
        if any(_named(item) not in self._known for item in items):
            self._known = {found.id: found for found in self._context.store.subscriptions()}

    def _ours(self, item: Any) -> Subscription | None:
        subscription = self._known.get(_named(item))
        if subscription is None:
            return None
        state = item.get("clientState")
        told = state.encode() if isinstance(state, str) else b""
        return (
            subscription if hmac.compare_digest(told, subscription.client_state.encode()) else None
        )

    def _lifecycle(self, subscription: Subscription, event: str, moment: Moment) -> None:
        """Leave word in the store for the next upkeep; see `policy_agent.agent.upkeep`."""
        log.info("lifecycle_event_received", lifecycle_event=event, subscription=subscription.id)
        if event == "reauthorizationRequired":
            self._context.store.save_subscriptions([replace(subscription, expires=moment.now)])
        elif event == "subscriptionRemoved":
            self._known.pop(subscription.id, None)
            self._context.store.forget_subscriptions([subscription.id])
        # `missed` needs nothing of its own: the sweep finds what notifications missed


def _named(item: Any) -> str:
    """Return the subscription that an item names; empty where it names none."""
    named = item.get("subscriptionId") if isinstance(item, dict) else None
    return named if isinstance(named, str) else ""


def _change(item: Any) -> str:
    """Return what an item says was done, as far as that is one of the words it may say."""
    told = item.get("changeType")
    return told if told in {"created", "updated", "deleted"} else ""


def work_off(context: AgentContext, moment: Moment) -> int:
    """Work off a batch of arrivals; returns how many were claimed."""
    arrivals = context.store.claim_arrivals(
        context.worker, limit=context.batch, machine=moment.machine, lease=context.lease
    )
    if not arrivals:
        return 0
    judged = context.store.judged([arrival.copy for arrival in arrivals])
    found = context.store.mailboxes({arrival.copy.mailbox for arrival in arrivals})
    scope = {mailbox.id: mailbox for mailbox in found}
    fresh = [a.copy for a in arrivals if a.copy not in judged and a.copy.mailbox in scope]
    known = [ref for ref in fresh if scope[ref.mailbox].inbox is not None]
    answers = context.mail.read(known)
    try_again = set(fresh) - set(known)
    try_again |= {ref for ref, answer in answers.items() if _passing(answer)}
    copies = [answer for answer in answers.values() if isinstance(answer, MailCopy)]
    try_again |= hold_what_should_wait(
        context, [copy for copy in copies if _is_new(copy, scope[copy.ref.mailbox])], moment
    )
    context.store.finish_arrivals([a for a in arrivals if a.copy not in try_again])
    late = [arrival for arrival in arrivals if arrival.copy in try_again]
    if late:
        tries = min(arrival.attempts for arrival in late)
        context.store.retry_arrivals(late, at=moment.machine + wait_after(context, tries))
        log.warning("arrivals_put_back", count=len(late), attempts=tries + 1)
    return len(arrivals)


def wait_after(context: AgentContext, tries: int) -> timedelta:
    """Return how long to wait after so many tries before the next: ever longer, up to a point."""
    wait: timedelta = context.retry_after * 2 ** min(tries, 10)
    return min(wait, timedelta(minutes=10))


def hold_what_should_wait(
    context: AgentContext, copies: Sequence[MailCopy], moment: Moment
) -> set[CopyRef]:
    """Judge copies that lie in their Inbox and hold what should wait.

    Returns those that could not be judged yet and should be looked at again.
    """
    holds, try_again = judge(context, copies, moment)
    folders = {copy.ref: copy.folder for copy in copies}
    enforce(context, holds, folders, moment)
    return try_again


def _is_new(copy: MailCopy, mailbox: Mailbox) -> bool:
    """Say whether it lies in the Inbox and came since the mailbox is watched.

    Older mail that its person moves to the Inbox raises a notice too.
    """
    return copy.folder == mailbox.inbox and copy.received >= mailbox.since


def _passing(answer: MailCopy | CallFailure) -> bool:
    return isinstance(answer, CallFailure) and answer.kind == "unavailable"
