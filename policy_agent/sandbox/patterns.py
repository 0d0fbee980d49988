"""What the pattern and the range of a series may say, and how the service completes them.

Refusals have Exchange's codes (EWS ResponseCode) or those seen at Graph in issues; texts are ours
where none is known.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from policy_agent.sandbox.refusals import GraphError, bad_request

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
INDEXES = ("first", "second", "third", "fourth", "last")
# "Recurrence end date can not exceed Sep 1, 4500": a series without an end has this one.
LAST_DAY = date(4500, 9, 1)
# Outlook counts time from here (MS-OXOCAL, RecurrencePattern StartDate).
_FIRST_DAY = date(1601, 1, 1)
_NO_DATE = "0001-01-01"
_INT32 = 2**31 - 1
_PATTERN = {  # the properties of each type, besides type and interval
    "daily": (),
    "weekly": ("daysOfWeek", "firstDayOfWeek"),
    "absoluteMonthly": ("dayOfMonth",),
    "relativeMonthly": ("daysOfWeek", "index"),
    "absoluteYearly": ("dayOfMonth", "month"),
    "relativeYearly": ("daysOfWeek", "index", "month"),
}
_RANGE = {
    "endDate": ("endDate",),
    "noEnd": (),
    "numbered": ("numberOfOccurrences",),
}
# What answers hold where a property does not belong to the type. It may be sent back so.
_UNUSED: Mapping[str, Sequence[object]] = {
    "month": (0,),
    "dayOfMonth": (0,),
    "daysOfWeek": ([],),
    "firstDayOfWeek": DAYS,
    "index": INDEXES,
    "endDate": (_NO_DATE,),
    "numberOfOccurrences": (0,),
}


def read_pattern(value: object) -> dict[str, Any]:
    """Return a `recurrencePattern` as the service answers it, or refuse it."""
    known = {"type", "interval", *(name for names in _PATTERN.values() for name in names)}
    given = read_object(value, "recurrence.pattern", known)
    kind = _choice(given.get("type"), "pattern.type", tuple(_PATTERN))
    used = _PATTERN[kind]
    _check_unused(given, used, kind, "pattern")
    found: dict[str, Any] = {
        "type": kind,
        "interval": _number(given.get("interval"), "pattern.interval", high=_INT32),
        "month": 0,
        "dayOfMonth": 0,
        "firstDayOfWeek": _choice(
            given.get("firstDayOfWeek") or "sunday", "pattern.firstDayOfWeek", DAYS
        ),
        "index": _choice(given.get("index") or "first", "pattern.index", INDEXES),
    }
    if "dayOfMonth" in used:
        found["dayOfMonth"] = _number(given.get("dayOfMonth"), "pattern.dayOfMonth", high=31)
    if "month" in used:
        found["month"] = _number(given.get("month"), "pattern.month", high=12)
    if "daysOfWeek" in used:
        days = given.get("daysOfWeek")
        if not isinstance(days, list) or not days:
            raise _invalid("pattern.daysOfWeek", f"at least one day is needed for {kind}")
        chosen = [_choice(day, "pattern.daysOfWeek", DAYS) for day in days]
        found["daysOfWeek"] = list(dict.fromkeys(chosen))
    return found


def read_range(value: object, start_day: date, zone_name: str | None) -> dict[str, Any]:
    """Return a `recurrenceRange` as the service answers it, or refuse it."""
    known = {"type", "startDate", "endDate", "numberOfOccurrences", "recurrenceTimeZone"}
    given = read_object(value, "recurrence.range", known)
    kind = _choice(given.get("type"), "range.type", tuple(_RANGE))
    used = _RANGE[kind]
    _check_unused(given, used, kind, "range")
    start = _date(given.get("startDate"), "range.startDate")
    if start != start_day:
        raise _invalid(
            "range.startDate", f"{start} is not the date that the event starts on, {start_day}"
        )
    if not _FIRST_DAY <= start <= LAST_DAY:
        raise _invalid("range.startDate", f"it must be from {_FIRST_DAY} to {LAST_DAY}")
    zone = given.get("recurrenceTimeZone")
    if zone is not None and not isinstance(zone, str):
        raise _unreadable("range.recurrenceTimeZone", "a name")
    found = {
        "type": kind,
        "startDate": start.isoformat(),
        "endDate": _NO_DATE,
        "recurrenceTimeZone": zone or zone_name,
        "numberOfOccurrences": 0,
    }
    if "endDate" in used:
        found["endDate"] = _end(given.get("endDate"), start).isoformat()
    if "numberOfOccurrences" in used:
        number = given.get("numberOfOccurrences")
        found["numberOfOccurrences"] = _number(number, "range.numberOfOccurrences", high=_INT32)
    return found


def _end(value: object, start: date) -> date:
    end = _date(value, "range.endDate")
    if end < start:
        raise GraphError(
            400,
            "ErrorCalendarEndDateIsEarlierThanStartDate",
            "The end date is earlier than the start date.",
        )
    if end > LAST_DAY:
        raise GraphError(
            400,
            "ErrorRecurrenceEndDateTooBig",
            "Recurrence end date can not exceed Sep 1, 4500 00:00:00.",
        )
    return end


def read_object(value: object, where: str, known: set[str]) -> dict[str, Any]:
    """Return an object without its annotations; a property that is not known is refused."""
    if not isinstance(value, dict):
        raise _unreadable(where, "an object")
    given = {name: one for name, one in value.items() if "@" not in name}
    if unknown := sorted(given.keys() - known):
        raise _unreadable(f"{where}.{unknown[0]}", f"one of {', '.join(sorted(known))}")
    return given


def _check_unused(given: Mapping[str, Any], used: tuple[str, ...], kind: str, where: str) -> None:
    for name, empty in _UNUSED.items():
        value = given.get(name)
        if name in used or value is None:
            continue
        if (value.lower() if isinstance(value, str) else value) not in empty:
            raise _invalid(f"{where}.{name}", f"it does not belong to {kind}")


def _choice(value: object, where: str, choices: tuple[str, ...]) -> str:
    for choice in choices:
        if isinstance(value, str) and value.lower() == choice.lower():
            return choice
    raise _unreadable(where, f"one of {', '.join(choices)}")


def _number(value: object, where: str, *, high: int) -> int:
    if value is None:
        raise _invalid(where, "it is needed")
    if not isinstance(value, int) or isinstance(value, bool):
        raise _unreadable(where, "a whole number")
    if not 1 <= value <= high:
        raise _invalid(where, f"{value} is not from 1 to {high}")
    return value


def _date(value: object, where: str) -> date:
    try:
        if isinstance(value, str) and len(value) == len(_NO_DATE):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _unreadable(where, "a date, YYYY-MM-DD")


def _unreadable(where: str, wanted: str) -> GraphError:
    return bad_request(
        f"were unable to deserialize : '{where}' must be {wanted}.",
        code="UnableToDeserializePostBody",
    )


def _invalid(where: str, why: str) -> GraphError:
    return bad_request(
        f"At least one property failed validation: '{where}': {why}.",
        code="ErrorPropertyValidationFailure",
    )
