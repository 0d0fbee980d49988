"""Who is invited to a meeting, their copies of it, and what they have answered."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from policy_agent.sandbox.event_properties import NEVER
from policy_agent.sandbox.events import Changed, Meeting
from policy_agent.sandbox.invitations import recipient_of
from policy_agent.sandbox.people import User
from policy_agent.sandbox.tenant import Tenant


def invited(tenant: Tenant, meeting: Meeting) -> list[User]:
    """Return the attendees inside, groups opened, without the organiser."""
    addresses = [address_of(one) for one in meeting.fields["attendees"]]
    return [
        user for user in tenant.directory.recipients(addresses) if user.id != meeting.organizer_id
    ]


def add_copies(
    tenant: Tenant, meeting: Meeting, users: Iterable[User], at: str, answered: Mapping[str, str]
) -> None:
    """Put a meeting into attendees' calendars: tentative until they answer (R/eventmessage)."""
    for user in users:
        response = answered.get(user.address.lower(), "notResponded")
        if response == "declined":
            continue
        own = own_properties(at, response, {}, at=NEVER if response == "notResponded" else at)
        own["isOrganizer"] = False
        if meeting.fields["showAs"] != "free" and response != "accepted":
            own["showAs"] = "tentative"
        tenant.mailbox_of(user).calendar.add(meeting, own, {})


def set_status(
    tenant: Tenant, meeting: Meeting, address: str, response: str, day: date | None,
    proposed: Mapping[str, Any] | None,
) -> None:  # fmt: skip
    """Write an attendee's answer into the organiser's copy, which then has changed."""
    copy = meeting.copies.get(meeting.organizer_id or "")
    if copy is None or (day is not None and day in copy.gone):
        return
    now = tenant.now_text()
    listed = copy.value("attendees", day) or []
    statuses = []
    for one in listed:
        if address_of(one) == address.lower():
            one = with_status(one, response, now)  # noqa: PLW2901 - replaced in the list made
            if proposed is not None:
                one["proposedNewTime"] = dict(proposed)
        statuses.append(one)
    if all(address_of(one) != address.lower() for one in listed):  # invited through a group
        new = {"type": "required", "status": {}, **recipient_of(tenant, address)}
        statuses.append(with_status(new, response, now))
    fields = copy.own if day is None else copy.changed.setdefault(day, Changed()).fields
    fields["attendees"] = statuses
    tenant.mailbox_of(tenant.directory.users[copy.owner]).calendar.touch(copy, now, day)


def others(meeting: Meeting) -> list[str]:
    """Return the addresses of the attendees but the organiser."""
    mine = meeting.organizer.lower()
    found = (one["emailAddress"]["address"] for one in meeting.fields["attendees"])
    return [address for address in found if address.lower() != mine]


def unanswered(meeting: Meeting) -> dict[str, Any]:
    """Return what an attendee's copy is like until its person answers."""
    show_as = "free" if meeting.fields["showAs"] == "free" else "tentative"
    return {
        "responseStatus": {"response": "notResponded", "time": NEVER},
        "showAs": show_as,
    }


def own_properties(
    created: str, response: str, content: Mapping[str, Any], *, at: str
) -> dict[str, Any]:
    """Return what is a new copy's own."""
    return {
        "createdDateTime": created,
        "lastModifiedDateTime": created,
        "categories": list(content.get("categories") or ()),
        "isReminderOn": content.get("isReminderOn", True),
        "reminderMinutesBeforeStart": content.get("reminderMinutesBeforeStart", 15),
        "responseStatus": {"response": response, "time": at},
    }


def with_status(one: Mapping[str, Any], response: str, at: str) -> dict[str, Any]:
    """Return an attendee who has answered."""
    time = NEVER if response == "none" else at
    return {**one, "status": {"response": response, "time": time}}


def address_of(one: Mapping[str, Any]) -> str:
    """Return an attendee's address in lower case."""
    return str(one["emailAddress"]["address"]).lower()
