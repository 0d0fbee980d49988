"""The coming occurrences of windows, with the holidays that make or move them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from policy_agent.domain.windows import Window


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """A day on which a window comes round, or would but for a holiday."""

    day: date  # on which it starts
    starts: datetime | None  # aware, in the calendar's zone; None: the holiday takes its place
    ends: datetime | None
    holiday: str | None  # what the calendar calls the day, if it is one


def coming(window: Window, first: date, weeks: int) -> Iterator[Coming]:
    """Yield what comes in that many weeks from `first` on, in order."""
    last = first + timedelta(weeks=weeks, days=-1)
    holidays = window.calendar.holidays
    without = replace(window, calendar=replace(window.calendar, holidays={}))
    real = {occurrence.day: occurrence for occurrence in window.occurrences(first, last)}
    usual = {occurrence.day for occurrence in without.occurrences(first, last)}
    for day in sorted(real.keys() | usual):
        occurrence = real.get(day)
        yield Coming(
            day=day,
            starts=None if occurrence is None else occurrence.starts,
            ends=None if occurrence is None else occurrence.ends,
            holiday=holidays.get(day),
        )
