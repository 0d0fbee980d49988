"""iCalendar text to a holiday list."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event, vBroken, vDDDTypes

from policy_agent.holidays.source import HolidayList, list_of

MOST_BYTES = 5 * 1024 * 1024
FIRST_YEAR, LAST_YEAR = 1970, 2100  # outside of these a year is a slip of the pen
LONGEST = 366  # days; a longer holiday is a slip as well

_DAY = timedelta(days=1)
_MOST_PROBLEMS = 5  # said in full; more are counted
_RIGHT = {
    "SUMMARY": "write it as SUMMARY:Christmas closure",
    "DTSTART": "write it as DTSTART;VALUE=DATE:20261229",
    "DTEND": "write it as DTEND;VALUE=DATE:20261230, the day after its last day",
    "DURATION": "write DURATION:P1D for one day",
}
_REPEATING = ("RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID")


class HolidayProblem(ValueError):
    """A text is no holiday list; the message says what is wrong and what would be right."""


def read_calendar(text: bytes, name: str) -> HolidayList:
    """Read an iCalendar text (RFC 5545, UTF-8) of all-day events as a list of that name.

    An event of several days gives each of them; its DTEND is the day after the last. Names are
    kept letter by letter, and two on one day are joined. Cancelled events are left out. UIDs are
    not looked at: GOV.UK has changed what they mean. Raises `HolidayProblem`, with all that is
    wrong with the events in one go.

    An event that repeats is refused, not expanded: an endless rule would hide until when the list
    is known, and would move a holiday onto days that somebody should have looked at.
    """
    days: dict[date, list[str]] = {}
    problems: list[str] = []
    for number, event in enumerate(_events(text), start=1):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            title, span = _event(event)
        except HolidayProblem as problem:
            problems.append(f"event {number}{_called(event)}: {problem}")
            continue
        for day in span:
            names = days.setdefault(day, [])
            if title not in names:
                names.append(title)
    if problems:
        raise HolidayProblem(_joined(problems))
    if not days:
        raise HolidayProblem("it has no events; a holiday list needs at least one all-day VEVENT")
    return list_of(name, {day: " and ".join(names) for day, names in days.items()})


def _events(text: bytes) -> list[Event]:
    if len(text) > MOST_BYTES:
        raise HolidayProblem(
            f"it is {len(text):,} bytes long; a holiday list has at most {MOST_BYTES:,}"
        )
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise HolidayProblem(
            f"byte {problem.start + 1} is not UTF-8; save the calendar as UTF-8"
        ) from problem
    if not decoded.lstrip().upper().startswith("BEGIN:VCALENDAR"):
        raise HolidayProblem("it is not a calendar; an .ics file begins with BEGIN:VCALENDAR")
    try:
        calendars = Calendar.from_ical(decoded, multiple=True)
    except OSError as problem:  # icalendar asks zoneinfo, which opens a folder such as Europe
        raise HolidayProblem(
            "it names a time zone that there is not; write one such as Europe/London"
        ) from problem
    except (ValueError, IndexError, KeyError, TypeError) as problem:
        raise HolidayProblem(
            f"it does not read as a calendar ({problem}); export it as .ics (RFC 5545) again"
        ) from problem
    if not calendars:
        raise HolidayProblem("it breaks off; an .ics file ends with END:VCALENDAR")
    return [
        event
        for calendar in calendars
        for event in calendar.walk("VEVENT")
        if isinstance(event, Event)
    ]


def _event(event: Event) -> tuple[str, Iterator[date]]:
    """Return what an event is called and its days."""
    repeating = [key for key in _REPEATING if key in event]
    if repeating:
        raise HolidayProblem(
            f"it repeats ({', '.join(repeating)}), which is not read; write an event for each day"
        )
    title = " ".join(str(_one(event, "SUMMARY") or "").split())
    if not title:
        raise HolidayProblem("it has no name; give it a SUMMARY such as Christmas closure")
    first = _day(event, "DTSTART")
    if first is None:
        raise HolidayProblem("it has no day; give it DTSTART;VALUE=DATE:20261229")
    return title, _span(first, _days(event, first))


def _days(event: Event, first: date) -> int:
    """Return how many days it lasts."""
    end = _day(event, "DTEND")
    duration = getattr(_one(event, "DURATION"), "dt", None)
    if end is not None:
        days = (end - first).days
        if days == 0:
            return 1  # a common slip for one day: RFC 5545 asks for the day after
    elif isinstance(duration, timedelta):
        if duration % _DAY:
            raise HolidayProblem("its DURATION is not whole days; write DURATION:P1D for one")
        days = duration.days
    else:
        return 1
    if days < 1:
        raise HolidayProblem("it ends before it begins; DTEND is the day after its last day")
    if days > LONGEST:
        raise HolidayProblem(f"it lasts {days} days; a holiday has at most {LONGEST}")
    return days


def _day(event: Event, key: str) -> date | None:
    found = _one(event, key)
    if found is None:
        return None
    value = getattr(found, "dt", None)
    if isinstance(value, datetime):
        raise HolidayProblem(
            f"its {key} has a time of day, and a holiday lasts all day; {_RIGHT[key]}"
        )
    if not isinstance(value, date):
        raise HolidayProblem(f"its {key} is not a date; {_RIGHT[key]}")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise HolidayProblem(
            f"its {key} is in the year {value.year}; years go from {FIRST_YEAR} to {LAST_YEAR}"
        )
    return value


def _one(event: Event, key: str) -> Any:
    found = event.get(key)
    if isinstance(found, list):
        raise HolidayProblem(f"it has {len(found)} of {key}; an event has one")
    if isinstance(found, vBroken):
        raise HolidayProblem(f"its {key} does not read ({found}); {_RIGHT[key]}")
    return found


def _span(first: date, days: int) -> Iterator[date]:
    return (first + number * _DAY for number in range(days))


def _called(event: Event) -> str:
    """Return what finds an event in its file: its name where it has one, or else its day."""
    for key in ("SUMMARY", "DTSTART"):
        found = event.get(key)
        if found is None or isinstance(found, list):
            continue
        shown = str(found.dt if isinstance(found, vDDDTypes) else found).strip()
        if shown:
            return f" ({shown[:60]})"
    return ""


def _joined(problems: list[str]) -> str:
    said = problems[:_MOST_PROBLEMS]
    if len(problems) > len(said):
        said.append(f"and {len(problems) - len(said)} more")
    return "; ".join(said)
