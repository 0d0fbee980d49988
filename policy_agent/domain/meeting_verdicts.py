"""Verdicts: what the clauses of one rule about meetings come to."""

from collections.abc import Iterator, Mapping, Sequence

from policy_agent.domain import meeting_clauses as clauses
from policy_agent.domain import protecting
from policy_agent.domain.etiquette import look
from policy_agent.domain.events import ShowAs
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.keeping import KeptBy, naming
from policy_agent.domain.meeting_clauses import Looked
from policy_agent.domain.meeting_rules import (
    Check,
    KeepMeeting,
    KeptLine,
    MeetingEtiquette,
    MeetingRule,
)
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Decision, Outcome, Reason
from policy_agent.domain.protecting import Overlap, Protected
from policy_agent.domain.rules import Exemption
from policy_agent.domain.verdicts import Verdict

_NO_TEAMS: frozenset[str] = frozenset()
_NOT_BUSY = frozenset({ShowAs.FREE, ShowAs.ELSEWHERE, ShowAs.AWAY})
_UNKIND = {
    Check.AGENDA: "it has no agenda",
    Check.NOTICE: "it was booked at short notice",
    Check.LENGTH: "it is long",
    Check.BREAK: "there is no break before it",
    Check.SIZE: "many people are invited",
}


def mode_for(rule: MeetingRule, meeting: MeetingFacts) -> Mode:
    """Return how strongly the rule acts on meetings of this organiser."""
    organiser = meeting.organiser
    return rule.mode_of(_NO_TEAMS if organiser is None else organiser.teams)


def keeper(
    rules: Sequence[KeepMeeting], meeting: MeetingFacts, team_sizes: Mapping[str, int]
) -> KeptBy | None:
    """Return the first rule that keeps the meeting, and the line of it that does.

    A rule keeps what it names when it is not off for the organiser and somebody whom it is about
    is in the meeting.
    """
    for rule in rules:
        if mode_for(rule, meeting) is Mode.OFF:
            continue
        lines = naming(rule, meeting, team_sizes)
        if lines and clauses.is_about(rule, meeting):
            return KeptBy(rule=rule, line=lines[0])
    return None


def settled_by(looked: Iterator[Looked]) -> Looked:
    """Return the first clause that settles its rule."""
    return next(one for one in looked if one.reason is not None)


def verdict_of(rule: MeetingRule, mode: Mode, outcome: Outcome, said: Looked) -> Verdict:
    """Return the verdict that a clause which settled its rule comes to."""
    if said.reason is None:
        raise ValueError(f"the clause «{said.asks}» settles nothing")
    decision = Decision(
        rule=rule.name,
        outcome=outcome,
        mode=mode,
        reason=said.reason,
        detail=said.why,
        where=said.where,
    )
    return Verdict(rule=rule, decision=decision)


def protect(
    protected: Protected,
    meeting: MeetingFacts,
    overlaps: Sequence[Overlap],
    mode: Mode,
    by: KeptBy | None,
) -> Verdict:
    """Say what becomes of a meeting over a window: of several occurrences the first clash counts.

    An exemption may free it on one day and not on the next.
    """
    rule = protected.rule
    verdicts = (
        _over_one(protected, meeting, overlap, mode, by)
        for overlap in overlaps
        if protecting.is_long_enough(rule, overlap)
    )
    first = next(verdicts, None)
    if first is None:
        said = settled_by(protecting.over_window(rule, overlaps, overlaps[0].window.day))
        return verdict_of(rule, mode, Outcome.DELIVER, said)
    if first.decision.reason is Reason.OVERLAPS_WINDOW:
        return first
    later = (one for one in verdicts if one.decision.reason is Reason.OVERLAPS_WINDOW)
    return next(later, first)


def is_clash(
    protected: Protected,
    meeting: MeetingFacts,
    overlap: Overlap,
    mode: Mode,
    by: KeptBy | None,
) -> bool:
    """Whether the meeting clashes with this one occurrence of the window."""
    said = settled_by(protecting.inside_window(protected, meeting, overlap, mode, by))
    return said.reason is Reason.OVERLAPS_WINDOW


def _over_one(
    protected: Protected,
    meeting: MeetingFacts,
    overlap: Overlap,
    mode: Mode,
    by: KeptBy | None,
) -> Verdict:
    rule = protected.rule
    said = settled_by(protecting.inside_window(protected, meeting, overlap, mode, by))
    if said.reason not in {Reason.OVERLAPS_WINDOW, Reason.BOOKED_BEFORE}:
        return verdict_of(rule, mode, Outcome.DELIVER, said)
    clash = said.reason is Reason.OVERLAPS_WINDOW
    outcome = Outcome(rule.on_clash.value) if clash else Outcome.DELIVER
    return Verdict(
        rule=rule,
        decision=verdict_of(rule, mode, outcome, said).decision,
        window=overlap.window,
        affected=protecting.affected(protected, meeting, overlap),
    )


