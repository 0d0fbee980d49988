"""Measuring: what of a meeting counts in figures, whatever the rules do about it.

A meeting counts when it takes somebody's time together with somebody else. It is over a protected
window for whoever is in it and has not declined it: also where the rule is off, or lets it through,
keeps it, or leaves it alone since it is private. A lunch that went to a court case is no free lunch
either. So what is measured before a rule acts and after it is the same thing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from policy_agent.domain import protecting
from policy_agent.domain.etiquette import look
from policy_agent.domain.events import EventRef, Response, ShowAs
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_rules import Check, MeetingEtiquette, ProtectTime
from policy_agent.domain.meeting_verdicts import etiquette_clauses, keeper, settled_by
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.protecting import Protected
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.verdicts import Verdict
from policy_agent.domain.walltime import as_instant

_TOGETHER = 2  # people who have not declined; fewer are no meeting
_TAKES_TIME = frozenset({ShowAs.BUSY, ShowAs.TENTATIVE, ShowAs.UNKNOWN})
_LOOKED = frozenset({Reason.KIND, Reason.NOT_KIND})
# The rule's window and the meeting do not meet, or for less than the rule asks for; or nobody can
# say.
_NOT_OVER = frozenset({Reason.OUTSIDE_WINDOW, Reason.SHORT_OVERLAP, Reason.FAULT})


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredMeeting:
    """One meeting or occurrence, as far as it counts in figures."""

    uid: str  # its `iCalUId`: the same in all mailboxes, its own for each occurrence
    ref: EventRef  # the copy that was judged
    master: str | None  # id of the series master in the same mailbox; None: a single meeting
    organiser: str | None  # person id; None: nobody the directory knows
    starts: datetime  # aware UTC, as all below
    ends: datetime
    booked: datetime | None  # when it was made, or its series; None: not known
    whole: bool  # seen with the whole day around it: else nobody knows what comes before it
    after: datetime | None  # when the organiser's meeting before it ends, if any
    size: int  # people in it, the organiser included, rooms not
    online: bool
    # Of each etiquette rule that looked at it, whether each of its checks found something; what
    # could not be looked at is not named.
    checks: Mapping[str, Mapping[Check, bool]]
    # Of each protect-time rule whose window it is over, the ids of whose time that was, sorted, by
    # the day on which that occurrence of the window begins.
    over: Mapping[str, Mapping[date, tuple[str, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedMeeting:
    """What figures are made of: a meeting that took place, as it was seen last before it began."""

    organiser: str | None  # as in `MeasuredMeeting`, as all below
    starts: datetime
    checks: Mapping[str, Mapping[Check, bool]]
    over: Mapping[str, Mapping[date, tuple[str, ...]]]


def takes_time(meeting: MeetingFacts) -> bool:
    """Say whether a meeting counts at all."""
    coming = sum(one.response is not Response.DECLINED for one in meeting.invited)
    return (
        coming + (meeting.organiser is not None) >= _TOGETHER
        and not meeting.cancelled
        and meeting.show_as in _TAKES_TIME
        and as_instant(meeting.starts) < as_instant(meeting.ends)
    )


class Measuring:
    """Measures meetings by the rules of one rulebook."""

    def __init__(self, rulebook: Rulebook, team_sizes: Mapping[str, int]) -> None:
        self._rulebook = rulebook
        self._sizes = team_sizes
        self._protected = {
            rule.name: Protected.of(rule, rulebook.exemptions) for rule in rulebook.protect_time
        }

    def over(
        self, meeting: MeetingFacts, verdicts: Sequence[Verdict]
    ) -> Mapping[str, Mapping[date, tuple[str, ...]]]:
        """Return whose protected time it takes, by rule and by day of the window."""
        found: dict[str, Mapping[date, tuple[str, ...]]] = {}
        for verdict in verdicts:
            rule = verdict.rule
            if isinstance(rule, ProtectTime) and verdict.decision.reason not in _NOT_OVER:
                days = _taken(self._protected[rule.name], meeting)
                if days:
                    found[rule.name] = days
        return found

    def checks(
        self, meeting: MeetingFacts, verdicts: Sequence[Verdict], *, whole: bool
    ) -> Mapping[str, Mapping[Check, bool]]:
        """Return what etiquette finds, by rule; of a rule that is off, what it would find."""
        found: dict[str, Mapping[Check, bool]] = {}
        for verdict in verdicts:
            rule = verdict.rule
            if isinstance(rule, MeetingEtiquette) and self._looks(rule, meeting, verdict):
                unkind = look(rule, meeting)
                found[rule.name] = {
                    check: check in unkind
                    for check in Check
                    if check in rule.where_checks and _is_known(check, meeting, whole=whole)
                }
        return found

    def _looks(self, rule: MeetingEtiquette, meeting: MeetingFacts, verdict: Verdict) -> bool:
        if verdict.decision.reason is not Reason.MODE_OFF:
            return verdict.decision.reason in _LOOKED
        exemptions = tuple(e for e in self._rulebook.exemptions if rule.name in e.rules)
        by = keeper(self._rulebook.keep_meeting, meeting, self._sizes)
        said = settled_by(etiquette_clauses(rule, exemptions, meeting, Mode.OBSERVE, by))
        return said.reason in _LOOKED


def _taken(protected: Protected, meeting: MeetingFacts) -> Mapping[date, tuple[str, ...]]:
    window = protected.rule.window
    if meeting.all_day and not protecting.takes_whole_days(window):
        return {}  # an away day takes nobody's lunch
    days = {
        overlap.window.day: protecting.affected(protected, meeting, overlap)
        for overlap in protecting.overlaps_of(meeting, window)
        if protecting.is_long_enough(protected.rule, overlap)
    }
    return {day: people for day, people in days.items() if people}


def _is_known(check: Check, meeting: MeetingFacts, *, whole: bool) -> bool:
    match check:
        case Check.AGENDA:
            return meeting.has_agenda is not None
        case Check.NOTICE:
            return meeting.booked is not None
        case Check.BREAK:
            return whole
        case _:
            return True


__all__ = ["CountedMeeting", "MeasuredMeeting", "Measuring", "takes_time"]
