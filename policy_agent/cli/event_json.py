"""JSON of one event as Graph gives it, read as a meeting."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from policy_agent.cli.written_meetings import WrittenMeeting, moment_of, span_of, written
from policy_agent.domain.events import Attendee, Response, ShowAs
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.walltime import MIDNIGHT, attach
from policy_agent.graph.agenda import has_agenda

_SERIES = frozenset({"occurrence", "exception", "seriesmaster"})
_SHOW_AS = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "oof": ShowAs.AWAY,
    "workingelsewhere": ShowAs.ELSEWHERE,
}
_RESPONSES = {
    "declined": Response.DECLINED,
    "accepted": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
}


def from_event(event: Mapping[str, Any], zone: ZoneInfo) -> WrittenMeeting:
    """Read one event; what is odd about it is told with a ValueError, or its like."""
    all_day = bool(event.get("isAllDay"))
    starts, ends = span_of(
        _moment(event, "start", zone, all_day=all_day),
        _moment(event, "end", zone, all_day=all_day),
        zone,
    )
    booked = event.get("createdDateTime")
    told = "bodyPreview" in event or "hasAttachments" in event
    return written(
        MeetingFacts(
            starts=starts,
            ends=ends,
            all_day=all_day,
            recurs=event.get("recurrence") is not None or str(event.get("type")).lower() in _SERIES,
            cancelled=bool(event.get("isCancelled")),
            show_as=_SHOW_AS.get(str(event.get("showAs")).lower(), ShowAs.BUSY),
            private=str(event.get("sensitivity") or "normal").lower() != "normal",
            online=bool(event.get("isOnlineMeeting")),
            subject=str(event.get("subject") or ""),
            categories=frozenset(str(one).lower() for one in event.get("categories") or ()),
            booked=moment_of(datetime.fromisoformat(str(booked)), zone) if booked else None,
            has_agenda=has_agenda(event.get("bodyPreview"), event.get("hasAttachments"))
            if told
            else None,
        ),
        _address(event.get("organizer")),
        (
            Attendee(
                address=_address(one),
                response=_response(one),
                optional=str(one.get("type")).lower() == "optional",
            )
            for one in event.get("attendees") or ()
            if str(one.get("type")).lower() != "resource"
        ),
    )


def _moment(event: Mapping[str, Any], key: str, zone: ZoneInfo, *, all_day: bool) -> datetime:
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
        return moment_of(moment, zone)
    try:
        return moment_of(moment, ZoneInfo(WINDOWS_TO_OLSON.get(named, named)))
    except (KeyError, OSError, ValueError) as problem:
        raise ValueError(
            f"the event's {key} is in an unknown zone {named!r}; give {right}"
        ) from problem


def _address(recipient: Mapping[str, Any] | None) -> str:
    named = (recipient or {}).get("emailAddress") or {}
    return str(named.get("address") or "").strip().lower()


def _response(attendee: Mapping[str, Any]) -> Response:
    said = str((attendee.get("status") or {}).get("response") or "").lower()
    return _RESPONSES.get(said, Response.NONE)
