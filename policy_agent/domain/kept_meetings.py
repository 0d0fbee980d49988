"""The life of one kept meeting: planned → held, or cancelled → rebooked or lapsed.

**planned** It stands in the calendar. One that is moved stays planned; how often, and how far from
where it stood at first, is kept with it.
**held** Its end has passed, and the calendar still had it then, with at least two people in it who
had not declined. Whether people came nobody can tell from a calendar.
**cancelled** Its organiser cancelled or deleted it, or so many declined that fewer than two people
were left: a one-to-one that one of the two declined does not happen. What was cancelled already
when it was seen for the first time is none of ours.
**rebooked** Another meeting `makes_up` for it. **lapsed** Nothing did by `rebook_until`.
**dropped** It is none of the meetings that the rule names any more, and counts nowhere.

How short the notice of a cancellation was is kept in whole hours, rounded down, from when it was
cancelled (as far as that was seen) to the start; 0 where it had begun.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from policy_agent.domain.calendars import LONGEST_WAIT, Calendar
from policy_agent.domain.events import EventRef
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

_PAIR = 2  # people; fewer are no meeting
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


class KeptState(StrEnum):
    """Where a kept meeting is in its life."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"  # it may still be made up for
    REBOOKED = "rebooked"
    LAPSED = "lapsed"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class KeptPerson:
    """Somebody known who is in a kept meeting, its organiser included."""

    id: str
    declined: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLook:
    """What one look at a meeting that a rule names brought."""

    rule: str
    uid: str  # the same in all mailboxes, its own for each occurrence of a series
    series: str  # names the series, or the single meeting, in all mailboxes
    ref: EventRef  # the copy that was looked at
    master: str | None  # id of the series master in the same mailbox
    own: bool  # it is the organiser's copy
    organiser: str | None  # person id; None: nobody the directory knows
    starts: datetime  # aware UTC
    ends: datetime
    people: tuple[KeptPerson, ...]  # sorted
    size: int  # people in it, strangers and the organiser included, rooms not
    attending: int  # those of them who have not declined
    rebook: bool  # the rule would ask to book it again, were it cancelled
    cancelled: datetime | None = None  # when the copy says that it was; None: it was not

    @property
    def happens(self) -> bool:
        return self.cancelled is None and self.attending >= _PAIR


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptMeeting:
    """One kept meeting of one rule, as the store has it; id 0: it has no row yet."""

    id: int = 0
    version: int = 0  # grows with each change, which names the version that it read
    rule: str
    uid: str
    series: str
    ref: EventRef
    master: str | None
    own: bool
    organiser: str | None
    starts: datetime  # aware UTC, as all below
    ends: datetime
    first_starts: datetime  # when it was to start when it was first seen
    moves: int = 0  # how often it was seen to start at another time than before
    moved: datetime | None = None  # when that was seen last
    first_seen: datetime
    state: KeptState = KeptState.PLANNED
    people: tuple[KeptPerson, ...]
    size: int
    attending: int
    rebook: bool
    missed: datetime | None = None  # since when it is not where it was; it may be gone or not
    ended: datetime | None = None  # when it was held, or when it was cancelled
    cancelled_by: str | None = None  # person id; None: nobody the directory knows
    notice_hours: int | None = None  # from when it was cancelled to the start
    nudged: datetime | None = None  # when somebody was asked to book it again
    due: datetime | None = None  # when there is something to do about it next; None: nothing

    @property
    def shift(self) -> timedelta:
        """Return how far it is from where it stood at first."""
        return self.starts - self.first_starts

    @property
    def was_cancelled(self) -> bool:
        return self.state in {KeptState.CANCELLED, KeptState.REBOOKED, KeptState.LAPSED}


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A kept meeting after something happened to it, and what that was."""

    meeting: KeptMeeting
    why: str  # without names; empty: nothing worth an event


def begun(look: KeptLook, now: datetime) -> Step | None:
    """Return the meeting that is seen for the first time; None: it is none that is to happen."""
    if not look.happens:
        return None
    meeting = KeptMeeting(
        rule=look.rule,
        uid=look.uid,
        series=look.series,
        ref=look.ref,
        master=look.master,
        own=look.own,
        organiser=look.organiser,
        starts=look.starts,
        ends=look.ends,
        first_starts=look.starts,
        first_seen=now,
        people=look.people,
        size=look.size,
        attending=look.attending,
        rebook=look.rebook,
        due=look.ends,
    )
    return Step(meeting=meeting, why="seen")


def followed(meeting: KeptMeeting, look: KeptLook, now: datetime) -> Step:
    """Return the meeting after a look at it; after the same look again nothing is new.

    One that is there again after it was cancelled or dropped is planned again. What was held stays
    held, unless it was put off to after its end: then it was not held after all.
    """
    known = meeting.state
    if known in {KeptState.REBOOKED, KeptState.LAPSED}:
        return Step(meeting=meeting, why="")
    if known is KeptState.HELD and (not look.happens or look.starts < meeting.ends):
        return Step(meeting=meeting, why="")
    if not look.happens:
        if known is not KeptState.PLANNED:
            return Step(meeting=meeting, why="")
        return _called_off(meeting, look, now)
    moved = look.starts != meeting.starts and known is not KeptState.DROPPED
    after = replace(
        meeting,
        series=look.series,
        ref=look.ref,
        master=look.master,
        own=look.own,
        organiser=look.organiser,
        starts=look.starts,
        ends=look.ends,
        first_starts=look.starts if known is KeptState.DROPPED else meeting.first_starts,
        moves=meeting.moves + moved,
        moved=now if moved else meeting.moved,
        state=KeptState.PLANNED,
        people=look.people,
        size=look.size,
        attending=look.attending,
        rebook=look.rebook,
        missed=None,
        ended=None,
        cancelled_by=None,
        notice_hours=None,
        due=look.ends,
    )
    if moved:
        return Step(meeting=after, why="moved")
    return Step(meeting=after, why="" if known is KeptState.PLANNED else "there again")


def _called_off(meeting: KeptMeeting, look: KeptLook, now: datetime) -> Step:
    """Say who called it off: its organiser, or whoever of two declined it.

    Where several declined, nobody of them alone did; the organiser is who can book it again.
    """
    if look.cancelled is not None:
        at = min(now, max(look.cancelled, meeting.first_seen))
        return cancelled(meeting, at=at, by=look.organiser, now=now, why="cancelled")
    after = replace(meeting, people=look.people, size=look.size, attending=look.attending)
    declined = [person.id for person in look.people if person.declined]
    by = look.organiser
    if look.size == _PAIR:
        by = declined[0] if declined else None
    return cancelled(after, at=now, by=by, now=now, why="declined")


def cancelled(
    meeting: KeptMeeting, *, at: datetime, by: str | None, now: datetime, why: str
) -> Step:
    """Return the meeting once it is certain that it will not happen."""
    after = replace(
        meeting,
        state=KeptState.CANCELLED,
        ended=at,
        cancelled_by=by,
        notice_hours=max(0, (meeting.starts - at) // _HOUR),
        due=now,
    )
    return Step(meeting=after, why=why)


def missed(meeting: KeptMeeting, now: datetime) -> KeptMeeting:
    """Return a planned one that was not where it should be: it is looked for before that counts."""
    if meeting.missed is not None:
        return meeting
    return replace(meeting, missed=now, due=now)


def held(meeting: KeptMeeting, why: str = "held") -> Step:
    after = replace(meeting, state=KeptState.HELD, missed=None, ended=meeting.ends, due=None)
    return Step(meeting=after, why=why)


def dropped(meeting: KeptMeeting, why: str) -> Step:
    after = replace(meeting, state=KeptState.DROPPED, missed=None, due=None)
    return Step(meeting=after, why=why)


def rebook_until(calendar: Calendar, working_days: int, meeting: KeptMeeting) -> datetime:
    """Return the end of the last day on which another meeting makes up for a cancelled one.

    That is so many working days after the day on which it would have been, or on which it was
    cancelled if that is later. ValueError: the calendar has no working days any more.
    """
    last = max(as_instant(at) for at in (meeting.starts, meeting.ended) if at is not None)
    day = last.astimezone(calendar.zone).date()
    return attach(_working_day(calendar, day, working_days) + _DAY, MIDNIGHT, calendar.zone)


def _working_day(calendar: Calendar, after: date, count: int) -> date:
    """Return the working day that is `count` of them after a day."""
    day = after
    for _ in range(count):
        for _ in range(LONGEST_WAIT):
            day += _DAY
            if calendar.is_working_day(day):
                break
        else:
            raise ValueError(f"the calendar {calendar.name} has no working day soon after {day}")
    return day


def makes_up(
    meeting: KeptMeeting, other: KeptMeeting, *, people: frozenset[str], until: datetime
) -> bool:
    """Whether another kept meeting takes the place of a cancelled one.

    It is of the same rule, stands or was held, has all of `people` in it (those whom the rule is
    about), and starts after the cancellation and before `until`. It is new, or was moved, since the
    day before the cancellation: whatever stood there for longer would have been anyway, such as the
    next turn of the same series. A turn that came later than a day after it only came in sight.
    """
    if (
        meeting.ended is None
        or not people
        or other.uid == meeting.uid
        or other.rule != meeting.rule
    ):
        return False
    if other.state not in {KeptState.PLANNED, KeptState.HELD} or other.missed is not None:
        return False
    if not meeting.ended <= other.starts < until or not people <= ids(other.people):
        return False
    since = meeting.ended - _DAY
    if other.moved is not None and other.moved >= since:
        return True
    in_sight = other.series == meeting.series and other.first_seen > meeting.ended + _DAY
    return other.first_seen >= since and not in_sight


def ids(people: Collection[KeptPerson]) -> frozenset[str]:
    return frozenset(person.id for person in people)
