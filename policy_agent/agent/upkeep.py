"""Upkeep: every mailbox in scope has one live subscription.

At the start what the service has is matched with what the store knows: ours are adopted, strangers
on our address are ended (their client state is unknown to us), what is missing is made. Then each
is renewed at half its life; lifecycle events make it due at once. A subscription that the service
lost is made anew, and the next sweep finds what came in between.
"""

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.sweep import parked
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.watching import Subscription

log = structlog.get_logger()


def adopt(context: AgentContext) -> None:
    """Match what the service has with what the store knows; run once, at the start."""
    known = {subscription.id for subscription in context.store.subscriptions()}
    there = [(found[0], found[3]) for found in context.subscriptions.existing()]
    strangers = [id_ for id_, url in there if id_ not in known and url == context.notification_url]
    ours = {id_ for id_, url in there if id_ in known and url == context.notification_url}
    moved = [id_ for id_, url in there if id_ in known and url != context.notification_url]
    if strangers or moved:
        context.subscriptions.delete([*strangers, *moved])
    context.store.forget_subscriptions(known - ours)
    log.info("subscriptions_adopted", count=len(ours), ended=len(strangers) + len(moved))


def keep_up(context: AgentContext, moment: Moment) -> None:
    """Learn Inboxes, end what is out of scope, renew what is due, make what is missing."""
    mailboxes = [m for m in context.store.mailboxes() if not parked(m, moment.now)]
    _learn_inboxes(context, [m.id for m in mailboxes if m.inbox is None], moment)
    scope = {m.id for m in context.store.mailboxes() if m.inbox is not None}
    subscriptions = context.store.subscriptions()
    unwanted = [s.id for s in subscriptions if s.mailbox not in scope]
    if unwanted:
        context.subscriptions.delete(unwanted)
        context.store.forget_subscriptions(unwanted)
    kept = [s for s in subscriptions if s.mailbox in scope]
    lost = _renew(context, kept, moment)
    covered = {s.mailbox for s in kept if s.id not in lost}
    resting = {m.id for m in context.store.mailboxes() if parked(m, moment.now)}
    _make(context, sorted(scope - covered - resting), moment)


def _learn_inboxes(context: AgentContext, ids: Collection[str], moment: Moment) -> None:
    if not ids:
        return
    answers = context.mail.inbox(sorted(ids))
    context.store.set_inboxes({m: f for m, f in answers.items() if isinstance(f, str)})
    for mailbox, trouble in answers.items():
        if isinstance(trouble, CallFailure):
            _park(context, mailbox, trouble, moment)


def _renew(context: AgentContext, kept: Collection[Subscription], moment: Moment) -> set[str]:
    """Renew those past half their life; returns the ids of those that the service has lost."""
    half = context.subscription_length / 2
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


def _make(context: AgentContext, mailboxes: Collection[str], moment: Moment) -> None:
    if not mailboxes:
        return
    made = context.subscriptions.create(
        list(mailboxes),
        url=context.notification_url,
        expires=moment.now + context.subscription_length,
        states={mailbox: secrets.token_urlsafe(32) for mailbox in mailboxes},
    )
    context.store.save_subscriptions([s for s in made.values() if isinstance(s, Subscription)])
    failed = {m: f for m, f in made.items() if isinstance(f, CallFailure)}
    for mailbox, trouble in failed.items():
        _park(context, mailbox, trouble, moment)
    log.info("subscriptions_made", count=len(made) - len(failed), failed=len(failed))


def _park(context: AgentContext, mailbox: str, trouble: CallFailure, moment: Moment) -> None:
    log.warning("mailbox_trouble", mailbox=mailbox, kind=trouble.kind, what=trouble.what)
    if trouble.kind in {"unlicensed", "denied", "gone"}:
        context.store.park([mailbox], until=moment.now + timedelta(days=1))
