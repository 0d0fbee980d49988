"""Time of one's own: working days and a quiet time that differ from the organisation's calendar."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

FARTHEST = timedelta(days=14)  # how long mail waits at most for a working day of one's own
_DAY = timedelta(days=1)
_WEEK = frozenset(range(7))


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnTime:
    """What is known of one person's time where it differs from the calendar."""

    working_days: frozenset[int] | None = None  # Monday is 0; None: those of the calendar
    quiet: tuple[time, time] | None = None  # wall clock, half-open; may wrap midnight; None: none
    zone: str = ""  # IANA name of their mailbox's zone; empty: not known

    def __post_init__(self) -> None:
        days = self.working_days
        if days is not None and not (days and days <= _WEEK):
            raise ValueError(f"own working days are some of 0 to 6 or None, got {sorted(days)}")
        if self.quiet is not None and self.quiet[0] == self.quiet[1]:
            raise ValueError(f"a quiet time ends at another time than it starts, got {self.quiet}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preference:
    """What a person chose on their settings page; whoever chose nothing has the defaults."""

    etiquette_nudges: bool = True
    working_days: frozenset[int] | None = None  # as in `OwnTime`
    quiet: tuple[time, time] | None = None


def release_moment(
    calendar: Calendar, days: frozenset[int] | None, after: datetime, at: time
) -> datetime:
    """Return when mail that is held for somebody with these working days comes back.

    That is `at` on the first day after `after` that is one of theirs and no holiday of the
    calendar. Where they have none within `FARTHEST`, the calendar's own next working day it is:
    whoever has no working days must not lose mail. ValueError: as `Calendar.next_working_moment`.
    """
    if days:
        try:
            moment = calendar.on_days(days).next_working_moment(after, at)
        except ValueError:  # none of their days is ever a working day: the calendar's may be
            return calendar.next_working_moment(after, at)
        if as_instant(moment) - as_instant(after) <= FARTHEST:
            return moment
    return calendar.next_working_moment(after, at)


def rests_until(own: OwnTime, calendar: Calendar | None, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the first moment from `now` on at which somebody may be told something, in UTC.

    That is `now` itself on a working day of theirs outside of their quiet time. `calendar` is the
    one whose working hours count besides: where none of its working days is one of theirs, nothing
    could ever be told, and then only the quiet time counts. `zone` is where they live.
    """
    days = own.working_days
    if days and calendar is not None and days.isdisjoint(calendar.working_days):
        days = None
    moment = as_instant(now)
    while True:
        local = moment.astimezone(zone)
        if days and local.weekday() not in days:
            moment = _next(moment, MIDNIGHT, zone)
        elif own.quiet is not None and _covers(own.quiet, local.time()):
            moment = _next(moment, own.quiet[1], zone)
        else:
            return moment


def _covers(quiet: tuple[time, time], at: time) -> bool:
    starts, ends = quiet
    return starts <= at < ends if starts < ends else at >= starts or at < ends


def _next(moment: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return when the wall clock shows `at` next; also where it shows it twice that day."""
    day = moment.astimezone(zone).date()
    while True:
        first = attach(day, at, zone)
        for then in (as_instant(first), as_instant(first.replace(fold=1))):
            if then > moment:
                return then
        day += _DAY


__all__ = ["FARTHEST", "OwnTime", "Preference", "release_moment", "rests_until"]