def etiquette(
    rule: MeetingEtiquette,
    exemptions: Sequence[Exemption],
    meeting: MeetingFacts,
    by: KeptBy | None,
) -> Verdict | None:
    """Say what etiquette makes of a meeting; None: its organiser is not whom the rule is about."""
    if meeting.organiser is None or rule.people.isdisjoint(meeting.organiser.teams):
        return None
    mode = mode_for(rule, meeting)
    said = settled_by(etiquette_clauses(rule, exemptions, meeting, mode, by))
    if said.reason is not Reason.NOT_KIND:
        return verdict_of(rule, mode, Outcome.DELIVER, said)
    decision = verdict_of(rule, mode, Outcome.NUDGE, said).decision
    return Verdict(rule=rule, decision=decision, checks=look(rule, meeting))


def etiquette_clauses(
    rule: MeetingEtiquette,
    exemptions: Sequence[Exemption],
    meeting: MeetingFacts,
    mode: Mode,
    by: KeptBy | None,
) -> Iterator[Looked]:
    """Yield every clause of an etiquette rule; one of them always settles it."""
    yield clauses.off(rule, mode)
    yield clauses.kept(rule, by)
    yield clauses.organiser_outside(rule, meeting)
    yield clauses.cancelled(rule, meeting)
    yield clauses.private(rule, meeting)
    free = meeting.all_day or meeting.show_as in _NOT_BUSY
    why = "It is all day, or not shown as busy" if free else "It is shown as taking time"
    asks = "it takes nobody's time"
    yield clauses.asked(asks, free, why, rule.where, Reason.NOBODYS_TIME)
    yield clauses.too_few(rule, meeting, 2, None)
    day = meeting.starts.astimezone(rule.calendar.zone).date()
    yield from clauses.freed(rule, meeting, day, exemptions)
    found = look(rule, meeting)
    for check, where in rule.where_checks.items():
        asks, holds = _UNKIND[check], check in found
        why = "It is so" if holds else "It is not so"
        yield Looked(asks=asks, holds=holds, why=why, where=where, reason=None)
    detail = clauses.either((_UNKIND[check] for check in found), "and") or "all is kind"
    yield Looked(
        asks="something about it is unkind",
        holds=bool(found),
        why=f"{detail[:1].upper()}{detail[1:]}",
        where=rule.where_checks.get(found[0], rule.where) if found else rule.where,
        reason=Reason.NOT_KIND if found else Reason.KIND,
    )


def keep(
    rule: KeepMeeting,
    exemptions: Sequence[Exemption],
    meeting: MeetingFacts,
    mode: Mode,
    lines: Sequence[KeptLine],
) -> Verdict:
    """Say what a keep-meeting rule makes of a meeting that these of its lines name."""
    said = settled_by(keep_clauses(rule, exemptions, meeting, mode, lines))
    outcome = Outcome.NUDGE if said.reason is Reason.REBOOK else Outcome.DELIVER
    decision = verdict_of(rule, mode, outcome, said).decision
    return Verdict(rule=rule, decision=decision, kept=bool(lines) and mode is not Mode.OFF)


def keep_clauses(
    rule: KeepMeeting,
    exemptions: Sequence[Exemption],
    meeting: MeetingFacts,
    mode: Mode,
    lines: Sequence[KeptLine],
) -> Iterator[Looked]:
    """Yield every clause of a keep-meeting rule; one of them always settles it.

    The first of the lines that name the meeting is the place of all that follows from it.
    """
    for line in rule.named:
        yield clauses.named(line, holds=line in lines)
    where = lines[0].where if lines else rule.where_meetings
    yield Looked(
        asks="it is one of the meetings that should happen",
        holds=bool(lines),
        why="The rule names it" if lines else "It is none of the meetings that the rule names",
        where=where,
        reason=None if lines else Reason.NOT_COVERED,
    )
    yield clauses.off(rule, mode)
    yield Looked(
        asks="it was cancelled",
        holds=meeting.cancelled,
        why="It was cancelled" if meeting.cancelled else "It is a meeting that should happen",
        where=where,
        reason=None if meeting.cancelled else Reason.KEPT_MEETING,
    )
    yield clauses.organiser_outside(rule, meeting)
    yield clauses.private(rule, meeting)
    day = meeting.starts.astimezone(rule.calendar.zone).date()
    yield from clauses.freed(rule, meeting, day, exemptions)
    yield Looked(
        asks="it should be booked again",
        holds=True,
        why="A meeting that should happen was cancelled",
        where=where,
        reason=Reason.REBOOK,
    )


__all__ = [
    "etiquette",
    "etiquette_clauses",
    "is_clash",
    "keep",
    "keep_clauses",
    "keeper",
    "mode_for",
    "protect",
    "settled_by",
    "verdict_of",
]
