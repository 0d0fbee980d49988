"""Protect: clashes are written down as they are seen, told to organisers, and declined if asked.

1. What was seen says which clashes there are, and which are mended or gone.
2. When the policy was swapped, each live clash takes the state that its rule's mode now asks for:
   `off` and deleted rules stop whatever is not done yet.
3. An open clash gets its nudge into the outbox, one a rule and series; see
   `policy_agent.agent.meetings.clash_nudge` for its text.
4. Nudged ones whose grace is over are read anew and declined; see
   `policy_agent.agent.meetings.decline`.
"""

from datetime import datetime

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.meetings.clash_look import clashes_in, rule_of, unsure_in
from policy_agent.agent.meetings.clash_nudge import nudge_key
from policy_agent.agent.meetings.decline import act
from policy_agent.agent.meetings.seen import Seen
from policy_agent.domain.clashes import LIVE, AnswerState, Clash, ClashState, grace_of
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, PlannedNote, not_before

log = structlog.get_logger()


class Protecting:
    """The feature; what it remembers is under which policy it looked: a cache, and no more."""

    def __init__(self) -> None:
        self._under: Policy | None = None

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Write down the clashes of what was seen, and which others are over."""
        now, store = moment.now, context.store
        looked = [series.key for series in seen.series]
        rules = frozenset(rule.name for rule in context.current.policy.rulebook.protect_time)
        found = [one for series in seen.series for one in clashes_in(series, now)]
        unsure = {pair for series in seen.series for pair in unsure_in(series)}
        store.put_clashes(found, looked=looked, rules=rules, unsure=unsure, now=now)
        if seen.gone:
            store.lose_clashes(seen.gone, now=now)
        if seen.whole:
            store.lose_unseen(seen.whole, looked=looked, now=now)

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Do what is due; without a rulebook in force nothing is."""
        policy = context.current.policy
        if not policy.rulebook.hash:
            return
        if policy is not self._under:
            follow(context, policy, moment)
            self._under = policy
        context.store.pass_clashes(now=moment.now)
        plan(context, policy, moment)
        act(context, moment)


def follow(context: AgentContext, policy: Policy, moment: Moment) -> None:
    """Bring every live clash into the state that its rule's mode asks for now."""
    for clash in context.store.clashes(LIVE - {ClashState.LISTED}):
        rule = rule_of(policy, clash.rule)
        mode = Mode.OFF if rule is None else mode_of(policy, rule, clash)
        if mode.strength < Mode.NUDGE.strength:
            if clash.state is not ClashState.OBSERVED:
                stop(context, clash, f"the rule's mode is {mode}", moment.now)
        elif rule is not None:
            _go_on(context, clash, mode, rule, moment.now)


def mode_of(policy: Policy, rule: ProtectTime, clash: Clash) -> Mode:
    """Return how strongly a rule acts on the clash's organiser, by their teams now."""
    organiser = policy.directory.by_id.get(clash.organiser or "")
    return rule.mode_of(frozenset() if organiser is None else organiser.teams)


def stop(context: AgentContext, clash: Clash, why: str, now: datetime) -> Clash | None:
    """Leave a clash at being counted; what was planned for it is not done any more."""
    stopped = context.store.advance_clash(clash, ClashState.OBSERVED, why=why, now=now)
    if stopped is not None and clash.state is ClashState.ACTING:
        left = context.store.answers(clash.id, [AnswerState.PLANNED])
        context.store.end_answers(dict.fromkeys(left, why), AnswerState.GIVEN_UP, now=now)
    return stopped


def _go_on(
    context: AgentContext, clash: Clash, mode: Mode, rule: ProtectTime, now: datetime
) -> None:
    """Open what was only counted; begin or end the grace of what was told."""
    store = context.store
    act_at = grace_of(rule).ends(now) if mode is Mode.ENFORCE else None
    if clash.state is ClashState.ACTING:
        if mode is Mode.ENFORCE:
            return
        stopped = stop(context, clash, f"the rule's mode is {mode}", now)
        if stopped is None:
            return
        clash = stopped
    if clash.state is ClashState.OBSERVED:
        to = ClashState.OPEN if clash.told is None else ClashState.NUDGED
        due = act_at if to is ClashState.NUDGED else None
        store.advance_clash(clash, to, why=f"the rule's mode is {mode}", now=now, act_at=due)
    elif clash.state is ClashState.NUDGED and (clash.act_at is None) != (act_at is None):
        store.set_act_at(clash, act_at)


def plan(context: AgentContext, policy: Policy, moment: Moment) -> None:
    """Put the nudges of open clashes into the outbox, to go out in working hours."""
    clashes = context.store.open_clashes(limit=context.batch)
    nudges: list[PlannedNote] = []
    for clash in clashes:
        rule = rule_of(policy, clash.rule)
        if rule is None or clash.organiser is None:
            continue
        try:
            opens = not_before(rule.calendar, moment.now)
        except ValueError:
            log.warning("clash_not_planned", clash=clash.id, because="no working day")
            continue
        nudges.append(
            PlannedNote(
                key=nudge_key(clash),
                kind=NoteKind.CLASH,
                person=clash.organiser,
                about=str(clash.id),
                not_before=opens,
                calendar=rule.calendar.name,
            )
        )
    if nudges:
        context.store.plan_notes(nudges, now=moment.now)
        log.info("clash_nudges_planned", count=len(nudges))
    context.store.mark_planned(clashes)


__all__ = ["Protecting", "follow", "plan"]
