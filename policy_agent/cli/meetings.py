"""Meetings as a person has them at hand: an iCalendar file, or JSON of an event as Graph gives it.

A time without a zone is the wall clock of the zone that is handed in, and so are the days of a
meeting that lasts all day: a calendar shows those the same everywhere.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, vBroken
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from policy_agent.cli.messages import MessageProblem
from policy_agent.domain.meetings import Meeting
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.holidays.read import FIRST_YEAR, LAST_YEAR

_LARGEST = 5 * 1024 * 1024  # bytes
_LONGEST = timedelta(days=366)  # a longer one is a slip
_DAY = timedelta(days=1)
_REPEATING = ("RRULE", "RDATE", "RECURRENCE-ID")
_ROOMS = frozenset({"ROOM", "RESOURCE"})
_PRIVATE = frozenset({"private", "personal", "confidential"})
_TIME = "such as DTSTART;TZID=Europe/London:20260107T120000"


class MeetingProblem(MessageProblem):
    """A meeting that cannot be read; the text says what it is and what would be right."""


def is_meeting(path: Path) -> bool:
    """Whether the file is a meeting, well written or not; one that cannot be read is none."""
    if path.suffix.lower() == ".ics":
        return True
    try:
        with path.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
    except OSError:
        return False
    start = text.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].upper()
    if start.startswith(b"BEGIN:VCALENDAR"):
        return True
    if not start.startswith(b"{") or len(text) > _LARGEST:
        return False
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return (
        "iCalUId" in found
        or "organizer" in found
        or str(found.get("@odata.type", "")).endswith(".event")
    )


def read_meeting(path: Path, zone: ZoneInfo) -> Meeting:
    """Read the one meeting of a file; MeetingProblem where it cannot be read, or has several."""
    text = _bytes(path)
    if path.suffix.lower() != ".ics" and text.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(
        b"{"
    ):
        try:
            return _from_event(json.loads(text), zone)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as problem:
            raise MeetingProblem(f"{path}: {_said(problem)}") from None
    found = _from_calendar(path, text, zone)
    if len(found) != 1:
        raise MeetingProblem(
            f"{path}: this has {len(found)} meetings; give a file with one of them"
        )
    return found[0]


def read_meetings(path: Path, zone: ZoneInfo) -> tuple[Meeting, ...]:
    """Read every meeting of an .ics file, a series as one; MeetingProblem where it cannot be."""
    return _from_calendar(path, _bytes(path), zone)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise MeetingProblem(f"{path}: a file of meetings has at most {_LARGEST:,} bytes")
        return path.read_bytes()
    except OSError as problem:
        raise MeetingProblem(f"{path}: cannot be read ({problem.strerror})") from problem


def _from_calendar(path: Path, text: bytes, zone: ZoneInfo) -> tuple[Meeting, ...]:
    try:
        calendars = Calendar.from_ical(text.decode("utf-8-sig"), multiple=True)
    except UnicodeDecodeError as problem:
        raise MeetingProblem(
            f"{path}: byte {problem.start + 1} is not UTF-8; save the meeting as UTF-8"
        ) from problem
    except OSError as problem:  # TZID=Europe is a folder of the zones' data
        raise MeetingProblem(f"{path}: a TZID is no zone; write it {_TIME}") from problem
    except (ValueError, IndexError, KeyError, TypeError) as problem:
        raise MeetingProblem(
            f"{path}: it does not read as a calendar ({problem}); export it as .ics again"
        ) from problem
    found: dict[object, tuple[Component, bool]] = {}
    for calendar in calendars:
        withdrawn = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        for number, event in enumerate(calendar.walk("VEVENT")):
            key = str(event.get("UID") or "") or (id(calendar), number)
            kept = found.get(key)
            # The series itself stands for its changed occurrences.
            if kept is None or ("RECURRENCE-ID" in kept[0] and "RECURRENCE-ID" not in event):
                found[key] = (event, withdrawn)
    if not found:
        raise MeetingProblem(
            f"{path}: there is no meeting in it; a meeting is a VEVENT between BEGIN:VCALENDAR and "
            "END:VCALENDAR"
        )
    try:
        return tuple(
            _from_vevent(event, zone, withdrawn=withdrawn) for event, withdrawn in found.values()
        )
    except (ValueError, OverflowError) as problem:
        raise MeetingProblem(f"{path}: {_said(problem)}") from None


def _from_vevent(event: Component, zone: ZoneInfo, *, withdrawn: bool) -> Meeting:
    first, last, lasts = (_value(event, key) for key in ("DTSTART", "DTEND", "DURATION"))
    if not isinstance(first, date):
        raise ValueError(f"the meeting has no start; give it a DTSTART {_TIME}")  # noqa: TRY004
    all_day = not isinstance(first, datetime)
    if last is None:
        length = lasts if isinstance(lasts, timedelta) else (_DAY if all_day else timedelta())
        last = first + timedelta(days=length.days)  # days are the wall's, hours are exact
        ends = _moment(last, zone) + (length - timedelta(days=length.days))
    elif isinstance(last, date) and isinstance(last, datetime) is not all_day:
        ends = _moment(last, zone)
    else:
        raise ValueError(
            "DTSTART and DTEND must both be days, or both have a time of day; "
            f"write the time {_TIME}"
        )
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    people = event.get("ATTENDEE", [])
    return _checked(
        starts=_moment(first, zone),
        ends=ends,
        zone=zone,
        all_day=all_day,
        organiser=_mailto(event.get("ORGANIZER", "")),
        invited=(
            _mailto(one)
            for one in (people if isinstance(people, list) else [people])
            if str(getattr(one, "params", {}).get("CUTYPE", "")).upper() not in _ROOMS
        ),
        recurs=any(key in event for key in _REPEATING),
        cancelled=withdrawn or str(event.get("STATUS", "")).upper() == "CANCELLED",
        free=busy == "FREE" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT",
        private=str(event.get("CLASS", "")).lower() in _PRIVATE,
    )


def _value(event: Component, key: str) -> object:
    found = event.get(key)
    if isinstance(found, list):
        raise ValueError(f"the meeting has {len(found)} of {key}; it has one")  # noqa: TRY004
    if isinstance(found, vBroken):
        raise ValueError(f"its {key} does not read ({found}); write it {_TIME}")  # noqa: TRY004
    value = getattr(found, "dt", None)
    named = getattr(found, "params", {}).get("TZID")
    if isinstance(value, datetime) and value.tzinfo is None and named is not None:
        raise ValueError(f"its {key} is in an unknown zone {named!r}; write it {_TIME}")
    return value


def _mailto(value: object) -> str:
    text = str(value).strip().lower()
    return text.removeprefix("mailto:").strip()


def _from_event(event: Mapping[str, Any], zone: ZoneInfo) -> Meeting:
    all_day = bool(event.get("isAllDay"))
    people = [
        one for one in event.get("attendees") or () if str(one.get("type")).lower() != "resource"
    ]
    return _checked(
        starts=_graph_moment(event, "start", zone, all_day=all_day),
        ends=_graph_moment(event, "end", zone, all_day=all_day),
        zone=zone,
        all_day=all_day,
        organiser=_address(event.get("organizer")),
        invited=(_address(one) for one in people),
        recurs=event.get("recurrence") is not None
        or str(event.get("type")).lower() in {"occurrence", "exception", "seriesmaster"},
        cancelled=bool(event.get("isCancelled")),
        free=str(event.get("showAs")).lower() == "free",
        private=str(event.get("sensitivity")).lower() in _PRIVATE,
    )


def _graph_moment(event: Mapping[str, Any], key: str, zone: ZoneInfo, *, all_day: bool) -> datetime:
    given = event.get(key)
    right = f'"{key}": {{"dateTime": "2026-01-07T12:00:00", "timeZone": "Europe/London"}}'
    if not isinstance(given, dict) or "dateTime" not in given:
        raise ValueError(f"the event's {key} has no dateTime; give {right}")
    try:
        moment = datetime.fromisoformat(str(given["dateTime"]))
    except ValueError as problem:
        raise ValueError(f"the event's {key} does not read ({problem}); give {right}") from problem
    if all_day:
        return attach(moment.date(), MIDNIGHT, zone)
    if moment.tzinfo is not None:
        return moment
    named = str(given.get("timeZone") or "")
    if not named:
        return _moment(moment, zone)
    try:
        return _moment(moment, ZoneInfo(WINDOWS_TO_OLSON.get(named, named)))
    except (KeyError, OSError, ValueError) as problem:
        raise ValueError(
            f"the event's {key} is in an unknown zone {named!r}; give {right}"
        ) from problem


def _address(recipient: Mapping[str, Any] | None) -> str:
    named = (recipient or {}).get("emailAddress") or {}
    return str(named.get("address") or "").strip().lower()


def _moment(value: object, zone: ZoneInfo) -> datetime:
    """Return an instant in UTC; a day is its midnight, a time without a zone the wall clock's."""
    if not isinstance(value, date):
        raise ValueError(f"{value!r} is no day and no time; write it {_TIME}")  # noqa: TRY004
    if not isinstance(value, datetime):
        return as_instant(attach(value, MIDNIGHT, zone))
    return as_instant(value if value.tzinfo is not None else value.replace(tzinfo=zone))


