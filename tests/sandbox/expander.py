"""The other expander of series: python-dateutil, told by an RRULE what Graph says in JSON.

It shares nothing with the sandbox tenant, neither the counting of days nor the time zones.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from dateutil import tz
from dateutil.rrule import rrulestr

_DAYS = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_EVERY_MONTH_HAS = 28  # days


def rule(recurrence: Mapping[str, Any]) -> str:
    """Return the RRULE of a `patternedRecurrence`."""
    pattern, span = recurrence["pattern"], recurrence["range"]
    kind = pattern["type"]
    frequency = {"daily": "DAILY", "weekly": "WEEKLY"}.get(
        kind, "MONTHLY" if kind.endswith("Monthly") else "YEARLY"
    )
    parts = [f"FREQ={frequency}", f"INTERVAL={pattern['interval']}"]
    days = [_DAYS[name] for name in pattern.get("daysOfWeek", [])]
    if kind.endswith("Yearly"):
        parts.append(f"BYMONTH={pattern['month']}")
    if kind == "weekly":
        first = _DAYS[pattern.get("firstDayOfWeek", "sunday")]
        parts += [f"BYDAY={','.join(days)}", f"WKST={first}"]
    elif kind.startswith("absolute"):
        wanted = pattern["dayOfMonth"]
        choice = [str(day) for day in range(min(wanted, _EVERY_MONTH_HAS), wanted + 1)]
        parts += [f"BYMONTHDAY={','.join(choice)}", "BYSETPOS=-1"]
    elif kind.startswith("relative"):
        place = _PLACES[pattern.get("index", "first")]
        if len(days) == 1:
            parts.append(f"BYDAY={place:+d}{days[0]}")
        else:
            parts += [f"BYDAY={','.join(days)}", f"BYSETPOS={place}"]
    if span["type"] == "numbered":
        parts.append(f"COUNT={span['numberOfOccurrences']}")
    elif span["type"] == "endDate":
        parts.append(f"UNTIL={span['endDate'].replace('-', '')}T235959")
    return ";".join(parts)


def days(recurrence: Mapping[str, Any], first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included, that occurrences start on."""
    return [at.date() for at in _between(recurrence, time(12), first, last)]


def instants(
    recurrence: Mapping[str, Any], at: time, zone: str, first: date, last: date
) -> list[datetime]:
    """Return when occurrences start whose wall clock in an IANA zone shows this time, in UTC."""
    within = tz.gettz(zone)
    assert within is not None
    return [
        tz.resolve_imaginary(wall.replace(tzinfo=within)).astimezone(UTC)
        for wall in _between(recurrence, at, first, last)
    ]


def _between(recurrence: Mapping[str, Any], at: time, first: date, last: date) -> list[datetime]:
    start = datetime.combine(date.fromisoformat(recurrence["range"]["startDate"]), at)
    expanded = rrulestr(rule(recurrence), dtstart=start)
    low, high = datetime.combine(first, time.min), datetime.combine(last, time.max)
    return list(expanded.between(low, high, inc=True))
