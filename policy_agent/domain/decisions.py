"""What the rules say of a mail. Pure: facts and rules in, decisions with their reasons out."""

from collections.abc import Iterable
from datetime import UTC, datetime

from policy_agent.domain.engine import Engine
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.holds import PlannedHold, spread_after
from policy_agent.domain.let_through import has_tag
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.rules import HoldPoint, Rulebook


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
        object.__setattr__(rulebook, "engine", Engine(rulebook.mail_rules, rulebook.exemptions))
    engine = rulebook.engine
    if engine is None:
        raise AssertionError("an engine was just put there")
    return engine


def plan_hold(
    rulebook: Rulebook, decisions: Iterable[Decision], message_id: str
) -> PlannedHold | None:
    """Return the hold at the Inbox that the decisions ask for, if any.

    It is the latest promise among the rules that enforce and that hold there: a rule whose
    `hold_at` leaves the Inbox out leaves delivered mail where it is.
    """
    rules = engine_of(rulebook).by_name
    latest: tuple[datetime, str] | None = None
    for decision in decisions:
        if not decision.acts or decision.promise is None or decision.rule is None:
            continue
        if HoldPoint.INBOX not in rules[decision.rule].hold_at:
            continue
        promised = decision.promise.astimezone(UTC)
        if latest is None or promised > latest[0]:
            latest = promised, decision.rule
    if latest is None:
        return None
    promised, rule = latest
    due = spread_after(promised, rules[rule].release.spread, message_id)
    return PlannedHold(rule=rule, promised=promised, due=due)


__all__ = ["Decision", "Outcome", "Reason", "decide", "engine_of", "has_tag", "plan_hold"]
