"""Meetings rehearsed: what a rulebook says of them, in figures, and against another rulebook.

Modes are left aside, as with mail: a rule that only observes is rehearsed as if it acted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.rules import DeferEmail, Rulebook

_EXAMPLES = 5  # of each change of a rule


@dataclass(frozen=True, kw_only=True, slots=True)
class PastMeeting:
    """One meeting, or one occurrence of a series."""

    number: int  # of the meeting in its source, from 1; all occurrences of a series have one
    facts: MeetingFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What one rule says of one occurrence, whatever its mode."""

    rule: str
    outcome: Outcome
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class RehearsedMeeting:
    """One occurrence and what the rules about anybody in it say, in the rulebook's order."""

    number: int
    starts: datetime
    said: tuple[Said, ...]

    @property
    def acts(self) -> dict[str, Outcome]:
        """Return what would be done about it, by rule."""
        return {one.rule: one.outcome for one in self.said if one.outcome is not Outcome.DELIVER}


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """How often a rule says one thing for one reason."""

    rule: str
    outcome: Outcome
    reason: Reason
    meetings: int  # a series counts once
    occurrences: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingChange:
    """How often something would be done about a meeting by one rulebook and not by the other."""

    rule: str
    change: str  # such as «+decline» and «-nudge»
    meetings: int
    occurrences: int
    examples: tuple[tuple[int, datetime], ...]  # number and start of the first few occurrences


def rehearse_meetings(
    rulebook: Rulebook, meetings: Sequence[PastMeeting], team_sizes: Mapping[str, int]
) -> tuple[RehearsedMeeting, ...]:
    """Judge each occurrence by itself, in the order of `meetings`."""
    strong = replace(
        rulebook,
        rules=tuple(
            rule if isinstance(rule, DeferEmail) else replace(rule, mode=Mode.ENFORCE, mode_for={})
            for rule in rulebook.rules
        ),
    )
    return tuple(
        RehearsedMeeting(
            number=one.number,
            starts=one.facts.starts,
            said=tuple(
                Said(
                    rule=verdict.rule.name,
                    outcome=verdict.decision.outcome,
                    reason=verdict.decision.reason,
                )
                for verdict in decide_meeting(strong, one.facts, team_sizes)
            ),
        )
        for one in meetings
    )


def judged(rehearsed: Sequence[RehearsedMeeting], rulebook: Rulebook) -> tuple[Judged, ...]:
    """Return what each rule says how often, in the rulebook's order, the most frequent first."""
    occurrences: Counter[Said] = Counter()
    meetings: dict[Said, set[int]] = {}
    for one in rehearsed:
        for said in one.said:
            occurrences[said] += 1
            meetings.setdefault(said, set()).add(one.number)
    order = {rule.name: number for number, rule in enumerate(rulebook.rules)}
    found = sorted(
        occurrences.items(), key=lambda item: (order[item[0].rule], -item[1], item[0].reason)
    )
    return tuple(
        Judged(
            rule=said.rule,
            outcome=said.outcome,
            reason=said.reason,
            meetings=len(meetings[said]),
            occurrences=count,
        )
        for said, count in found
    )


def compare_meetings(
    before: Sequence[RehearsedMeeting], after: Sequence[RehearsedMeeting]
) -> tuple[MeetingChange, ...]:
    """Return what would be done otherwise; both are of the same meetings in the same order."""
    changed: dict[tuple[str, str], list[RehearsedMeeting]] = {}
    for old, new in zip(before, after, strict=True):
        was, now = old.acts, new.acts
        for rule in sorted(was.keys() | now.keys()):
            if was.get(rule) is now.get(rule):
                continue
            if rule in was:
                changed.setdefault((rule, f"-{was[rule]}"), []).append(new)
            if rule in now:
                changed.setdefault((rule, f"+{now[rule]}"), []).append(new)
    return tuple(
        MeetingChange(
            rule=rule,
            change=change,
            meetings=len({one.number for one in found}),
            occurrences=len(found),
            examples=tuple((one.number, one.starts) for one in found[:_EXAMPLES]),
        )
        for (rule, change), found in sorted(changed.items())
    )
