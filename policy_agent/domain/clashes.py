"""Clashes: meetings over a protected window, one a rule and series, and what becomes of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import Span
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import not_before
from policy_agent.domain.walltime import as_instant


class ClashState(StrEnum):
    """Where a clash is in its life."""

    OBSERVED = "observed"  # counted: the rule does no more for this organiser
    LISTED = "listed"  # booked before the rule: shown to the rule's owner
    OPEN = "open"  # its organiser is to hear of it
    NUDGED = "nudged"  # its organiser was told
    ACTING = "acting"  # it is being declined or cancelled
    DONE = "done"  # it was, for everybody it was to be
    MENDED = "mended"  # somebody moved, shortened or cancelled it, or it is let through
    PASSED = "passed"  # all of it has begun


LIVE = frozenset(
    {
        ClashState.OBSERVED,
        ClashState.LISTED,
        ClashState.OPEN,
        ClashState.NUDGED,
        ClashState.ACTING,
    }
)
_OVER = frozenset({ClashState.MENDED, ClashState.PASSED})
_WISHES = frozenset({ClashState.OBSERVED, ClashState.LISTED, ClashState.OPEN, ClashState.NUDGED})

CLASH_TRANSITIONS: dict[ClashState, frozenset[ClashState]] = {
    ClashState.OBSERVED: (_WISHES | _OVER) - {ClashState.OBSERVED},
    ClashState.LISTED: (_WISHES | _OVER) - {ClashState.LISTED},
    ClashState.OPEN: (_WISHES | _OVER) - {ClashState.OPEN},
    ClashState.NUDGED: ((_WISHES | _OVER) - {ClashState.NUDGED}) | {ClashState.ACTING},
    ClashState.ACTING: frozenset({ClashState.DONE, ClashState.OBSERVED}),
    ClashState.DONE: frozenset({ClashState.NUDGED}),  # somebody was invited since
    ClashState.MENDED: _WISHES,  # it is back
    ClashState.PASSED: _WISHES,  # there is more of it
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ClashOccurrence:
    """One meeting of a clash: the single one, or one occurrence of a series."""

    uid: str  # the same in all mailboxes
    event: str  # its id in the mailbox that was judged
    starts: datetime  # aware UTC
    ends: datetime
    affected: tuple[str, ...]  # person ids, sorted


@dataclass(frozen=True, kw_only=True, slots=True)
class ClashCourse:
    """The states that a clash has been in since it was found."""

    rule: str
    organiser: str | None  # person id; None: nobody the directory knows
    found: datetime  # aware UTC
    states: tuple[ClashState, ...]  # in order; the last is the one it is in


@dataclass(frozen=True, kw_only=True, slots=True)
class Grace:
    """The time that an organiser has to move a clash, before it is declined."""

    lasts: timedelta
    calendar: Calendar | None = None  # whose working hours it ends in; None: any time will do

    def ends(self, told: datetime) -> datetime:
        """Return when it is over, aware UTC.

        Declining writes to the organiser: who is asked on a Friday has no answer at the weekend.
        """
        over = as_instant(told + self.lasts)
        if self.calendar is None:
            return over
        try:
            return not_before(self.calendar, over)
        except ValueError:  # no working day is known any more
            return over


def grace_of(rule: ProtectTime) -> Grace:
    return Grace(lasts=rule.grace, calendar=rule.calendar)


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundClash:
    """A clash as one look at a series found it."""

    rule: str
    series: str  # names the series, or the single meeting, in all mailboxes
    mailbox: str  # whose copy was judged
    master: str | None  # id of the series master there; None: a single meeting
    organiser: str | None  # person id; None: nobody the directory knows
    mode: Mode  # of the rule, for this organiser
    grace: Grace
    listed: bool = False  # it was booked before the rule
    every: bool = False  # every occurrence ahead clashes
    occurrences: tuple[ClashOccurrence, ...]  # those that clash and have not begun, in order


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """A clash as the store has it."""

    id: int
    rule: str
    series: str
    mailbox: str
    master: str | None
    organiser: str | None
    state: ClashState
    every: bool
    first: datetime  # aware UTC: when the first of its occurrences starts that had not begun
    ahead: int  # how many those are
    found: datetime
    told: datetime | None  # when its organiser was nudged
    act_at: datetime | None  # when it is declined; None: never, as it stands
    tries: int  # nudges that came to nothing, since it was mended before they went out
    slots: tuple[Span, ...]  # alternatives that its organiser was told


class AnswerState(StrEnum):
    """Where one answer to a meeting is."""

    PLANNED = "planned"  # written down; the service may or may not have it already
    DONE = "done"
    GIVEN_UP = "given_up"  # left alone after all, or refused


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One decline for one person, or one cancellation by the organiser; never a second one."""

    clash: int
    person: str  # whose copy is declined; the organiser's own: it is cancelled
    uid: str  # of the occurrence by which that copy is found
    starts: datetime  # aware UTC, of that occurrence
    ends: datetime
    whole: bool  # it is for the whole series
    tell: bool  # the organiser gets it by mail
    state: AnswerState = AnswerState.PLANNED


def wished(found: FoundClash, told: datetime | None) -> ClashState:
    """Return the state that a clash belongs in, by what was found and whether it was told."""
    if found.listed:
        return ClashState.LISTED
    if found.mode.strength < Mode.NUDGE.strength:
        return ClashState.OBSERVED
    return ClashState.OPEN if told is None else ClashState.NUDGED


def after_look(clash: Clash, found: FoundClash, *, unanswered: bool) -> ClashState:
    """Return the state of a known clash after another look at it found it still there.

    What is being done is ended by whoever does it. What was done is taken up again only for people
    who have no answer yet, `unanswered`.
    """
    if clash.state is ClashState.ACTING:
        return clash.state
    wish = wished(found, clash.told)
    if clash.state is ClashState.DONE:
        again = unanswered and found.mode is Mode.ENFORCE and wish is ClashState.NUDGED
        return wish if again else clash.state
    return wish


def act_at(clash: Clash, found: FoundClash, state: ClashState, now: datetime) -> datetime | None:
    """Return when it is to be declined: the organiser has the grace from when it is due at all.

    A clash that was told and came back, or whose rule got to `enforce` only now, has it anew.
    """
    if state is not ClashState.NUDGED or found.mode is not Mode.ENFORCE:
        return None
    if clash.state in {ClashState.NUDGED, ClashState.DONE} and clash.act_at is not None:
        return clash.act_at
    return found.grace.ends(now)


def unanswered(
    found: FoundClash, answers: frozenset[tuple[str, str]], whole: frozenset[str]
) -> list[tuple[ClashOccurrence, str]]:
    """Return who of the affected has no answer yet, an occurrence and person each.

    `answers` are pairs of uid and person, `whole` who was answered for the whole series. The
    organiser's own copy is not declined: they organise it. One that is theirs was cancelled.
    """
    return [
        (occurrence, person)
        for occurrence in found.occurrences
        if found.organiser not in whole and (occurrence.uid, found.organiser) not in answers
        for person in occurrence.affected
        if person != found.organiser
        and person not in whole
        and (occurrence.uid, person) not in answers
    ]


__all__ = [
    "CLASH_TRANSITIONS",
    "LIVE",
    "Answer",
    "AnswerState",
    "Clash",
    "ClashCourse",
    "ClashOccurrence",
    "ClashState",
    "FoundClash",
    "act_at",
    "after_look",
    "unanswered",
    "wished",
]
