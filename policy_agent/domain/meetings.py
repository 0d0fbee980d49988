"""What is known of one meeting, and which windows of a rulebook it lies over.

No kind of rule of this version judges a meeting: what is here are facts for people.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.walltime import as_instant
from policy_agent.domain.windows import Occurrence, Window

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Meeting:
    """One meeting, or the given span of a series."""

    starts: datetime  # aware; half-open with `ends`, and not after it
    ends: datetime
    all_day: bool = False
    organiser: str = ""  # address, lower case; empty where it is not named
    invited: tuple[str, ...] = ()  # addresses, lower case; without the organiser and rooms
    recurs: bool = False
    cancelled: bool = False
    free: bool = False  # shown as free: it takes nobody's time
    private: bool = False  # or personal, or confidential

    def outside(self, domains: frozenset[str]) -> tuple[str, ...]:
        """Return who of organiser and invited is in none of the organisation's domains."""
        people = (self.organiser, *self.invited) if self.organiser else self.invited
        return tuple(one for one in people if one.rpartition("@")[2] not in domains)


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """A window, and its occurrences that the meeting lies over, in order; none: it does not."""

    window: Window
    occurrences: tuple[Occurrence, ...]


def overlaps(windows: Iterable[Window], meeting: Meeting) -> tuple[Overlap, ...]:
    """Return each window with those of its occurrences that share a moment with the meeting.

    A meeting that lasts no time is looked at as the one moment at which it starts.
    """
    starts, ends = as_instant(meeting.starts), as_instant(meeting.ends)
    # No zone is as much as a day from UTC, and an occurrence ends by the second midnight after its
    # start: two days back and one ahead hold all, as in `Window`.
    first, last = starts.date() - 2 * _DAY, ends.date() + _DAY
    return tuple(
        Overlap(
            window=window,
            occurrences=tuple(
                occurrence
                for occurrence in window.occurrences(first, last)
                if as_instant(occurrence.ends) > starts
                and (
                    as_instant(occurrence.starts) < ends
                    or as_instant(occurrence.starts) == starts == ends
                )
            ),
        )
        for window in windows
    )


def days_of(meeting: Meeting, calendar: Calendar) -> tuple[date, ...]:
    """Return the days on the calendar's wall that the meeting has a moment on."""
    first = meeting.starts.astimezone(calendar.zone).date()
    ends = as_instant(meeting.ends)
    if as_instant(meeting.starts) < ends:
        ends -= timedelta.resolution  # half-open: midnight belongs to the day before
    last = ends.astimezone(calendar.zone).date()
    return tuple(first + number * _DAY for number in range((last - first).days + 1))
