"""What a piece of a rulebook's text may be: times, days, weeks, spans and zones.

Times are wall clock and stay without a zone: the calendar of a window says which.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from policy_agent.rulebook.problems import quoted
from policy_agent.rulebook.values import parsed, read_text, suggestions, written, wrong

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_YEAR, LAST_YEAR = 2000, 2100  # outside of these a year is a slip of the pen
LONGEST_SPREAD = timedelta(hours=4)
LONGEST_GRACE = timedelta(days=14)
MOST_WORKING_DAYS = 60


def _clock(text: str) -> time:
    if not re.fullmatch(r"\d\d:\d\d", text, re.ASCII):
        raise ValueError
    return time(int(text[:2]), int(text[3:]))


def _span(text: str) -> tuple[time, time]:
    first, _, last = text.partition("-")
    return _clock(first), _clock(last)


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day


def _moment(text: str) -> datetime:
    day, _, at = text.partition(" ")
    return datetime.combine(_day(day), _clock(at))


def _expected(text: str) -> tuple[Literal["hold", "deliver"], datetime | None]:
    words = text.split()
    if words == ["deliver"]:
        return "deliver", None
    if words[:2] != ["hold", "until"]:
        raise ValueError
    return "hold", _moment(" ".join(words[2:]))


def _moment_or_time(text: str) -> datetime | time:
    return _clock(text) if len(text) == len("HH:MM") else _moment(text)


def _working_days(text: str) -> int:
    found = re.fullmatch(r"([1-9]\d?) working days?", text, re.ASCII)
    if found is None or int(found[1]) > MOST_WORKING_DAYS:
        raise ValueError
    return int(found[1])


_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def _length(at_most: timedelta, right: str, *, units: str = "mh", none: bool = False) -> Any:
    """Read a length of time; `right` is what would be, `none` whether it may be nothing."""

    def validate(value: Any) -> timedelta:
        text = read_text(value, right)
        found = re.fullmatch(rf"(\d{{1,3}})([{units}])", text, re.ASCII)
        if found is None:
            raise wrong(f"{quoted(text)} does not read; write {right}")
        length = int(found[1]) * _UNITS[found[2]]
        if length > at_most:
            raise wrong(f"{quoted(text)} is too long; write {right}")
        if not length and not none:
            raise wrong(f"{quoted(text)} is no time at all; write {right}")
        return length

    return PlainValidator(validate)


# Patterns for editors. They cannot see a day that no month has, such as 2026-02-30.
_DATE = "(20[0-9]{2}|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_SPREAD = "^0*(([1-9]?[0-9]|1[0-9]{2}|2[0-3][0-9]|240)m|[0-4]h)$"
_MINUTES = "0*[1-9][0-9]{0,2}m"
_HOURS = "0*([1-9][0-9]?|[12][0-9]{2}|3[0-2][0-9]|33[0-6])h"  # of 14 days
_FORTNIGHT = "0*([1-9]|1[0-4])d"

Clock = Annotated[
    time,
    parsed(_clock, "a time that exists as HH:MM, such as 08:30"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_TIME}$"},
                # what 12:30 is to an editor that reads YAML 1.1: minutes of the day, from 10:00 on
                {"type": "integer", "minimum": 600, "maximum": 1439},
            ]
        }
    ),
]
ClockSpan = Annotated[
    tuple[time, time],
    parsed(_span, "two times that exist as HH:MM-HH:MM, such as 12:30-13:00 (midnight is 00:00)"),
    written(f"^{_TIME}-{_TIME}$"),
]
Day = Annotated[
    date,
    parsed(_day, f"a day that exists as YYYY-MM-DD, from {FIRST_YEAR} to {LAST_YEAR}"),
    written(f"^{_DATE}$"),
]
Moment = Annotated[
    datetime,
    parsed(_moment, "a day and time that exist as YYYY-MM-DD HH:MM, such as 2026-05-23 10:00"),
    written(f"^{_DATE} {_TIME}$"),
]
Expected = Annotated[
    tuple[Literal["hold", "deliver"], datetime | None],
    parsed(_expected, "deliver, or hold until YYYY-MM-DD HH:MM"),
    written(f"^(deliver|hold until {_DATE} {_TIME})$"),
]
MomentOrTime = Annotated[
    datetime | time,
    parsed(_moment_or_time, "a time such as 12:45, or a day and time such as 2026-06-10 12:45"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^({_DATE} )?{_TIME}$"},
                {"type": "integer", "minimum": 600, "maximum": 1439},  # as with Clock
            ]
        }
    ),
]
Spread = Annotated[
    timedelta,
    _length(LONGEST_SPREAD, "minutes or hours such as 20m or 1h, at most 4h", none=True),
    written(_SPREAD),
]
Length = Annotated[
    timedelta,
    _length(timedelta(days=1), "minutes or hours such as 5m or 1h, at most 24h"),
    written(f"^({_MINUTES}|0*([1-9]|1[0-9]|2[0-4])h)$"),
]
Grace = Annotated[
    timedelta,
    _length(LONGEST_GRACE, "hours or days such as 24h or 2d, at most 14d", units="hd"),
    written(f"^({_HOURS}|{_FORTNIGHT})$"),
]
Notice = Annotated[
    timedelta,
    _length(LONGEST_GRACE, "hours or days such as 4h or 2d, at most 14d", units="mhd"),
    written(f"^({_MINUTES}|{_HOURS}|{_FORTNIGHT})$"),
]
WorkingDays = Annotated[
    int,
    parsed(_working_days, f"working days such as 5 working days, at most {MOST_WORKING_DAYS}"),
    written("^([1-5]?[0-9]|60) working days?$"),
]


# --- days of the week ---


def _weekdays(value: Any) -> frozenset[int]:
    """Return Monday as 0 to Sunday as 6, of days, ranges that may wrap, or a list of them."""
    right = "days such as mon-fri, wed, or [mon, wed]"
    if isinstance(value, list):
        if not value:
            raise wrong(f"nothing stands in it; write {right}")
        return frozenset[int]().union(*(_weekdays(read_text(item, right)) for item in value))
    text = read_text(value, right)
    first, dash, last = text.partition("-")
    named = [first, last] if dash else [first]
    for day in named:
        if day not in WEEKDAYS:
            near = f"; did you mean {quoted(day.lower()[:3])}?"
            hint = near if day.lower()[:3] in WEEKDAYS else ""
            raise wrong(f"{quoted(day)} is no day of the week; write {right}{hint}")
    start, end = WEEKDAYS.index(named[0]), WEEKDAYS.index(named[-1])
    return frozenset((start + step) % 7 for step in range((end - start) % 7 + 1))


def _window_days(
    value: Any, info: ValidationInfo
) -> Literal["working", "non-working", "all"] | frozenset[int]:
    if value == "working":
        return "working"
    if value == "non-working":
        return "non-working"
    if value == "all":
        return "all"
    words = ("working", "non-working", "all")
    if isinstance(value, str) and value.strip()[:3].lower() not in WEEKDAYS:
        text = read_text(value, "working, non-working, all, or days such as mon-fri")
        raise wrong(
            f"{quoted(text)} is not known; write working, non-working, all, or days such as"
            f" mon-fri{suggestions(info).meant(text, words)}"
        )
    return _weekdays(value)


def _weeks(text: str) -> int:
    found = re.fullmatch(r"([1-9]\d?) weeks?", text, re.ASCII)
    if found is None or int(found[1]) > 52:  # noqa: PLR2004  weeks of a year
        raise ValueError
    return int(found[1])


_ONE_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_DAYS = f"^{_ONE_DAY}(-{_ONE_DAY})?$"

Weekdays = Annotated[
    frozenset[int],
    PlainValidator(_weekdays),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": _DAYS},
                {"type": "array", "items": {"type": "string", "pattern": _DAYS}, "minItems": 1},
            ]
        }
    ),
]
WindowDays = Annotated[
    Literal["working", "non-working", "all"] | frozenset[int],
    PlainValidator(_window_days),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["working", "non-working", "all"]},
                {"type": "string", "pattern": _DAYS},
                {"type": "array", "items": {"type": "string", "pattern": _DAYS}, "minItems": 1},
            ]
        }
    ),
]
Weeks = Annotated[
    int,
    parsed(_weeks, "a number of weeks such as 2 weeks, at most 52"),
    written("^([1-9]|[1-4][0-9]|5[0-2]) weeks?$"),
]


# --- zones ---


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(value: Any, info: ValidationInfo) -> ZoneInfo:
    right = "an IANA zone such as Europe/London"
    text = read_text(value, right)
    if text not in _zones():
        meant = suggestions(info).meant(text, _zones())
        raise wrong(f"{quoted(text)} is no time zone{meant or f'; write {right}'}")
    return ZoneInfo(text)


Zone = Annotated[ZoneInfo, PlainValidator(_zone), written("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$")]
