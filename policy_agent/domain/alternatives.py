"""Alternatives: when a meeting could be instead, free for everybody and inside nobody's window.

A slot is looked for on a grid of a quarter of an hour, as long as the meeting is, in the week of
the meeting (Monday to Sunday of the rule's calendar) and within working hours. Of a series a slot
must be free at every clashing occurrence that the asked time holds; where there is none, one that
suits the first of them is better than nothing, and the answer says which of the two it is.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import FreeBusy, Span
from policy_agent.domain.notes import WORKING_HOURS
from policy_agent.domain.walltime import as_instant, attach
from policy_agent.domain.windows import Window

MOST = 3  # alternatives that are told
APART = timedelta(hours=1)  # two that are nearer to each other are not two
GRID = 15  # minutes
SHORTEST = timedelta(minutes=15)  # that is left of a meeting which is shortened
LONGEST_ASKED = timedelta(days=41)  # getSchedule answers for less than 42 days

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Looking:
    """What there is to find alternatives from."""

    clashes: tuple[Span, ...]  # of the occurrences ahead, the first one first; never empty
    people: tuple[FreeBusy, ...]  # one of each whose time could be read
    windows: tuple[Window, ...]  # protected, of anybody in the meeting
    calendars: tuple[Calendar, ...]  # whose working hours count: the rule's, then the organiser's
    asked: Span  # the time that `people` tells of


@dataclass(frozen=True, kw_only=True, slots=True)
class Alternatives:
    """Where the first clashing occurrence could be instead."""

    slots: tuple[Span, ...] = ()  # the nearest first; at most three
    every_time: bool = True  # they suit all clashing occurrences that were asked for


def asked_time(clashes: Sequence[Span], calendar: Calendar, now: datetime) -> Span:
    """Return when to ask people's free time for: whole weeks of the clashes, under 42 days."""
    zone = calendar.zone
    first = _monday(clashes[0].starts.astimezone(zone).date())
    starts = max(as_instant(attach(first, time(), zone)), as_instant(now))
    furthest = _monday((starts + LONGEST_ASKED).astimezone(zone).date())
    last = min(_monday(clashes[-1].starts.astimezone(zone).date()) + 7 * _DAY, furthest)
    return Span(starts=starts, ends=as_instant(attach(last, time(), zone)))


def alternatives(looking: Looking, now: datetime) -> Alternatives:
    """Return up to three slots that differ by an hour or more, nearest to the old time first."""
    clashes = [one for one in looking.clashes if one.ends <= looking.asked.ends]
    taken = _taken(looking.people, looking.clashes)
    protected = _Taken(_spans_of(looking.windows, looking.asked))
    every_time = True
    found: tuple[Span, ...] = ()
    if len(clashes) > 1:
        found = _nearest(looking, clashes, taken, protected, now)
    if not found:
        every_time = len(looking.clashes) == 1
        found = _nearest(looking, looking.clashes[:1], taken, protected, now)
    return Alternatives(slots=found, every_time=every_time)


def shortened(meeting: Span, windows: Iterable[Window], now: datetime) -> Span | None:
    """Return what is left of a meeting that ends earlier or starts later, to miss every window.

    At least a quarter of an hour and half of the meeting must be left; of two ways the longer one,
    and the one that only ends earlier where both are as long. None: there is none.
    """
    near = _spans_of(windows, Span(starts=meeting.starts - _DAY, ends=meeting.ends + _DAY))
    over = [one for one in near if one.overlaps(meeting.starts, meeting.ends)]
    if not over:
        return None
    earlier = Span(starts=meeting.starts, ends=min(one.starts for one in over))
    later = Span(starts=max(one.ends for one in over), ends=meeting.ends)
    least = max(SHORTEST, (meeting.ends - meeting.starts) / 2)
    left = [
        one
        for one in (earlier, later)
        if one.ends - one.starts >= least and one.starts > as_instant(now)
    ]
    return max(left, key=lambda one: one.ends - one.starts, default=None)


class _Taken:
    """Spans put together, so that one look tells whether anything lies in a slot."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for one in sorted(spans, key=lambda span: span.starts):
            if self._ends and one.starts <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], one.ends)
            elif one.starts < one.ends:
                self._starts.append(one.starts)
                self._ends.append(one.ends)

    def has(self, slot: Span) -> bool:
        """Whether any of it is taken: of what starts before the slot ends, the last one counts."""
        before = bisect_left(self._starts, slot.ends)
        return before > 0 and self._ends[before - 1] > slot.starts


def _taken(people: Sequence[FreeBusy], clashes: Sequence[Span]) -> _Taken:
    """Return what anybody has taken, but for the meeting that is to be moved.

    The service tells spans and no ids, so of each person one span that is exactly the meeting's is
    left out; a second one at the same time is another meeting.
    """
    spans: list[Span] = []
    for person in people:
        own = set(clashes)
        for one in person.taken:
            if one in own:
                own.remove(one)
            else:
                spans.append(one)
    return _Taken(spans)


def _spans_of(windows: Iterable[Window], span: Span) -> Iterator[Span]:
    first, last = span.starts.date() - 2 * _DAY, span.ends.date() + _DAY
    for window in windows:
        for one in window.occurrences(first, last):
            yield Span(starts=as_instant(one.starts), ends=as_instant(one.ends))


def _nearest(
    looking: Looking, clashes: Sequence[Span], taken: _Taken, protected: _Taken, now: datetime
) -> tuple[Span, ...]:
    old = clashes[0]
    found: list[Span] = []
    for slots in sorted(
        _slots(looking.calendars[0], clashes), key=lambda one: _order(one[0], old.starts)
    ):
        if len(found) == MOST:
            break
        if any(abs(slots[0].starts - one.starts) < APART for one in found):
            continue
        if all(
            slot.starts > as_instant(now)
            and looking.asked.starts <= slot.starts
            and slot.ends <= looking.asked.ends
            and not protected.has(slot)
            and not taken.has(slot)
            and all(_works(calendar, slot) for calendar in looking.calendars)
            for slot in slots
        ):
            found.append(slots[0])
    return tuple(found)


def _order(slot: Span, old: datetime) -> tuple[timedelta, datetime]:
    return abs(slot.starts - old), slot.starts


def _slots(calendar: Calendar, clashes: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield each slot of the grid in the week of the clash; of a series, in the week of each."""
    zone, lasts = calendar.zone, clashes[0].ends - clashes[0].starts
    mondays = [_monday(one.starts.astimezone(zone).date()) for one in clashes]
    opens, closes = calendar.working_hours or WORKING_HOURS
    first, last = _minutes(opens), _minutes(closes) if opens < closes else 24 * 60
    for weekday in range(7):
        for minute in range(-(-first // GRID) * GRID, last, GRID):
            at = time(minute // 60, minute % 60)
            starts = [as_instant(attach(monday + weekday * _DAY, at, zone)) for monday in mondays]
            yield [Span(starts=one, ends=one + lasts) for one in starts]


def _works(calendar: Calendar, slot: Span) -> bool:
    """Whether all of the slot is inside the working hours of one working day."""
    day = slot.starts.astimezone(calendar.zone).date()
    if not calendar.is_working_day(day):
        return False
    opens, closes = calendar.working_hours or WORKING_HOURS
    ends = day if opens < closes else day + _DAY
    return as_instant(attach(day, opens, calendar.zone)) <= slot.starts and slot.ends <= as_instant(
        attach(ends, closes, calendar.zone)
    )


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


__all__ = ["Alternatives", "Looking", "alternatives", "asked_time", "shortened"]
