"""What an event is made of: Graph's event properties, checked and made complete (R/event)."""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from policy_agent.sandbox import mail
from policy_agent.sandbox.recurrence import read_recurrence
from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.timing import Timing
from policy_agent.sandbox.zones import read_time

PROPERTIES = frozenset(
    ["id", "categories", "changeKey", "createdDateTime", "lastModifiedDateTime",
     "allowNewTimeProposals", "attachments", "attendees", "body", "bodyPreview", "calendar",
     "cancelledOccurrences", "end", "extensions", "hasAttachments", "hideAttendees",
     "iCalUId", "importance", "instances", "isAllDay", "isCancelled", "isDraft",
     "isOnlineMeeting", "isOrganizer", "isReminderOn", "location", "locations",
     "multiValueExtendedProperties", "occurrenceId", "onlineMeeting", "onlineMeetingProvider",
     "onlineMeetingUrl", "organizer", "originalEndTimeZone", "originalStart",
     "originalStartTimeZone", "recurrence", "reminderMinutesBeforeStart", "responseRequested",
     "responseStatus", "sensitivity", "seriesMasterId", "showAs",
     "singleValueExtendedProperties", "start", "subject", "transactionId", "type", "webLink"]
)  # fmt: skip
# What is each person's own even in the organiser's copy; the rest belongs to the meeting.
OWN = frozenset(["categories", "isReminderOn", "reminderMinutesBeforeStart"])
SHARED = frozenset(
    ["allowNewTimeProposals", "attendees", "body", "hideAttendees", "importance",
     "isOnlineMeeting", "location", "locations", "onlineMeetingProvider", "responseRequested",
     "sensitivity", "showAs", "subject"]
)  # fmt: skip
_TIMES = frozenset(["start", "end", "isAllDay", "recurrence"])
_CHOICES = {
    "importance": ("low", "normal", "high"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "onlineMeetingProvider": ("unknown", "teamsForBusiness", "skypeForBusiness",
                              "skypeForConsumer"),
}  # fmt: skip
_BOOLEANS = frozenset(
    ["allowNewTimeProposals", "hideAttendees", "isOnlineMeeting", "isReminderOn",
     "responseRequested"]
)  # fmt: skip
_ROLES = ("required", "optional", "resource")
NEVER = "0001-01-01T00:00:00Z"  # when somebody answered who has not
_MAX_ATTENDEES = 500
_MIDNIGHT = time()
_DAY = timedelta(days=1)
_BLOB = "_" * 80
_TAG = re.compile(r"</?(p|div|br|html|body)\b", re.IGNORECASE)


def read_event(given: Mapping[str, Any]) -> dict[str, Any]:
    """Check what a client writes into an event, times aside; unknown properties are refused."""
    content: dict[str, Any] = {}
    for name, value in given.items():
        if "@" in name or name == "singleValueExtendedProperties":
            continue
        if name not in PROPERTIES:
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.event'. Make "
                "sure to only use property names that are defined by the type.",
                code="RequestBodyRead",
            )
        if name in OWN or name in SHARED:
            content[name] = _read(name, value)
    if "location" in content and "locations" not in content:
        content["locations"] = [content["location"]] if content["location"]["displayName"] else []
    if "body" in content:
        content["bodyPreview"] = preview(content["body"])
    return content


def preview(body: Mapping[str, Any]) -> str:
    """Return the first 255 characters of an event's body as text, a line a paragraph."""
    lines = _TAG.sub(lambda tag: "\r\n" + tag[0], body["content"]).strip()
    return mail.preview({"content": lines})


def read_timing(given: Mapping[str, Any], former: Timing | None) -> Timing:
    """Return when an event is to be, with what a change leaves out as it was before."""
    if former is None and not {"start", "end"} <= given.keys():
        raise bad_request("start and end are needed.", code="ErrorInvalidRequest")
    if former is not None and _TIMES.isdisjoint(given):
        return former
    all_day = former is not None and former.all_day
    if given.get("isAllDay") is not None:
        all_day = _boolean("isAllDay", given["isAllDay"])
    if former is not None and given.get("start") is None:
        start, zone_name = former.start, former.zone_name
    else:
        start = read_time(given.get("start"), "start").replace(tzinfo=None)
        zone_name = given["start"].get("timeZone") or "UTC"
    if former is not None and given.get("end") is None:
        end = former.first.ends
    else:
        end = read_time(given.get("end"), "end")
    until = Timing(start=start, length=timedelta(0), zone_name=zone_name).wall(end)
    _check_times(start, until, all_day=all_day)
    recurrence = former.recurrence if former is not None else None
    if "recurrence" in given:
        recurrence = given["recurrence"] and read_recurrence(
            given["recurrence"], start_day=start.date(), zone_name=zone_name
        )
    elif recurrence is not None and former is not None and start.date() != former.start.date():
        moved = {**recurrence["range"], "startDate": start.date().isoformat()}
        recurrence = read_recurrence(
            {**recurrence, "range": moved}, start_day=start.date(), zone_name=zone_name
        )
    return Timing(
        start=start, length=until - start, zone_name=zone_name, all_day=all_day,
        recurrence=recurrence,
    )  # fmt: skip


