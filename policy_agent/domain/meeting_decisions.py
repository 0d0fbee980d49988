"""What the rules say of a meeting. Pure: facts and rules in, verdicts with their reasons out.

The rules are compiled once a rulebook. Nearly every meeting lies over no window and is no kept one:
those verdicts are made once a day and rule and come back as the same object, so nobody should tell
verdicts apart by identity. What is remembered is bounded.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from policy_agent.domain import meeting_verdicts as verdicts
from policy_agent.domain import protecting
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.keeping import naming
from policy_agent.domain.meeting_clauses import is_about
from policy_agent.domain.meeting_rules import (
    KeepMeeting,
    MeetingEtiquette,
    MeetingRule,
    ProtectTime,
)
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.protecting import Protected
from policy_agent.domain.rules import Exemption, Rule, Rulebook
from policy_agent.domain.verdicts import Verdict

Sizes = Mapping[str, int]  # of teams, by name
Judge = Callable[[MeetingFacts, Sizes], Verdict | None]  # None: it is about nobody in the meeting

_REMEMBERED = 4_096  # verdicts of one rule


def decide_meeting(
    rulebook: Rulebook, meeting: MeetingFacts, team_sizes: Mapping[str, int]
) -> tuple[Verdict, ...]:
    """Return what each rule about meetings says of this one, in the rulebook's order.

    Rules about nobody in the meeting say nothing; an etiquette rule is about the organiser alone,
    who is the one that could do better. A rule that cannot be worked out says `error`, which leaves
    the meeting alone, and the others go on. A kept meeting is left alone by all but `keep-meeting`,
    which says «not covered» of every other. `team_sizes` says how many people a team has, for rules
    that name one.
    """
    engine = rulebook.meeting_engine
    if engine is None:
        engine = meeting_engine_of(rulebook)
    return engine.decide(meeting, team_sizes)


def meeting_engine_of(rulebook: Rulebook) -> "MeetingEngine":
    """Return the rulebook's compiled rules; the first caller compiles them."""
    if rulebook.meeting_engine is None:
        # Two threads may both get here: each engine is whole, and one of them stays.
        engine = MeetingEngine(rulebook.rules, rulebook.exemptions)
        object.__setattr__(rulebook, "meeting_engine", engine)
        return engine
    return rulebook.meeting_engine


class MeetingEngine:
    """The compiled rules about meetings of one rulebook."""

    def __init__(self, rules: Sequence[Rule], exemptions: Sequence[Exemption]) -> None:
        self._keeping = [rule for rule in rules if isinstance(rule, KeepMeeting)]
        self._judges: list[tuple[MeetingRule, Judge]] = []
        for rule in rules:
            ours = tuple(one for one in exemptions if rule.name in one.rules)
            if isinstance(rule, ProtectTime):
                self._judges.append((rule, self._protector(rule, ours)))
            elif isinstance(rule, MeetingEtiquette):
                self._judges.append((rule, self._kindness(rule, ours)))
            elif isinstance(rule, KeepMeeting):
                self._judges.append((rule, _keeper(rule, ours)))

    def decide(self, meeting: MeetingFacts, team_sizes: Sizes) -> tuple[Verdict, ...]:
        """Return each rule's verdict; see `decide_meeting`."""
        found: list[Verdict] = []
        for rule, judge in self._judges:
            try:
                verdict = judge(meeting, team_sizes)
            except Exception as problem:  # noqa: BLE001  error leaves the meeting alone
                verdict = _fault(rule, problem)
            if verdict is not None:
                found.append(verdict)
        return tuple(found)

    def _protector(self, rule: ProtectTime, exemptions: tuple[Exemption, ...]) -> Judge:
        """Compile a `protect-time` rule: what lies over no window is answered from memory."""
        protected = Protected(rule=rule, exemptions=exemptions)
        window, zone, keeping = rule.window, rule.calendar.zone, self._keeping
        quiet: dict[tuple[date, Mode], Verdict] = {}

        def outside(day: date, mode: Mode) -> Verdict:
            said = verdicts.settled_by(protecting.over_window(rule, (), day))
            if len(quiet) >= _REMEMBERED:
                quiet.clear()
            verdict = verdicts.verdict_of(rule, mode, Outcome.DELIVER, said)
            return quiet.setdefault((day, mode), verdict)

        def judge(meeting: MeetingFacts, team_sizes: Sizes) -> Verdict | None:
            if not is_about(rule, meeting):
                return None
            overlaps = protecting.overlaps_of(meeting, window)
            mode = verdicts.mode_for(rule, meeting)
            if not overlaps:
                day = meeting.starts.astimezone(zone).date()
                return quiet.get((day, mode)) or outside(day, mode)
            by = verdicts.keeper(keeping, meeting, team_sizes)
            return verdicts.protect(protected, meeting, overlaps, mode, by)

        return judge

    def _kindness(self, rule: MeetingEtiquette, exemptions: tuple[Exemption, ...]) -> Judge:
        keeping = self._keeping

        def judge(meeting: MeetingFacts, team_sizes: Sizes) -> Verdict | None:
            by = verdicts.keeper(keeping, meeting, team_sizes)
            return verdicts.etiquette(rule, exemptions, meeting, by)

        return judge


def _keeper(rule: KeepMeeting, exemptions: tuple[Exemption, ...]) -> Judge:
    """Compile a `keep-meeting` rule: what it does not name is answered from memory."""
    unnamed: dict[Mode, Verdict] = {}

    def judge(meeting: MeetingFacts, team_sizes: Sizes) -> Verdict | None:
        if not is_about(rule, meeting):
            return None
        mode = verdicts.mode_for(rule, meeting)
        lines = naming(rule, meeting, team_sizes)
        if lines:
            return verdicts.keep(rule, exemptions, meeting, mode, lines)
        if mode not in unnamed:
            unnamed[mode] = verdicts.keep(rule, exemptions, meeting, mode, lines)
        return unnamed[mode]

    return judge


def _fault(rule: MeetingRule, problem: Exception) -> Verdict:
    decision = Decision(
        rule=rule.name,
        outcome=Outcome.ERROR,
        mode=rule.mode,
        reason=Reason.FAULT,
        detail=f"The rule could not be worked out ({type(problem).__name__})",
        where=rule.where,
    )
    return Verdict(rule=rule, decision=decision)


__all__ = ["MeetingEngine", "decide_meeting", "meeting_engine_of"]
