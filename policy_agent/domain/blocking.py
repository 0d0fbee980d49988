"""Block-outs: a busy series without attendees that keeps a protected window free.

A series comes round by a weekly pattern in the wall clock of the rule's calendar. The window may
not on some of those days: a holiday, an exempt day, a night whose hour the clocks jump over. These
are skipped, which leaves exactly the window's working days.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.domain.windows import Window

AHEAD = 400  # days that are looked ahead for days to skip

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockOut:
    """The series that one mailbox should have for one rule; wall clock of the rule's calendar."""

    mailbox: str
    rule: str
    subject: str
    starts: time
    ends: time  # 00:00: the end of the day
    weekdays: frozenset[int]  # Monday is 0
    every_weeks: int  # weeks begin on Monday
    first: date  # the first day on which it comes round; also the anchor of `every_weeks`
    zone: str  # IANA name
    skipped: tuple[date, ...]  # days from today on that its pattern hits and it leaves out, sorted

    def comes_on(self, day: date) -> bool:
        """Whether its pattern hits that day, skipped or not, before `first` as well."""
        weeks = (_monday(day) - _monday(self.first)).days // 7
        return day.weekday() in self.weekdays and weeks % self.every_weeks == 0

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days that its pattern hits, from `first` to `last`, both included."""
        day = max(first, self.first)
        while day <= last:
            if self.comes_on(day):
                yield day
            day += _DAY

    def span_on(self, day: date) -> Span:
        """Return when it is on a day that it comes round on."""
        zone = ZoneInfo(self.zone)
        end = day + _DAY if self.ends == MIDNIGHT else day
        return Span(
            starts=as_instant(attach(day, self.starts, zone)),
            ends=as_instant(attach(end, self.ends, zone)),
        )

    def span_of_days(self, first: date, last: date) -> Span:
        """Return the whole days `first` to `last`, both included."""
        zone = ZoneInfo(self.zone)
        return Span(
            starts=as_instant(attach(first, MIDNIGHT, zone)),
            ends=as_instant(attach(last + _DAY, MIDNIGHT, zone)),
        )

    def day_of(self, moment: datetime) -> date:
        """Return the day of its calendar that a moment lies on."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedSeries:
    """A series of ours that lies in a mailbox, as its mark tells."""

    ref: EventRef
    mark: str  # what `add` wrote: the key of the block-out


def unblockable(window: Window) -> str | None:
    """Say why no series can keep a window free, and what would be right; None: one can."""
    if window.days == "non-working":
        return (
            f"the window {window.name} is of non-working days, which nobody has to keep free; "
            "leave block_out out, or name a window of working days"
        )
    if window.time is not None and MIDNIGHT != window.time[1] <= window.time[0]:
        return (
            f"the window {window.name} wraps midnight, so that it lies on two days; "
            "leave block_out out, or name a window that ends by 00:00"
        )
    if not _weekdays(window):
        return (
            f"the window {window.name} has no working day of the calendar {window.calendar.name}; "
            "leave block_out out, or name one that has"
        )
    return None


def plan(
    rule: ProtectTime, mailbox: str, *, today: date, exempt_days: Collection[date] = frozenset()
) -> BlockOut | None:
    """Return the series that a mailbox should have for a rule; None: it never comes round.

    `today` is the day in the rule's calendar, from which `AHEAD` days are looked at. A window of
    whole days is blocked out for the calendar's working hours, where it has any. Only working days
    are blocked out, whatever other days a window has. ValueError where `unblockable` says why.
    """
    window = rule.window
    why = unblockable(window)
    if why is not None:
        raise ValueError(why)
    weekdays, last = _weekdays(window), today + AHEAD * _DAY
    wanted = {
        occurrence.day
        for occurrence in window.occurrences(today, last)
        if window.calendar.is_working_day(occurrence.day) and occurrence.day not in exempt_days
    }
    if not wanted:
        return None
    starts, ends = _hours(window)
    found = BlockOut(
        mailbox=mailbox,
        rule=rule.name,
        subject=_subject(window),
        starts=starts,
        ends=ends,
        weekdays=weekdays,
        every_weeks=window.every_weeks,
        first=min(wanted),
        zone=window.calendar.zone.key,
        skipped=(),
    )
    # From today on and not from `first`: a series that is there already comes round before it.
    day = today if window.starting is None else max(today, window.starting)
    skipped = []
    while day <= last:
        if found.comes_on(day) and day not in wanted:
            skipped.append(day)
        day += _DAY
    return replace(found, skipped=tuple(skipped))


def fingerprint(rule: ProtectTime) -> str:
    """Return what names the look of a rule's series: another one asks for another series.

    It says nothing of the day on which it is made, nor of skipped days: neither is a reason to
    make a series anew. `starting` counts the weeks, and so stands for the anchor.
    """
    window = rule.window
    starts, ends = _hours(window)
    look = [
        _subject(window),
        starts.isoformat(),
        ends.isoformat(),
        sorted(_weekdays(window)),
        window.every_weeks,
        None if window.starting is None else window.starting.isoformat(),
        window.calendar.zone.key,
    ]
    return hashlib.sha256(json.dumps(look).encode()).hexdigest()[:32]


def _hours(window: Window) -> tuple[time, time]:
    if window.time is not None:
        return window.time
    return window.calendar.working_hours or (MIDNIGHT, MIDNIGHT)


def _weekdays(window: Window) -> frozenset[int]:
    """Return the weekdays of a window that are working days, holidays aside."""
    working = window.calendar.working_days
    return working & window.days if isinstance(window.days, frozenset) else working


def _subject(window: Window) -> str:
    return f"Protected time: {window.name.replace('-', ' ')}"


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY
