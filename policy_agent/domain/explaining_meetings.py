"""Why: every clause of every rule on one meeting, true or false, not just the one that decided.

The clauses are those that decide, walked to their end. A test holds the two to one verdict.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from policy_agent.domain import meeting_verdicts as verdicts
from policy_agent.domain import protecting
from policy_agent.domain.explaining import Clause
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.keeping import KeptBy, naming
from policy_agent.domain.meeting_clauses import Looked, either, is_about, people_in
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import (
    KeepMeeting,
    MeetingEtiquette,
    MeetingRule,
    ProtectTime,
)
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.protecting import Overlap, Protected
from policy_agent.domain.rules import Exemption, Rulebook
from policy_agent.domain.verdicts import Verdict
from policy_agent.domain.where import Where

_LEFT = frozenset({Reason.OVERLAPS_WINDOW, Reason.REBOOK})  # of the last clauses, which always hold


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingRuleExplained:
    """One rule about meetings with every clause, in the order in which they count."""

    rule: str
    where: Where
    mode: Mode  # for this organiser
    verdict: Verdict | None  # None: the rule is about nobody in the meeting
    clauses: tuple[Clause, ...]


def explain_meeting(
    rulebook: Rulebook, meeting: MeetingFacts, team_sizes: Mapping[str, int]
) -> tuple[MeetingRuleExplained, ...]:
    """Walk every rule about meetings to its end, in the rulebook's order.

    The verdicts are those of `decide_meeting`; the clause that settled each is marked.
    """
    found = {id(one.rule): one for one in decide_meeting(rulebook, meeting, team_sizes)}
    keeping = rulebook.keep_meeting
    rules = [
        rule
        for rule in rulebook.rules
        if isinstance(rule, ProtectTime | MeetingEtiquette | KeepMeeting)
    ]
    by = verdicts.keeper(keeping, meeting, team_sizes)
    explained: list[MeetingRuleExplained] = []
    for rule in rules:
        verdict = found.get(id(rule))
        ours = tuple(one for one in rulebook.exemptions if rule.name in one.rules)
        try:
            looked = list(_looked(rule, ours, meeting, by, team_sizes))
        except Exception as problem:  # noqa: BLE001  as deciding does: it is an outcome of its own
            why = f"The rule could not be worked out ({type(problem).__name__})"
            looked = [
                Looked(
                    asks="it can be worked out", holds=False, why=why, where=rule.where, reason=None
                )
            ]
        explained.append(
            MeetingRuleExplained(
                rule=rule.name,
                where=rule.where,
                mode=verdicts.mode_for(rule, meeting),
                verdict=verdict,
                clauses=(_people(rule, meeting), *_clauses(looked, decides=verdict is not None)),
            )
        )
    return tuple(explained)


def _clauses(looked: Iterable[Looked], *, decides: bool) -> Iterator[Clause]:
    """Mark the first that settles the rule; none where the rule is about nobody here.

    What is left where nothing else settles it is so only where it did.
    """
    settled = not decides
    for one in looked:
        decided = not settled and one.reason is not None
        settled = settled or decided
        left = one.reason in _LEFT and not decided
        yield Clause(
            asks=one.asks,
            holds=one.holds and not left,
            why="That was settled before" if left else one.why,
            where=one.where,
            decided=decided,
        )


def _people(rule: MeetingRule, meeting: MeetingFacts) -> Clause:
    if isinstance(rule, MeetingEtiquette):
        asks = f"its organiser is in {either(sorted(rule.people))}"
        holds = meeting.organiser is not None and not rule.people.isdisjoint(
            meeting.organiser.teams
        )
        why = f"Its organiser is {'' if holds else 'not '}in it"
    else:
        asks = f"somebody in it is in {either(sorted(rule.people))}"
        holds = is_about(rule, meeting)
        count = sum(not rule.people.isdisjoint(one.teams) for one in people_in(meeting))
        why = f"{count} of {len(people_in(meeting))} people are"
    return Clause(asks=asks, holds=holds, why=why, where=rule.where_people)


def _looked(
    rule: MeetingRule,
    exemptions: tuple[Exemption, ...],
    meeting: MeetingFacts,
    by: KeptBy | None,
    team_sizes: Mapping[str, int],
) -> Iterator[Looked]:
    mode = verdicts.mode_for(rule, meeting)
    if isinstance(rule, ProtectTime):
        yield from _protecting(Protected(rule=rule, exemptions=exemptions), meeting, mode, by)
    elif isinstance(rule, MeetingEtiquette):
        yield from verdicts.etiquette_clauses(rule, exemptions, meeting, mode, by)
    else:
        lines = naming(rule, meeting, team_sizes)
        yield from verdicts.keep_clauses(rule, exemptions, meeting, mode, lines)


def _protecting(
    protected: Protected, meeting: MeetingFacts, mode: Mode, by: KeptBy | None
) -> Iterator[Looked]:
    """Yield the window's clauses, then the others for the occurrence that the verdict is about."""
    rule = protected.rule
    overlaps = protecting.overlaps_of(meeting, rule.window)
    day = meeting.starts.astimezone(rule.calendar.zone).date()
    yield from protecting.over_window(rule, overlaps, day)
    if overlaps:
        overlap = _decisive(protected, meeting, overlaps, mode, by)
        yield from protecting.inside_window(protected, meeting, overlap, mode, by)


def _decisive(
    protected: Protected,
    meeting: MeetingFacts,
    overlaps: list[Overlap],
    mode: Mode,
    by: KeptBy | None,
) -> Overlap:
    """Return the first that clashes; the first that is long enough, or the first, where none."""
    long_enough = [one for one in overlaps if protecting.is_long_enough(protected.rule, one)]
    for one in long_enough:
        if verdicts.is_clash(protected, meeting, one, mode, by):
            return one
    return (long_enough or overlaps)[0]
