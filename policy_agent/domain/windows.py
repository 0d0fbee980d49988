"""A window: a named recurring span of a calendar."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.domain.where import Where

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_REMEMBERED = 4096  # days, past which a window starts to remember anew


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One time that a window comes round; half-open."""

    day: date  # the day on which it starts
    starts: datetime  # aware, in the calendar's zone
    ends: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """All of its fields must hold.

    A time span whose end is not after its start wraps midnight, and belongs to the day on which it
    starts; 00:00 as its end is the end of the day. Weeks begin on Monday. `every_weeks` counts them
    from the week of `starting`, across year ends; nothing comes round before `starting` itself.
    """

    name: str
    calendar: Calendar
    days: Literal["working", "non-working", "all"] | frozenset[int]  # weekdays: Monday is 0
    time: tuple[time, time] | None = None  # wall clock; may wrap midnight; None: the whole day
    every_weeks: int = 1
    starting: date | None = None  # nothing before it; the anchor when every_weeks is more than 1
    where: Where
    # What comes round on a day of UTC never changes, so it is worked out once. Not part of what a
    # window is: left out of equality and of the printed form.
    _by_day: dict[date, tuple[tuple[datetime, datetime, Occurrence], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if self.every_weeks < 1:
            raise ValueError(f"a window comes every 1 week or more, got {self.every_weeks}")
        if self.every_weeks > 1 and self.starting is None:
            raise ValueError(f"every {self.every_weeks} weeks needs a day to count from")

    def occurrence_at(self, instant: datetime) -> Occurrence | None:
        """Return the occurrence that the instant lies in, if any; ValueError for a naive one.

        Should a clock change push two occurrences over each other, the earlier one is it.
        """
        moment = as_instant(instant)
        for starts, ends, occurrence in self.touching(moment.date()):
            if starts <= moment < ends:
                return occurrence
        return None

    def touching(self, day: date) -> tuple[tuple[datetime, datetime, Occurrence], ...]:
        """Return what has a moment on that day of UTC, in order, each with its span in UTC."""
        near = self._by_day.get(day)
        return self._remember(day) if near is None else near

    def is_quiet(self, day: date) -> bool:
        """Whether nothing comes round on that day of the calendar, whatever the time.

        Says no where a clock changes near by: there a wall time may belong to another day.
        """
        zone = self.calendar.zone
        midnight = datetime.combine(day, MIDNIGHT, tzinfo=zone)
        offset = midnight.utcoffset()
        if any((midnight + hour * _HOUR).utcoffset() != offset for hour in range(-24, 49)):
            return False
        starts, ends = as_instant(midnight), as_instant(midnight + _DAY)
        near = {*self.touching(starts.date()), *self.touching(ends.date())}
        return not any(span[0] < ends and span[1] > starts for span in near)

    def occurrences(self, first: date, last: date) -> Iterator[Occurrence]:
        """Yield those that start on the days `first` to `last`, both included, in order."""
        day = first
        while day <= last:
            occurrence = self._on(day)
            if occurrence is not None:
                yield occurrence
            day += _DAY

    def _remember(self, day: date) -> tuple[tuple[datetime, datetime, Occurrence], ...]:
        """Work out what may touch that day of UTC, with its span in UTC.

        No zone is as much as a day from UTC, and no occurrence ends later than the second midnight
        after its start: so two days back and one ahead hold all.
        """
        if len(self._by_day) >= _REMEMBERED:
            self._by_day.clear()
        midnight = datetime.combine(day, MIDNIGHT, tzinfo=UTC)
        spans = [
            (as_instant(occurrence.starts), as_instant(occurrence.ends), occurrence)
            for occurrence in self.occurrences(day - 2 * _DAY, day + _DAY)
        ]
        near = tuple(span for span in spans if span[0] < midnight + _DAY and span[1] > midnight)
        self._by_day[day] = near
        return near

    def _on(self, day: date) -> Occurrence | None:
        """Return the occurrence that starts on that day of the calendar, if it has one."""
        if not self._comes_on(day):
            return None
        zone = self.calendar.zone
        start, end = (MIDNIGHT, MIDNIGHT) if self.time is None else self.time
        starts = attach(day, start, zone)
        ends = attach(day if start < end else day + _DAY, end, zone)
        if as_instant(starts) >= as_instant(ends):
            return None  # the clocks jumped over all of it
        if starts.date() != day and attach(day, MIDNIGHT, zone).date() != day:
            return None  # the zone skipped the whole day, as Samoa did on 30 December 2011
        return Occurrence(day=day, starts=starts, ends=ends)

    def _comes_on(self, day: date) -> bool:
        if self.starting is not None:
            if day < self.starting:
                return False
            if (_monday(day) - _monday(self.starting)).days // 7 % self.every_weeks:
                return False
        match self.days:
            case "all":
                return True
            case "working":
                return self.calendar.is_working_day(day)
            case "non-working":
                return not self.calendar.is_working_day(day)
            case weekdays:
                return day.weekday() in weekdays


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY
