"""Explain: what was recorded of a copy, and what today's rulebook says of it, clause by clause.

The command and the page say the same, for they are made of the same: the remembered facts are put
before today's rulebook, with the exemptions that came at run time and with today's teams.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision, Outcome
from policy_agent.domain.explaining import Explanation, RuleExplained
from policy_agent.domain.explaining import explain as explain_facts
from policy_agent.domain.holds import Hold
from policy_agent.domain.people import Directory
from policy_agent.domain.recorded import remembered
from policy_agent.domain.rules import HoldPoint, Mode, Rulebook
from policy_agent.store.decisions import DecisionRow
from policy_agent.store.holds import HoldEvent
from policy_agent.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """Copies that fare the same for the same reasons."""

    sender: str  # an address or a person id, as the asker has it
    recipients: tuple[str, ...]  # the same
    received: datetime  # aware
    explanation: Explanation
    rulebook: Rulebook  # the one that it was worked out by

    @property
    def zone(self) -> tzinfo:
        """Return the zone in which its times are told: that of the first rule about mail."""
        rules = self.rulebook.mail_rules
        return rules[0].window.calendar.zone if rules else UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What the store has of one copy, and what the rulebook of today says of it."""

    decisions: tuple[DecisionRow, ...]  # all of the copy, in the rulebook's order
    asked: DecisionRow  # the one that somebody asked about
    hold: Hold | None
    events: tuple[HoldEvent, ...]  # of the hold, in order
    told: Told | None  # None: it was judged before facts were kept
    same_rulebook: bool  # today's is the one that decided


def explain_decision(
    store: Store, rulebook: Rulebook, directory: Directory, number: int
) -> Recorded | None:
    """Return a recorded decision with all that belongs to it; None: there is none of that id.

    `rulebook` is the one that is written, without run-time exemptions.
    """
    row = store.decision(number)
    if row is None:
        return None
    copy = CopyRef(mailbox=row.mailbox, message=row.message)
    hold = store.hold_of(copy)
    facts = store.facts_of([copy]).get(copy)
    told = None
    if facts is not None:
        rulebook = with_run_time(rulebook, store, facts.received)
        mail = remembered(facts, directory, copy.mailbox)
        told = Told(
            sender=facts.sender or "somebody the directory does not know",
            recipients=(copy.mailbox,),
            received=facts.received,
            explanation=explain_facts(rulebook, mail, copy.message),
            rulebook=rulebook,
        )
    return Recorded(
        decisions=tuple(store.decisions_of(copy)),
        asked=row,
        hold=hold,
        events=() if hold is None else tuple(store.hold_events(hold.id)),
        told=told,
        same_rulebook=row.rulebook == rulebook.hash,
    )


def with_run_time(rulebook: Rulebook, store: Store, received: datetime | None) -> Rulebook:
    """Return the rulebook with the exemptions that were made at run time."""
    if received is None:
        return rulebook
    added = store.exemptions_since((received - timedelta(days=1)).date())
    return replace(rulebook, exemptions=(*rulebook.exemptions, *added))


def verdict(told: Told) -> str:
    """Return what it comes to, in one sentence, with times in the calendar's zone."""
    explanation = told.explanation
    if explanation.hold is not None:
        held = explanation.hold
        promised = held.promised.astimezone(told.zone)
        spread = next(r.release.spread for r in told.rulebook.mail_rules if r.name == held.rule)
        said = f"It is held until {_moment(promised)} by {held.rule}"
        if spread:
            said += f", and released between then and {(promised + spread):%H:%M}"
        return said
    would = [said for said in explanation.decisions if said.outcome is Outcome.HOLD]
    if would:
        return f"It is delivered. {'; '.join(map(_would, would))}"
    return f"It is delivered: {'; '.join(map(_delivers, explanation.decisions))}"


def comes_to(rule: RuleExplained) -> str:
    """Return what one rule comes to, in a few words."""
    if rule.decision is None:
        return "it is not about this mail"
    return f"{rule.decision.outcome} ({rule.decision.reason})"


def hold_point(rule: RuleExplained) -> str | None:
    """Return where a rule that says hold has the copy held; None: it does not say so."""
    if rule.decision is None or rule.decision.outcome is not Outcome.HOLD:
        return None
    if rule.mode is not Mode.ENFORCE:
        return f"none, since nothing moves in mode {rule.mode}"
    here = HoldPoint.INBOX
    said = f"the rule names {', '.join(rule.hold_at)}; this version holds at {here}"
    return f"{here} ({said})" if here in rule.hold_at else f"none ({said})"


def _delivers(said: Decision) -> str:
    return said.detail if said.rule is None else f"{said.rule} says {said.reason}, {said.detail}"


def _would(said: Decision) -> str:
    until = "" if said.promise is None else f" until {_moment(said.promise)}"
    if said.acts:
        return f"{said.rule} would hold it{until}, but not at the {HoldPoint.INBOX}"
    return f"{said.rule} would hold it{until}, but its mode for this sender is {said.mode}"


def _moment(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M}"
