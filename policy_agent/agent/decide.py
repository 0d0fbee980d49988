"""Decide and record: facts of copies to decisions and planned holds, in one transaction.

What may be kept of the facts goes with them; see `policy_agent.domain.recorded`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.weekend_mail import plan_weekend_notes
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.decisions import Decision, Outcome, decide, plan_hold
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.holds import Hold, PlannedHold
from policy_agent.domain.people import Directory
from policy_agent.domain.recorded import RecordedFacts, recorded

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """One copy, what the rules say of it, and the hold that follows."""

    copy: CopyRef
    received: datetime
    internet_message_id: str
    decisions: tuple[Decision, ...]
    hold: PlannedHold | None
    facts: RecordedFacts


def judge(
    context: AgentContext, copies: Sequence[MailCopy], moment: Moment
) -> tuple[Sequence[Hold], set[CopyRef]]:
    """Judge each copy that was not judged before; write decisions and intended holds down.

    Returns the new holds, and the copies that could not be judged now because the sender's own
    copy, which alone names blind recipients, could not be asked for.
    """
    policy = context.current.policy
    judged = context.store.judged([copy.ref for copy in copies])
    fresh = [copy for copy in copies if copy.ref not in judged and not copy.is_draft]
    if not fresh:
        return [], set()
    mailboxes = {copy.ref.mailbox for copy in fresh}
    held = dict(context.store.held_counts(mailboxes))
    own = context.store.own_times(mailboxes) if policy.rulebook.asks_for_working_days else {}
    facts = {}
    for copy in fresh:
        mailbox = copy.ref.mailbox
        known = facts_of(copy, policy.directory, held_already=held.get(mailbox, 0))
        facts[copy] = known if mailbox not in own else with_days(known, own[mailbox].working_days)
    unclear = _add_blind_recipients(context, policy, facts)
    judgements = []
    nudging = []  # senders, and what is decided of their mail
    for copy, known in facts.items():
        if copy.ref in unclear:
            continue
        mailbox = copy.ref.mailbox
        judgement = _judge_one(policy, copy, replace(known, held_already=held.get(mailbox, 0)))
        if judgement.hold is not None:
            held[mailbox] = held.get(mailbox, 0) + 1
        judgements.append(judgement)
        for decision in judgement.decisions:
            if decision.outcome is Outcome.ERROR:
                log.error("decision_failed", rule=decision.rule, detail=decision.detail)
            nudging.append((known.sender.id, decision))
    plan_weekend_notes(context, nudging, moment)
    holds = context.store.record(
        judgements,
        worker=context.worker,
        rulebook=policy.rulebook.hash,
        now=moment.now,
        machine=moment.machine,
        lease=context.lease,
    )
    return holds, unclear


def facts_of(
    copy: MailCopy,
    directory: Directory,
    *,
    blind: Sequence[str] = (),
    held_already: int = 0,
) -> MailFacts:
    """Resolve who is on a copy; its own recipient is one of them, named on it or not."""
    owner = directory.by_id.get(copy.ref.mailbox) or directory.person("")
    addresses = dict.fromkeys([*copy.recipients, *blind])
    people = dict.fromkeys([*(directory.person(address) for address in addresses), owner])
    return MailFacts(
        sender=directory.person(copy.sender),
        recipient=owner,
        recipients=tuple(people),
        received=copy.received,
        subject=copy.subject,
        importance=copy.importance,
        categories=frozenset(category.lower() for category in copy.categories),
        is_meeting=copy.is_meeting,
        is_read=copy.is_read,
        held_already=held_already,
    )


def with_days(facts: MailFacts, days: frozenset[int] | None) -> MailFacts:
    """Return the same facts, with the recipient's own working days."""
    return replace(facts, recipient=replace(facts.recipient, working_days=days))


def _judge_one(policy: Policy, copy: MailCopy, facts: MailFacts) -> Judgement:
    decisions = decide(policy.rulebook, facts)
    hold = plan_hold(policy.rulebook, decisions, copy.ref.message)
    return Judgement(
        copy=copy.ref,
        received=copy.received,
        internet_message_id=copy.internet_message_id,
        decisions=decisions,
        hold=hold,
        facts=recorded(policy.rulebook, facts),
    )


def _add_blind_recipients(
    context: AgentContext, policy: Policy, facts: dict[MailCopy, MailFacts]
) -> set[CopyRef]:
    """Look at the sender's own copy of whatever would be held, and add who is blind-copied there.

    A blind copy to the Emergency Duty Team involves the team as any other copy does, and no
    recipient's copy shows it. Returns the copies whose sender could not be asked just now.
    A sender outside our scope cannot be asked at all: then what is visible decides.
    """
    waiting: dict[tuple[str, str], list[MailCopy]] = {}
    for copy, known in facts.items():
        if known.sender.known and any(
            decision.outcome is Outcome.HOLD for decision in decide(policy.rulebook, known)
        ):
            waiting.setdefault((known.sender.id, copy.internet_message_id), []).append(copy)
    unclear: set[CopyRef] = set()
    for asked, blind in context.mail.blind_recipients(list(waiting)).items():
        for copy in waiting[asked]:
            if not isinstance(blind, CallFailure):
                held, days = facts[copy].held_already, facts[copy].recipient.working_days
                known = facts_of(copy, policy.directory, blind=blind, held_already=held)
                facts[copy] = with_days(known, days)
            elif blind.kind == "unavailable":
                unclear.add(copy.ref)
    return unclear
