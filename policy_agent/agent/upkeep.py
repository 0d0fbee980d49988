"""Upkeep: every mailbox in scope has one live subscription, and every covered calendar another.

At the start what the service has is matched with what the store knows: ours are adopted, strangers
on our address are ended (their client state is unknown to us), what is missing is made. The same
is done when the service says that there is one already. Then each
is renewed at half its life; lifecycle events make it due at once. A subscription that the service
lost is made anew, and the next sweep finds what came in between.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.sweep import parked
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.watching import Subscription, Watched

log = structlog.get_logger()

# What the service grants everywhere; some tenants get no more, whatever is asked for
# (https://learn.microsoft.com/en-us/graph/api/resources/subscription, older copies).
_GRANTED = timedelta(minutes=4230)
_AT_A_TIME = 20  # made before they are written down: a kill between leaves few strangers


def adopt(context: AgentContext) -> None:
    """Match what the service has with what the store knows; at the start, and when in doubt.

    The store is asked before and after: another process may be making some just now.
    """
    before = {subscription.id for subscription in context.store.subscriptions()}
    there = [(found[0], found[3]) for found in context.subscriptions.existing()]
    known = before | {subscription.id for subscription in context.store.subscriptions()}
    strangers = [id_ for id_, url in there if id_ not in known and url == context.notification_url]
    ours = {id_ for id_, url in there if id_ in known and url == context.notification_url}
    moved = [id_ for id_, url in there if id_ in known and url != context.notification_url]
    if strangers or moved:
        context.subscriptions.delete([*strangers, *moved])
    context.store.forget_subscriptions(before - ours)
    log.info("subscriptions_adopted", count=len(ours), ended=len(strangers) + len(moved))


def keep_up(context: AgentContext, moment: Moment) -> None:
    """Learn Inboxes, end what is out of scope, renew what is due, make what is missing."""
    mailboxes = [m for m in context.store.mailboxes() if not parked(m, moment.now)]
    _learn_inboxes(context, [m.id for m in mailboxes if m.inbox is None], moment)
    known = [m for m in context.store.mailboxes() if m.inbox is not None]
    resting = frozenset(m.id for m in known if parked(m, moment.now))
    wanted = Wanted(
        what="inbox", scope=frozenset(m.id for m in known), resting=resting, park=context.store.park
    )
    subscribe(context, wanted, moment)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which subscriptions of one kind there should be."""

    what: Watched
    scope: frozenset[str]  # mailboxes; whatever else is subscribed to is ended
    resting: frozenset[str]  # those of them that none is made for now
    park: Callable[..., None]  # leaves mailboxes alone until a time
    at_a_time: int | None = None  # how many are made at the most; the next upkeep goes on


def subscribe(context: AgentContext, wanted: Wanted, moment: Moment) -> None:
    """Make subscriptions of one kind what they should be; others are not looked at."""
    subscriptions = [s for s in context.store.subscriptions() if s.what == wanted.what]
    unwanted = [s.id for s in subscriptions if s.mailbox not in wanted.scope]
    if unwanted:
        ended = context.subscriptions.delete(unwanted)
        context.store.forget_subscriptions([i for i, trouble in ended.items() if trouble is None])
    kept = [s for s in subscriptions if s.mailbox in wanted.scope]
    lost = _renew(context, kept, moment)
    covered = {s.mailbox for s in kept if s.id not in lost}
    missing = sorted(wanted.scope - covered - wanted.resting)
    _make(context, missing[: wanted.at_a_time], wanted, moment)


def _learn_inboxes(context: AgentContext, ids: Collection[str], moment: Moment) -> None:
    if not ids:
        return
    answers = context.mail.inbox(sorted(ids))
    context.store.set_inboxes({m: f for m, f in answers.items() if isinstance(f, str)})
    for mailbox, trouble in answers.items():
        if isinstance(trouble, CallFailure):
            _park(context.store.park, mailbox, trouble, moment)


def _renew(context: AgentContext, kept: Collection[Subscription], moment: Moment) -> set[str]:
    """Renew those past half their life; returns the ids of those that the service has lost.

    Half of what is granted everywhere is enough: by half of what was asked for, one that is granted
    for less would be due as soon as it is made.
    """
    half = min(context.subscription_length, _GRANTED) / 2
    due = {s.id: s for s in kept if s.expires - moment.now <= half}
    lost: set[str] = set()
    if not due:
        return lost
    answers = context.subscriptions.renew(sorted(due), moment.now + context.subscription_length)
    renewed = []
    for id_, answer in answers.items():
        if not isinstance(answer, CallFailure):
            renewed.append(replace(due[id_], expires=answer))
        elif answer.kind == "gone":
            lost.add(id_)
        else:
            log.warning("subscription_not_renewed", subscription=id_, what=answer.what)
    context.store.save_subscriptions(renewed)
    context.store.forget_subscriptions(lost)
    log.info("subscriptions_renewed", count=len(renewed), lost=len(lost))
    return lost


def _make(context: AgentContext, mailboxes: Sequence[str], wanted: Wanted, moment: Moment) -> None:
    made = 0
    failed: dict[str, CallFailure] = {}
    for start in range(0, len(mailboxes), _AT_A_TIME):
        some = mailboxes[start : start + _AT_A_TIME]
        answers = context.subscriptions.create(
            some,
            what=wanted.what,
            url=context.notification_url,
            expires=moment.now + context.subscription_length,
            states={mailbox: secrets.token_urlsafe(32) for mailbox in some},
        )
        new = [one for one in answers.values() if isinstance(one, Subscription)]
        context.store.save_subscriptions(new)
        made += len(new)
        failed |= {m: one for m, one in answers.items() if isinstance(one, CallFailure)}
    for mailbox, trouble in failed.items():
        _park(wanted.park, mailbox, trouble, moment)
    if mailboxes:
        log.info("subscriptions_made", what=wanted.what, count=made, failed=len(failed))
    if any(trouble.kind == "refused" for trouble in failed.values()):
        adopt(context)  # there may be one already, of a life that did not get to write it down


def _park(park: Callable[..., None], mailbox: str, trouble: CallFailure, moment: Moment) -> None:
    log.warning("mailbox_trouble", mailbox=mailbox, kind=trouble.kind, what=trouble.what)
    if trouble.kind in {"unlicensed", "denied", "gone"}:
        park([mailbox], until=moment.now + timedelta(days=1))
