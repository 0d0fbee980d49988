"""Series: what a `patternedRecurrence` may say, and the days that it falls on.

Days are those of the series' own wall clock (R/recurrencepattern, R/recurrencerange). They are
counted in periods: the days, weeks, months or years that the interval leaves, from number 0,
which holds the start. Every period has as many matching days as any other, so the days of a
period follow from its number, and a series that began years ago is not walked through.
"""

import calendar
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from policy_agent.sandbox.patterns import (
    DAYS,
    INDEXES,
    LAST_DAY,
    read_object,
    read_pattern,
    read_range,
)
from policy_agent.sandbox.refusals import GraphError

_WEEK = 7
_MONTHS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Periods:
    number: Callable[[date], int]  # of the period that a day is in
    days: Callable[[int], tuple[date, ...]]  # those of a period that match, in order


@dataclass(frozen=True, kw_only=True, slots=True)
class _Series:
    start: date
    end: date  # no occurrence starts after it
    periods: _Periods


def read_recurrence(
    value: object, *, start_day: date, zone_name: str | None = None
) -> dict[str, Any]:
    """Return a recurrence as the service answers it, or refuse what it would not take.

    `start_day` and `zone_name` are the event's own start date and zone. Properties that are not
    of the type are refused, save with the value that answers give them: clients send back what
    they have read. A start date off the pattern is taken and moved to the first day that matches,
    as Outlook does; which weeks, months and years count stays the same. (That the service answers
    the moved date is an assumption: it keeps the start date equal to the first occurrence's.)
    """
    given = read_object(value, "recurrence", {"pattern", "range"})
    found = {
        "pattern": read_pattern(given.get("pattern")),
        "range": read_range(given.get("range"), start_day, zone_name),
    }
    first = first_day(found)
    if first is None:
        raise GraphError(
            400,
            "ErrorRecurrenceHasNoOccurrence",
            "Recurrence has no occurrences in the specified range.",
        )
    found["range"]["startDate"] = first.isoformat()
    return found


def first_day(recurrence: Mapping[str, Any]) -> date | None:
    """Return the start day of the first occurrence; None if the range ends before it."""
    series = _series(recurrence)
    periods = series.periods
    # all of the second period is after the start, so no third one is needed
    for number in range(min(1, periods.number(series.end)) + 1):
        for day in periods.days(number):
            if series.start <= day <= series.end:
                return day
    return None


def occurrence_days(recurrence: Mapping[str, Any], first: date, last: date) -> Iterator[date]:
    """Yield the original start days of a series from `first` to `last`, both included, in order.

    `recurrence` is what `read_recurrence` returned.
    """
    series = _series(recurrence)
    low, high = max(first, series.start), min(last, series.end)
    for number in range(series.periods.number(low), series.periods.number(high) + 1):
        for day in series.periods.days(number):
            if low <= day <= high:
                yield day


def _series(recurrence: Mapping[str, Any]) -> _Series:
    span = recurrence["range"]
    start = date.fromisoformat(span["startDate"])
    periods = _periods(recurrence["pattern"], start)
    end = LAST_DAY
    if span["type"] == "endDate":
        end = date.fromisoformat(span["endDate"])
    elif span["type"] == "numbered":
        end = _numbered_end(span["numberOfOccurrences"], start, periods)
    return _Series(start=start, end=end, periods=periods)


def _numbered_end(count: int, start: date, periods: _Periods) -> date:
    """Return the day of the last of so many occurrences."""
    days = periods.days(0)
    before_start = sum(day < start for day in days)
    number, place = divmod(before_start + count - 1, len(days))
    return periods.days(number)[place] if number <= periods.number(LAST_DAY) else LAST_DAY


def _periods(pattern: Mapping[str, Any], start: date) -> _Periods:
    kind: str = pattern["type"]
    if kind == "daily":
        return _days(pattern["interval"], start)
    if kind == "weekly":
        return _weeks(pattern, start)
    if kind.endswith("Monthly"):
        return _months(pattern, start)
    return _years(pattern, start)


def _days(interval: int, start: date) -> _Periods:
    return _Periods(
        number=lambda day: (day - start).days // interval,
        days=lambda number: (start + timedelta(days=number * interval),),
    )


def _weeks(pattern: Mapping[str, Any], start: date) -> _Periods:
    begin = DAYS.index(pattern["firstDayOfWeek"])
    week = start - timedelta(days=(_weekday(start) - begin) % _WEEK)
    step = pattern["interval"] * _WEEK
    offsets = sorted((DAYS.index(name) - begin) % _WEEK for name in pattern["daysOfWeek"])
    return _Periods(
        number=lambda day: (day - week).days // step,
        days=lambda number: tuple(week + timedelta(days=number * step + more) for more in offsets),
    )


def _months(pattern: Mapping[str, Any], start: date) -> _Periods:
    interval, choose = pattern["interval"], _chooser(pattern)

    def count(day: date) -> int:
        return day.year * _MONTHS + day.month - 1

    def days(number: int) -> tuple[date, ...]:
        year, month = divmod(count(start) + number * interval, _MONTHS)
        return (choose(year, month + 1),)

    return _Periods(number=lambda day: (count(day) - count(start)) // interval, days=days)


def _years(pattern: Mapping[str, Any], start: date) -> _Periods:
    interval, month, choose = pattern["interval"], pattern["month"], _chooser(pattern)
    return _Periods(
        number=lambda day: (day.year - start.year) // interval,
        days=lambda number: (choose(start.year + number * interval, month),),
    )


def _chooser(pattern: Mapping[str, Any]) -> Callable[[int, int], date]:
    """Return what picks the day of a month: `index` counts all its `daysOfWeek` together.

    A month that lacks the day has it on its last one (EWS DayOfMonth: "the last day of the month
    is assumed").
    """
    if pattern["type"].startswith("absolute"):
        wanted = pattern["dayOfMonth"]
        return lambda year, month: date(year, month, min(wanted, _length(year, month)))
    weekdays = {DAYS.index(name) for name in pattern["daysOfWeek"]}
    index = -1 if pattern["index"] == "last" else INDEXES.index(pattern["index"])
    return lambda year, month: date(year, month, _matching(year, month, weekdays)[index])


def _matching(year: int, month: int, weekdays: set[int]) -> list[int]:
    first = _weekday(date(year, month, 1)) - 1
    days = range(1, _length(year, month) + 1)
    return [day for day in days if (first + day) % _WEEK in weekdays]


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _weekday(day: date) -> int:
    """Return the place of a day in the week as DAYS has them, from Sunday."""
    return day.isoweekday() % _WEEK
