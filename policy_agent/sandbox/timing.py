"""When an event is: a wall-clock start in a zone, a length, and the days that a series falls on."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from policy_agent.sandbox.recurrence import first_day, occurrence_days
from policy_agent.sandbox.zones import zone

# A wall clock is at most 14 hours away from UTC, and a gap moves it by no more than a day.
_APART = timedelta(days=2)
_WIDER = timedelta(days=7)
_LONGEST_MEMORY = timedelta(days=800)


class Span(NamedTuple):
    """One occurrence as the series has it."""

    day: date  # of its start on the series' own wall clock
    starts: datetime  # UTC
    ends: datetime


class Timing:
    """When an event is. All copies of a meeting share one, and so what it remembers.

    A series is expanded once for each stretch of time that is asked for, and the stretch is kept:
    a sweep over thousands of calendars asks for the same weeks again and again.
    """

    __slots__ = ("_ends", "_first", "_known", "_spans", "_starts", "all_day", "length",
                 "recurrence", "start", "zone_name")  # fmt: skip

    def __init__(
        self,
        *,
        start: datetime,
        length: timedelta,
        zone_name: str,
        all_day: bool = False,
        recurrence: Mapping[str, Any] | None = None,
    ) -> None:
        if recurrence is not None:  # a start off the pattern waits for the first day on it
            start = datetime.combine(first_day(recurrence) or start.date(), start.time())
        self.start = start  # wall clock, without an offset
        self.length = length  # on the wall clock too: an hour over a clock change stays one
        self.zone_name = zone_name
        self.all_day = all_day
        self.recurrence = recurrence
        self._first: Span | None = None
        self._known: tuple[date, date] | None = None
        self._spans: list[Span] = []
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []

    def same(self, other: "Timing") -> bool:
        """Whether both are the same times, whatever either remembers."""
        return (
            (self.start, self.length, self.zone_name, self.all_day)
            == (other.start, other.length, other.zone_name, other.all_day)
            and self.recurrence == other.recurrence
        )  # fmt: skip

    @property
    def first(self) -> Span:
        """The event itself, or the first occurrence of the series."""
        if self._first is None:
            self._first = self._on(self.start.date())
        return self._first

    def occurrence(self, day: date) -> Span | None:
        """Return the occurrence that starts on a day of the wall clock, if there is one."""
        if self.recurrence is None or day not in occurrence_days(self.recurrence, day, day):
            return None
        return self._on(day)

    def between(self, starts: datetime, ends: datetime) -> Sequence[Span]:
        """Return the occurrences that overlap a half-open span of UTC, earliest first."""
        self._learn((starts - self.length - _APART).date(), (ends + _APART).date())
        # an event without length is in the span that it starts in
        low = (bisect_right if self.length else bisect_left)(self._ends, starts)
        return self._spans[low : bisect_left(self._starts, ends)]

    def _learn(self, first: date, last: date) -> None:
        known = self._known
        if known is not None:
            if known[0] <= first and last <= known[1]:
                return
            wide = min(first, known[0]), max(last, known[1])
            if wide[1] - wide[0] <= _LONGEST_MEMORY:
                first, last = wide
        first, last = first - _WIDER, last + _WIDER
        self._spans = list(self._expand(first, last))
        self._starts = [span.starts for span in self._spans]
        self._ends = [span.ends for span in self._spans]
        self._known = first, last

    def _expand(self, first: date, last: date) -> Iterator[Span]:
        if self.recurrence is not None:
            yield from map(self._on, occurrence_days(self.recurrence, first, last))
        elif first <= self.start.date() <= last:
            yield self.first

    def _on(self, day: date) -> Span:
        start = datetime.combine(day, self.start.time())
        return Span(day=day, starts=self.instant(start), ends=self.instant(start + self.length))

    def instant(self, wall: datetime) -> datetime:
        """Return a wall-clock time in UTC; one in a gap moves forward, of two it is the first."""
        return wall.replace(tzinfo=zone(self.zone_name)).astimezone(UTC)

    def wall(self, instant: datetime) -> datetime:
        """Return what the wall clock shows at an instant."""
        return instant.astimezone(zone(self.zone_name)).replace(tzinfo=None)