def _checked(  # noqa: PLR0913 - the facts of a meeting
    *,
    starts: datetime,
    ends: datetime,
    zone: ZoneInfo,
    all_day: bool,
    organiser: str,
    invited: Iterable[str],
    recurs: bool,
    cancelled: bool,
    free: bool,
    private: bool,
) -> Meeting:
    starts, ends = as_instant(starts), as_instant(ends)
    if ends < starts:
        raise ValueError("it ends before it starts; swap its start and end")
    if ends - starts > _LONGEST:
        raise ValueError(
            f"it lasts more than {_LONGEST.days} days; give one meeting's start and end"
        )
    if starts.year < FIRST_YEAR or ends.year > LAST_YEAR:
        raise ValueError(f"it is not from {FIRST_YEAR} to {LAST_YEAR}; mend its start and end")
    return Meeting(
        starts=starts.astimezone(zone),
        ends=ends.astimezone(zone),
        all_day=all_day,
        organiser=organiser,
        invited=tuple(dict.fromkeys(one for one in invited if one and one != organiser)),
        recurs=recurs,
        cancelled=cancelled,
        free=free,
        private=private,
    )


def _said(problem: Exception) -> str:
    if type(problem) is ValueError:
        return str(problem)
    return f"this is no meeting as Graph or a calendar gives it ({problem})"
