"""Back to back: meetings of one person's day without a break between them.

A meeting is what takes the person's time together with somebody else: it has other people in it,
is neither cancelled nor declined by the person, and is not shown as free, as working elsewhere or
as out of office. An all-day event is none. Private ones count as the others do: that somebody
needs a break after them is all that is asked here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from policy_agent.domain.events import EventCopy, EventRef, Response, ShowAs, Span

_TAKES_TIME = frozenset({ShowAs.BUSY, ShowAs.TENTATIVE, ShowAs.UNKNOWN})


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Meetings that follow one another without a break."""

    starts: datetime  # of the first, aware UTC
    ends: datetime  # of whichever ends last
    meetings: int  # at least two

    @property
    def length(self) -> timedelta:
        return self.ends - self.starts


def is_meeting(copy: EventCopy) -> bool:
    """Say whether it takes the person's time together with somebody else."""
    return (
        bool(copy.attendees)
        and not copy.cancelled
        and not copy.all_day
        and copy.response is not Response.DECLINED
        and copy.show_as in _TAKES_TIME
        and copy.starts < copy.ends
    )


def order(copy: EventCopy) -> tuple[datetime, datetime, EventRef]:
    """Return where it stands among the others of a day: no two are at one place."""
    return copy.starts, copy.ends, copy.ref


def runs(meetings: Iterable[Span], break_between: timedelta) -> tuple[Run, ...]:
    """Return every run of two meetings or more with less than a break between, in order.

    Meetings that overlap have no break between them. A break is counted from the latest end so
    far: a short meeting inside a long one gives nobody a rest.
    """
    found: list[Run] = []
    for span in sorted(meetings, key=lambda span: (span.starts, span.ends)):
        if found and span.starts - found[-1].ends < break_between:
            last = found[-1]
            ends = max(last.ends, span.ends)
            found[-1] = Run(starts=last.starts, ends=ends, meetings=last.meetings + 1)
        else:
            found.append(Run(starts=span.starts, ends=span.ends, meetings=1))
    return tuple(run for run in found if run.meetings > 1)


def runs_by_day(
    copies: Iterable[EventCopy], zone: ZoneInfo, break_between: timedelta
) -> Mapping[date, tuple[Run, ...]]:
    """Return the runs of each day on which one person has any.

    A meeting belongs to the day on which it starts on the zone's wall clock.
    """
    meetings = sorted((c for c in copies if is_meeting(c)), key=lambda c: (c.starts, c.ends))
    days = groupby(meetings, key=lambda copy: copy.starts.astimezone(zone).date())
    found = {
        day: runs((Span(starts=c.starts, ends=c.ends) for c in of_day), break_between)
        for day, of_day in days
    }
    return {day: of_day for day, of_day in found.items() if of_day}


def longest(found: Iterable[Run]) -> timedelta:
    """Return the length of the longest run; zero when there is none."""
    return max((run.length for run in found), default=timedelta())


def end_before(copy: EventCopy, copies: Iterable[EventCopy]) -> datetime | None:
    """Return when the meetings before this one end in the same calendar; None: there is none.

    Before is what comes earlier by `order`: of two that start together one is before the other, so
    that they are told of once.
    """
    ends = [other.ends for other in copies if is_meeting(other) and order(other) < order(copy)]
    return max(ends, default=None)
