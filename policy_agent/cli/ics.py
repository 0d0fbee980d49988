"""Meetings of an iCalendar file, and what its series come to."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component, vBroken

from policy_agent.cli.written_meetings import (
    ODD,
    TIME,
    MeetingProblem,
    WrittenMeeting,
    moment_of,
    span_of,
    written,
)
from policy_agent.domain.events import Attendee, Response, ShowAs
from policy_agent.domain.facts import MeetingFacts
from policy_agent.graph.agenda import has_agenda

_DAY = timedelta(days=1)
_REPEATING = ("RRULE", "RDATE", "RECURRENCE-ID")
_ROOMS = frozenset({"ROOM", "RESOURCE"})
_PRIVATE = frozenset({"private", "personal", "confidential"})
_ONLINE = (
    "CONFERENCE",  # RFC 7986, section 5.11
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
)
_SHOW_AS = {
    "FREE": ShowAs.FREE,
    "TENTATIVE": ShowAs.TENTATIVE,
    "OOF": ShowAs.AWAY,
    "WORKINGELSEWHERE": ShowAs.ELSEWHERE,
}
_RESPONSES = {
    "DECLINED": Response.DECLINED,
    "ACCEPTED": Response.ACCEPTED,
    "TENTATIVE": Response.TENTATIVE,
}


@dataclass(kw_only=True, slots=True)
class Entry:
    """One meeting of a file: a single one, or a series with what was changed of it."""

    event: Component  # the series itself; of a lone changed occurrence, that one
    withdrawn: bool  # the file cancels it
    changed: list[tuple[Component, bool]] = field(default_factory=list)  # with RECURRENCE-ID


def read_entries(path: Path, text: bytes) -> list[Entry]:
    """Return the meetings of a file, a series as one; MeetingProblem where there is none."""
    try:
        calendars = Calendar.from_ical(text.decode("utf-8-sig"), multiple=True)
    except UnicodeDecodeError as problem:
        raise MeetingProblem(
            f"{path}: byte {problem.start + 1} is not UTF-8; save the meeting as UTF-8"
        ) from problem
    except OSError as problem:  # TZID=Europe is a folder of the zones' data
        raise MeetingProblem(f"{path}: a TZID is no zone; write it {TIME}") from problem
    except ODD as problem:
        raise MeetingProblem(
            f"{path}: it does not read as a calendar ({problem}); export it as .ics again"
        ) from problem
    found: dict[object, Entry] = {}
    for calendar in calendars:
        withdrawn = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        for number, event in enumerate(calendar.walk("VEVENT")):
            key = str(event.get("UID") or "") or (id(calendar), number)
            _put(found, key, event, withdrawn=withdrawn)
    if not found:
        raise MeetingProblem(
            f"{path}: there is no meeting in it; a meeting is a VEVENT between BEGIN:VCALENDAR and "
            "END:VCALENDAR"
        )
    return [*found.values()]


def _put(found: dict[object, Entry], key: object, event: Component, *, withdrawn: bool) -> None:
    """The series itself stands for its changed occurrences, wherever it comes in the file."""
    kept = found.get(key)
    if kept is None:
        found[key] = Entry(event=event, withdrawn=withdrawn)
    elif "RECURRENCE-ID" in event:
        kept.changed.append((event, withdrawn))
    elif "RECURRENCE-ID" in kept.event:
        kept.changed.append((kept.event, kept.withdrawn))
        kept.event, kept.withdrawn = event, withdrawn


def from_vevent(event: Component, zone: ZoneInfo, *, withdrawn: bool) -> WrittenMeeting:
    """Read one VEVENT, of a series its first span; a ValueError says what is odd about it."""
    first, last, lasts = (value_of(event, key) for key in ("DTSTART", "DTEND", "DURATION"))
    if not isinstance(first, date):
        raise ValueError(f"the meeting has no start; give it a DTSTART {TIME}")  # noqa: TRY004
    all_day = not isinstance(first, datetime)
    if last is None:
        length = lasts if isinstance(lasts, timedelta) else (_DAY if all_day else timedelta())
        last = first + timedelta(days=length.days)  # days are the wall's, hours are exact
        ends = moment_of(last, zone) + (length - timedelta(days=length.days))
    elif isinstance(last, date) and isinstance(last, datetime) is not all_day:
        ends = moment_of(last, zone)
    else:
        raise ValueError(
            "DTSTART and DTEND must both be days, or both have a time of day; "
            f"write the time {TIME}"
        )
    starts, ends = span_of(moment_of(first, zone), ends, zone)
    booked = value_of(event, "CREATED")
    return written(
        MeetingFacts(
            starts=starts,
            ends=ends,
            all_day=all_day,
            recurs=any(key in event for key in _REPEATING),
            cancelled=withdrawn or str(event.get("STATUS", "")).upper() == "CANCELLED",
            show_as=_show_as(event),
            private=str(event.get("CLASS", "")).lower() in _PRIVATE,
            online=any(key in event for key in _ONLINE),
            subject=str(event.get("SUMMARY", "")),
            categories=frozenset(_categories(event)),
            booked=moment_of(booked, zone) if isinstance(booked, datetime) else None,
            has_agenda=has_agenda(str(event["DESCRIPTION"]), "ATTACH" in event)
            if "DESCRIPTION" in event or "ATTACH" in event
            else None,
        ),
        _mailto(event.get("ORGANIZER", "")),
        _attendees(event),
    )


def moved(meeting: WrittenMeeting, starts: datetime, ends: datetime) -> WrittenMeeting:
    """Return another span of the same series."""
    return replace(meeting, facts=replace(meeting.facts, starts=starts, ends=ends))


def value_of(event: Component, key: str) -> object:
    """Return the one value of a property, None where it is left out."""
    found = event.get(key)
    if isinstance(found, list):
        raise ValueError(f"the meeting has {len(found)} of {key}; it has one")  # noqa: TRY004
    if isinstance(found, vBroken):
        raise ValueError(f"its {key} does not read ({found}); write it {TIME}")  # noqa: TRY004
    value = getattr(found, "dt", None)
    named = getattr(found, "params", {}).get("TZID")
    if isinstance(value, datetime) and value.tzinfo is None and named is not None:
        raise ValueError(f"its {key} is in an unknown zone {named!r}; write it {TIME}")
    return value


def _show_as(event: Component) -> ShowAs:
    busy = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
    if str(event.get("TRANSP", "")).upper() == "TRANSPARENT" and busy not in _SHOW_AS:
        return ShowAs.FREE
    return _SHOW_AS.get(busy, ShowAs.BUSY)


def _categories(event: Component) -> Iterator[str]:
    for found in _listed(event, "CATEGORIES"):
        yield from (str(one).strip().lower() for one in getattr(found, "cats", [found]))


def _attendees(event: Component) -> Iterator[Attendee]:
    for one in _listed(event, "ATTENDEE"):
        params = getattr(one, "params", {})
        if str(params.get("CUTYPE", "")).upper() not in _ROOMS:
            yield Attendee(
                address=_mailto(one),
                response=_RESPONSES.get(str(params.get("PARTSTAT", "")).upper(), Response.NONE),
                optional=str(params.get("ROLE", "")).upper() == "OPT-PARTICIPANT",
            )


def _listed(event: Component, key: str) -> list[object]:
    found = event.get(key, [])
    return found if isinstance(found, list) else [found]


def _mailto(value: object) -> str:
    text = str(value).strip().lower()
    return text.removeprefix("mailto:").strip()
