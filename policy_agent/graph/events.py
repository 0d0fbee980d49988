"""Events as the service writes them, read into copies."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import Attendee, EventCopy, EventRef, Response, ShowAs, Span
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.graph.agenda import has_agenda
from policy_agent.graph.calls import instant, written
from policy_agent.graph.zones import iana, zone

# What rules need, and nothing of the text (https://learn.microsoft.com/en-us/graph/api/resources/event).
SELECT: Final = (
    "iCalUId,type,seriesMasterId,start,end,isAllDay,originalStart,originalStartTimeZone,organizer,"
    "isOrganizer,attendees,responseStatus,showAs,sensitivity,isCancelled,isOnlineMeeting,subject,"
    "categories,createdDateTime,lastModifiedDateTime,changeKey"
)
# Asked for only where a rule wants to know of an agenda, and turned into a yes or a no at once.
WITH_AGENDA: Final = SELECT + ",bodyPreview,hasAttachments"

_KINDS: Final[Mapping[str, Literal["single", "occurrence", "exception", "master"]]] = {
    "singleinstance": "single",
    "occurrence": "occurrence",
    "exception": "exception",
    "seriesmaster": "master",
}
_RESPONSES: Final = {
    "organizer": Response.ORGANISER,
    "tentativelyaccepted": Response.TENTATIVE,
    "accepted": Response.ACCEPTED,
    "declined": Response.DECLINED,
}
_SHOW_AS: Final = {
    "free": ShowAs.FREE,
    "tentative": ShowAs.TENTATIVE,
    "busy": ShowAs.BUSY,
    "oof": ShowAs.AWAY,
    "workingelsewhere": ShowAs.ELSEWHERE,
}


def read_event(mailbox: str, event: Mapping[str, Any], *, agenda: bool) -> EventCopy:
    """Read an event whose times are in UTC; one that the service has written otherwise fails.

    It fails with a KeyError or a ValueError. The service gives the days of an all-day event as
    midnights of whatever zone is asked for, so that they say which days and not when
    (https://github.com/microsoftgraph/microsoft-graph-docs/issues/1802): here they become the
    midnights of the zone that it was booked in. In that zone they are its days again; where it is
    not told, in UTC.
    """
    named = str(event.get("originalStartTimeZone") or "")
    all_day = event.get("isAllDay") is True
    organiser = _address(event.get("organizer"))
    original = event.get("originalStart")
    starts, ends = event["start"], event["end"]
    span = (
        Span(starts=_midnight(starts, named), ends=_midnight(ends, named))
        if all_day
        else Span(starts=read_moment(starts), ends=read_moment(ends))
    )
    if span.ends < span.starts:
        raise ValueError("it ends before it starts")
    return EventCopy(
        ref=EventRef(mailbox=mailbox, event=str(event["id"])),
        uid=str(event.get("iCalUId") or event["id"]),  # nobody else has our id: it joins nothing
        kind=_KINDS[str(event["type"]).lower()],
        series=str(event["seriesMasterId"]) if event.get("seriesMasterId") else None,
        starts=span.starts,
        ends=span.ends,
        all_day=all_day,
        original=instant(str(original)) if original else None,
        zone=iana(named),
        organiser=organiser,
        is_organiser=event.get("isOrganizer") is True,
        attendees=_attendees(event.get("attendees"), organiser),
        response=_response(event.get("responseStatus")),
        show_as=_SHOW_AS.get(str(event.get("showAs")).lower(), ShowAs.UNKNOWN),
        private=str(event.get("sensitivity") or "normal").lower() != "normal",
        cancelled=event.get("isCancelled") is True,
        online=event.get("isOnlineMeeting") is True,
        subject=str(event.get("subject") or ""),
        categories=tuple(str(name) for name in event.get("categories") or () if name is not None),
        created=instant(str(event["createdDateTime"])),
        modified=instant(str(event["lastModifiedDateTime"])),
        change=str(event.get("changeKey") or ""),
        has_agenda=(
            has_agenda(event.get("bodyPreview"), event.get("hasAttachments")) if agenda else None
        ),
    )


def event_or_failure(
    mailbox: str, event: Mapping[str, Any], operation: str, *, agenda: bool = False
) -> EventCopy | CallFailure:
    """Read an event, or say that it cannot be: by its id, never by what it holds."""
    try:
        return read_event(mailbox, event, agenda=agenda)
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        return CallFailure(
            kind="refused", what=f"{operation}: the service wrote the event in an unknown way"
        )


def read_moment(told: Mapping[str, Any]) -> datetime:
    """Read a wall-clock time and its zone, `dateTimeTimeZone`, as an instant; aware UTC."""
    wall = instant(str(told["dateTime"]))
    named = str(told.get("timeZone") or "UTC")
    return wall if named == "UTC" else as_instant(wall.replace(tzinfo=zone(named)))


def write_moment(moment: datetime) -> dict[str, str]:
    """Write an aware instant as a wall-clock time in UTC."""
    return {"dateTime": written(moment).removesuffix("Z"), "timeZone": "UTC"}


def _midnight(told: Mapping[str, Any], named: str) -> datetime:
    day = instant(str(told["dateTime"])).date()
    return as_instant(attach(day, MIDNIGHT, zone(named)))


@lru_cache(maxsize=20_000)
def _attendee(address: str, response: str, kind: str) -> Attendee:
    """Make an attendee: the same one for everybody's copy, since there are many copies."""
    return Attendee(
        address=address,
        response=_RESPONSES.get(response, Response.NONE),
        optional=kind == "optional",
    )


def _attendees(told: Any, organiser: str) -> tuple[Attendee, ...]:
    """Return who is invited, each address once; rooms, equipment and the organiser are left out."""
    found: dict[str, Attendee] = {}
    for one in told or ():
        kind = str(one.get("type") or "required").lower()
        address = _address(one)
        if kind == "resource" or not address or address == organiser or address in found:
            continue
        status = one.get("status") or {}
        found[address] = _attendee(address, str(status.get("response") or "none").lower(), kind)
    return tuple(found.values())


def _address(recipient: Any) -> str:
    inner = (recipient or {}).get("emailAddress") or {}
    return str(inner.get("address") or "").strip().lower()


def _response(told: Any) -> Response:
    return _RESPONSES.get(str((told or {}).get("response") or "none").lower(), Response.NONE)


__all__ = [
    "SELECT",
    "WITH_AGENDA",
    "event_or_failure",
    "read_event",
    "read_moment",
    "write_moment",
]