def _check_times(start: datetime, until: datetime, *, all_day: bool) -> None:
    if until < start:
        raise bad_request(
            "The end is before the start.", code="ErrorCalendarEndDateIsEarlierThanStartDate"
        )
    if all_day and (start.time(), until.time()) != (_MIDNIGHT, _MIDNIGHT):
        raise bad_request(
            "The Event.Start and Event.End of an all-day event need to be set to midnight.",
            code="ErrorPropertyValidationFailure",
        )
    if all_day and until - start < _DAY:
        raise bad_request(
            "The duration of an event marked as All day must be at least 24 hours.",
            code="ErrorPropertyValidationFailure",
        )


def complete(
    content: Mapping[str, Any], timing: Timing, organizer: Mapping[str, Any]
) -> dict[str, Any]:
    """Return all properties that the copies of a new event share."""
    nowhere = {"displayName": "", "locationType": "default", "uniqueIdType": "unknown",
               "address": {}, "coordinates": {}}  # fmt: skip
    return online(
        {
            "originalStartTimeZone": timing.zone_name,
            "originalEndTimeZone": timing.zone_name,
            "subject": content.get("subject") or "",
            "importance": content.get("importance") or "normal",
            "sensitivity": content.get("sensitivity") or "normal",
            "isCancelled": False,
            "showAs": content.get("showAs") or "busy",
            "webLink": "https://outlook.office365.com/owa/?exvsurl=1&path=/calendar/item",
            "onlineMeetingUrl": None,
            "isOnlineMeeting": bool(content.get("isOnlineMeeting")),
            "onlineMeetingProvider": "unknown",
            "allowNewTimeProposals": content.get("allowNewTimeProposals", True),
            "responseRequested": content.get("responseRequested", True),
            "hideAttendees": content.get("hideAttendees", False),
            "isDraft": False,
            "hasAttachments": False,
            "body": content.get("body") or {"contentType": "html", "content": ""},
            "location": content.get("location") or nowhere,
            "locations": content.get("locations") or [],
            "attendees": content.get("attendees") or [],
            "organizer": dict(organizer),
            "onlineMeeting": None,
        }
    )


def online(fields: dict[str, Any]) -> dict[str, Any]:
    """Give an online meeting its link, and its body the block with it that the service adds."""
    if fields["isOnlineMeeting"] and fields["onlineMeeting"] is None:
        link = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{uuid.uuid4().hex}"
        fields["onlineMeetingProvider"] = "teamsForBusiness"
        fields["onlineMeeting"] = {"joinUrl": link}
        lines = [_BLOB, "Microsoft Teams meeting", f"Join: {link}", _BLOB]
        body = fields["body"]
        joint = "\r\n" if body["contentType"] == "text" else "<br>\r\n"
        content = joint.join([body["content"], *lines] if body["content"] else lines)
        fields["body"] = {**body, "content": content}
    fields["bodyPreview"] = preview(fields["body"])
    return fields


def attendee(
    address: str, name: str | None = None, *, role: str = "required", response: str = "none",
    at: str = NEVER,
) -> dict[str, Any]:  # fmt: skip
    """Return one of an event's attendees."""
    return {
        "type": role,
        "status": {"response": response, "time": at},
        **mail.recipient(address, name),
    }


def _read(name: str, value: Any) -> Any:
    if name == "attendees":
        return _read_attendees(value)
    if name == "body":
        return mail.read_body(value)
    if name == "location":
        return _read_location(value)
    if name == "locations":
        return [_read_location(one) for one in _list(name, value)]
    if name == "categories":
        return list(dict.fromkeys(_string(name, one) for one in _list(name, value)))
    if name in _CHOICES:
        found = {choice.lower(): choice for choice in _CHOICES[name]}.get(str(value).lower())
        if found is None:
            raise wrong(name)
        return found
    if name in _BOOLEANS:
        return _boolean(name, value)
    if name == "reminderMinutesBeforeStart":
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise wrong(name)
        return value
    return None if value is None else _string(name, value)


def _read_attendees(value: Any) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for one in _list("attendees", value):
        email = one.get("emailAddress") if isinstance(one, dict) else None
        if not isinstance(email, dict) or not isinstance(email.get("address"), str):
            raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        role = str(one.get("type") or "required").lower()
        if role not in _ROLES:
            raise wrong("attendees")
        name = email.get("name")
        person = attendee(email["address"], name and _string("name", name), role=role)
        found.setdefault(email["address"].lower(), person)
    if len(found) > _MAX_ATTENDEES:
        raise bad_request(
            f"A meeting has at most {_MAX_ATTENDEES} attendees.", code="ErrorInvalidRecipients"
        )
    return list(found.values())


def _read_location(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong("location")
    known = {"displayName": "", "locationType": "default", "uniqueIdType": "private"}
    return {**known, **{name: one for name, one in value.items() if "@" not in name}}


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise wrong(name)
    return value


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise wrong(name)
    return value


def _boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise wrong(name)
    return value


def wrong(name: str) -> GraphError:
    """Return the refusal of a value."""
    return bad_request(f"Cannot read the value of property '{name}'.", code="RequestBodyRead")
