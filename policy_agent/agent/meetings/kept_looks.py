"""Looks: what was seen of a meeting, as far as a rule that keeps it goes."""

from dataclasses import replace

from policy_agent.domain.events import EventCopy, Response
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.kept_meetings import KeptLook, KeptPerson
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.meeting_verdicts import keep, mode_for
from policy_agent.domain.outcomes import Outcome
from policy_agent.domain.rules import Rulebook


def look_of(
    rulebook: Rulebook, rule: KeepMeeting, series: str, copy: EventCopy, facts: MeetingFacts
) -> KeptLook:
    """Return what a copy tells of a meeting that the rule names."""
    known = {
        one.person.id: KeptPerson(id=one.person.id, declined=one.response is Response.DECLINED)
        for one in facts.invited
        if one.person.known
    }
    organiser = facts.organiser
    if organiser is not None and organiser.known:
        known[organiser.id] = KeptPerson(id=organiser.id)
    size = len(facts.invited) + (organiser is not None)
    return KeptLook(
        rule=rule.name,
        uid=copy.uid,
        series=series,
        ref=copy.ref,
        master=copy.series,
        own=copy.is_organiser,
        organiser=organiser.id or None if organiser is not None else None,
        starts=copy.starts,
        ends=copy.ends,
        people=tuple(sorted(known.values())),
        size=size,
        attending=size - sum(one.response is Response.DECLINED for one in facts.invited),
        rebook=_asks_to_rebook(rulebook, rule, facts),
        cancelled=copy.modified if copy.cancelled else None,
    )


def without(look: KeptLook, person: str) -> KeptLook:
    """Return a look in which somebody, whose own copy is gone, has declined."""
    if KeptPerson(id=person) not in look.people:
        return look
    others = [one for one in look.people if one.id != person]
    people = tuple(sorted([*others, KeptPerson(id=person, declined=True)]))
    return replace(look, people=people, attending=look.attending - 1)


def _asks_to_rebook(rulebook: Rulebook, rule: KeepMeeting, facts: MeetingFacts) -> bool:
    """Say whether the rule would ask for another meeting, were this one cancelled.

    Not of an organiser outside, for one; the rule's own clauses say it, whoever cancels it.
    Which of its lines names the meeting makes no difference to that.
    """
    exemptions = tuple(one for one in rulebook.exemptions if rule.name in one.rules)
    called_off = replace(facts, cancelled=True)
    verdict = keep(rule, exemptions, called_off, mode_for(rule, facts), rule.named)
    return verdict.decision.outcome is Outcome.NUDGE


__all__ = ["look_of", "without"]
