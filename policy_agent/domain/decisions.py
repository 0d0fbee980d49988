"""What the rules say of a mail. Pure: facts and rules in, decisions with their reasons out."""

from collections.abc import Iterable
from datetime import UTC

from policy_agent.domain.engine import Engine
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.holds import PlannedHold, spread_after
from policy_agent.domain.let_through import has_tag
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.rules import Rulebook


def decide(rulebook: Rulebook, mail: MailFacts) -> tuple[Decision, ...]:
    """Return what each rule about this sender and recipient says, or one «not covered».

    Rules are independent: the order of the rulebook changes nothing but the order of the answer.
    A rule that cannot be worked out says `error`, which delivers, and the others go on.

    The rules are compiled at the first call and stay so with their rulebook; see `Engine`. The same
    decision comes back as the same object, so nobody should tell decisions apart by identity.
    """
    engine = rulebook.engine
    if engine is None:
        engine = engine_of(rulebook)
    return engine.decide(mail)


def engine_of(rulebook: Rulebook) -> Engine:
    """Return the rulebook's compiled rules; the first caller compiles them."""
    if rulebook.engine is None:
        # Two threads may both get here: each engine is whole, and one of them stays.
        object.__setattr__(rulebook, "engine", Engine(rulebook.rules, rulebook.exemptions))
    engine = rulebook.engine
    if engine is None:
        raise AssertionError("an engine was just put there")
    return engine


def plan_hold(
    rulebook: Rulebook, decisions: Iterable[Decision], message_id: str
) -> PlannedHold | None:
    """Return the hold that the decisions ask for: the latest promise among rules that enforce."""
    latest: Decision | None = None
    for decision in decisions:
        if decision.acts and (
            latest is None
            or latest.promise is None
            or (decision.promise is not None and decision.promise > latest.promise)
        ):
            latest = decision
    if latest is None or latest.promise is None or latest.rule is None:
        return None
    rule = engine_of(rulebook).by_name[latest.rule]
    promised = latest.promise.astimezone(UTC)
    due = spread_after(promised, rule.release.spread, message_id)
    return PlannedHold(rule=latest.rule, promised=promised, due=due)


__all__ = ["Decision", "Outcome", "Reason", "decide", "engine_of", "has_tag", "plan_hold"]
