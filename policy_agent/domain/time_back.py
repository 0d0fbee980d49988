"""Time back: how long somebody worked outside of their working hours, as a hint to talk about.

What counts is told by meetings and mail alone, and nothing else is known of anybody's work:

1. Meetings that the person organised or accepted, as far as they lie outside of working hours; two
   at once count once.
2. Mail that was sent outside of working hours. Mails less than half an hour apart are one burst,
   which counts from the first of them to a quarter of an hour after the last, as far as that is
   outside of working hours too. What a meeting has counted already is not counted again.

It is all in whole minutes, each cut at midnight, so that a day's entries add up. A day's total is
rounded up to the next quarter of an hour.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from policy_agent.domain.back_to_back import is_meeting
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import EventCopy, Response, Span
from policy_agent.domain.notes import WORKING_HOURS
from policy_agent.domain.spans import shared, union, within, without
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

QUARTER = timedelta(minutes=15)  # what a mail counts, and what a day is rounded up to
APART = timedelta(minutes=30)  # mails that lie so far apart are two bursts
_DAY = timedelta(days=1)
_NONE = timedelta()


class Work(StrEnum):
    """What somebody did; a closed set."""

    MEETING = "meeting"
    MAIL = "mail"


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingTime:
    """When one person works."""

    zone: ZoneInfo  # whose wall clock the hours are read from
    days: frozenset[int]  # Monday is 0
    hours: tuple[time, time]
    holidays: Collection[date] = ()

    @classmethod
    def of(
        cls,
        calendar: Calendar,
        *,
        zone: ZoneInfo | None = None,
        working_days: frozenset[int] | None = None,
    ) -> "WorkingTime":
        """Return a calendar's, with the person's own zone and days where they have any."""
        return cls(
            zone=zone or calendar.zone,
            days=calendar.working_days if working_days is None else working_days,
            hours=calendar.working_hours or WORKING_HOURS,
            holidays=calendar.holidays.keys(),
        )

    def on(self, day: date) -> Span | None:
        """Return when that day's work begins and ends; None: it is no working day."""
        if day.weekday() not in self.days or day in self.holidays:
            return None
        starts, ends = (as_instant(attach(day, at, self.zone)) for at in self.hours)
        return Span(starts=starts, ends=ends) if starts < ends else None

    def day_of(self, moment: datetime) -> date:
        """Return the day on which an aware instant lies.

        A day goes from its first midnight to the next day's: days never go back, also where the
        clocks are put back at midnight.
        """
        instant = as_instant(moment)
        day = instant.astimezone(self.zone).date()
        return day + _DAY if self.midnight(day + _DAY) <= instant else day

    def midnight(self, day: date) -> datetime:
        """Return when that day begins, in UTC."""
        return as_instant(attach(day, MIDNIGHT, self.zone))


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One span of time that was worked outside of working hours, within one day."""

    day: date
    starts: datetime  # aware UTC, as its end; whole minutes
    ends: datetime
    what: Work

    @property
    def length(self) -> timedelta:
        return self.ends - self.starts


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeBack:
    """What one day has of it."""

    day: date
    entries: tuple[Entry, ...]  # in order; no two share a moment

    def spent(self, *what: Work) -> timedelta:
        """Return how long was worked, or how long at these."""
        wanted = what or tuple(Work)
        return sum((e.length for e in self.entries if e.what in wanted), _NONE)

    @property
    def total(self) -> timedelta:
        """Return the day's total, rounded up to a quarter of an hour."""
        return -(-self.spent() // QUARTER) * QUARTER


def took_part(copy: EventCopy) -> bool:
    """Say whether it was a meeting that the person organised or said yes to."""
    yes = copy.is_organiser or copy.response in {Response.ORGANISER, Response.ACCEPTED}
    return yes and is_meeting(copy)


def time_back(
    meetings: Iterable[Span], sent: Iterable[datetime], working: WorkingTime, span: Span
) -> tuple[TimeBack, ...]:
    """Return the days within the span that have any, in order.

    `meetings` are those that the person took part in, `sent` when they sent mail; both may come in
    any order, and reach beyond the span.
    """
    off = _outside(working, span)
    met = shared(union(_whole(meeting) for meeting in meetings), off)
    mails = sorted({_floor(moment) for moment in sent})
    bursts = _bursts(within(mails, off))
    mailed = without(shared(bursts, off), met)
    pieces = [
        *((piece, Work.MEETING) for piece in met),
        *((piece, Work.MAIL) for piece in mailed),
    ]
    pieces.sort(key=lambda one: one[0].starts)
    entries = [entry for piece, what in pieces for entry in _by_day(piece, what, working)]
    return tuple(
        TimeBack(day=day, entries=tuple(of_day))
        for day, of_day in groupby(entries, key=lambda entry: entry.day)
    )


def _outside(working: WorkingTime, span: Span) -> list[Span]:
    """Return what of the span is outside of working hours, in whole minutes."""
    whole = Span(starts=_floor(span.starts), ends=_floor(span.ends))
    if whole.starts >= whole.ends:
        return []
    day, last = working.day_of(whole.starts), working.day_of(whole.ends)
    at_work: list[Span] = []
    while day <= last:
        worked = working.on(day)
        if worked is not None:
            at_work.append(worked)
        day += _DAY
    return without([whole], at_work)


def _bursts(mails: Sequence[datetime]) -> list[Span]:
    """Return the bursts of mails: further apart than the last mail counts, they share no moment."""
    found: list[Span] = []
    for moment in mails:
        if found and moment - (found[-1].ends - QUARTER) < APART:
            found[-1] = Span(starts=found[-1].starts, ends=moment + QUARTER)
        else:
            found.append(Span(starts=moment, ends=moment + QUARTER))
    return found


def _by_day(piece: Span, what: Work, working: WorkingTime) -> Iterable[Entry]:
    """Cut a span at the midnights of the wall clock."""
    starts = piece.starts
    while starts < piece.ends:
        day = working.day_of(starts)
        ends = min(working.midnight(day + _DAY), piece.ends)
        yield Entry(day=day, starts=starts, ends=ends, what=what)
        starts = ends


def _whole(span: Span) -> Span:
    ends = _floor(span.ends)
    ends = ends if ends == as_instant(span.ends) else ends + timedelta(minutes=1)
    return Span(starts=_floor(span.starts), ends=ends)


def _floor(moment: datetime) -> datetime:
    return as_instant(moment).replace(second=0, microsecond=0)


__all__ = [
    "APART",
    "QUARTER",
    "Entry",
    "TimeBack",
    "Work",
    "WorkingTime",
    "time_back",
    "took_part",
]
