"""What a test or a demo does to calendars, and an audit sees of them, under /sandbox."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import AwareDatetime

from policy_agent.sandbox.clock import graph_time
from policy_agent.sandbox.event_calls import apply, delete
from policy_agent.sandbox.event_properties import attendee, read_event, read_timing
from policy_agent.sandbox.events import Event, Instance, Meeting
from policy_agent.sandbox.invitations import recipient_of
from policy_agent.sandbox.mail import recipient
from policy_agent.sandbox.meetings import Booking, book, cancel, change, timing_of
from policy_agent.sandbox.orders import EventActBody, InvitedBody, MeetingBody, MeetingsBody
from policy_agent.sandbox.people import User
from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.responses import respond
from policy_agent.sandbox.tenant import Tenant

_RESPONSES = {
    "accept": "accepted",
    "tentativelyAccept": "tentativelyAccepted",
    "decline": "declined",
}
_OF_ORGANISERS = frozenset({"move", "change", "cancel"})


def add_calendars(router: APIRouter, tenant: Tenant) -> None:
    """Add the control endpoints of calendars."""

    @router.post("/meetings")
    async def post_meetings(body: MeetingsBody) -> dict[str, Any]:
        try:
            made = [book(tenant, _booking(tenant, one)) for one in body.meetings]
        except GraphError as error:
            raise HTTPException(error.status, error.message) from error
        return {"meetings": [_show_made(meeting) for meeting in made]}

    @router.get("/events")
    async def get_events(
        address: Annotated[str | None, Query()] = None,
        start: Annotated[AwareDatetime | None, Query()] = None,
        end: Annotated[AwareDatetime | None, Query()] = None,
    ) -> dict[str, Any]:
        users = list(tenant.directory.users.values())
        if address is not None:
            found = tenant.directory.find_user(address)
            if found is None:
                raise HTTPException(404, f"no user {address!r} in the tenant")
            users = [found]
        window = (start, end) if start is not None and end is not None else None
        return {
            "events": [
                _show_event(user, event, window)
                for user in users
                for event in tenant.mailbox_of(user).calendar.events()
            ]
        }

    @router.post("/event-act")
    async def post_event_act(body: EventActBody) -> dict[str, Any]:
        try:
            return _act(tenant, body)
        except GraphError as error:
            raise HTTPException(error.status, error.message) from error


def _booking(tenant: Tenant, one: MeetingBody) -> Booking:
    invited = [_invited(each) for each in one.attendees]
    content = read_event(
        {
            "subject": one.subject,
            "body": {"contentType": "html", "content": one.body},
            "location": {"displayName": one.location},
            "showAs": one.show_as,
            "sensitivity": one.sensitivity,
            "importance": one.importance,
            "categories": one.categories,
            "isOnlineMeeting": one.online,
            "responseRequested": one.response_requested,
            "allowNewTimeProposals": one.proposals,
        }
    )
    content["attendees"] = [_attendee(tenant, each) for each in invited]
    timing = read_timing(
        {
            "start": _time(one.start, one.time_zone),
            "end": _time(one.end, one.time_zone),
            "isAllDay": one.all_day,
            "recurrence": one.recurrence,
        },
        None,
    )
    return Booking(
        organizer=one.organiser,
        content=content,
        timing=timing,
        extended=one.extended,
        responses={each.address.lower(): each.response for each in invited},
        created=one.created,
        invite=one.invite,
    )


def _invited(one: str | InvitedBody) -> InvitedBody:
    return InvitedBody(address=one) if isinstance(one, str) else one


def _attendee(tenant: Tenant, one: InvitedBody) -> dict[str, Any]:
    name = recipient_of(tenant, one.address)["emailAddress"]["name"]
    return attendee(one.address, name, role=one.role)


def _time(wall: datetime, zone_name: str) -> dict[str, Any]:
    return {"dateTime": wall.isoformat(), "timeZone": zone_name}


def _show_made(meeting: Meeting) -> dict[str, Any]:
    return {
        "uid": meeting.uid(None),
        "copies": {owner: copy.immutable_id for owner, copy in meeting.copies.items()},
    }


def _show_event(
    user: User, event: Event, window: tuple[datetime, datetime] | None
) -> dict[str, Any]:
    """Return what is true of an event; the days of a series lie in `window`, where there is one."""
    meeting = event.meeting
    span = meeting.timing.first
    whole = Instance(event, None, span.starts, span.ends)
    shown = _show_instance(event.instance() or whole)
    days = event.instances(*window) if window and event.is_series else []
    return {
        "address": user.address,
        "mailbox": user.id,
        "organiser": meeting.organizer,
        "is_organiser": event.own["isOrganizer"],
        "recurrence": event.timing.recurrence,
        "time_zone": event.timing.zone_name,
        "all_day": event.timing.all_day,
        "created": event.own["createdDateTime"],
        **shown,
        "gone": [day.isoformat() for day in sorted(event.gone)],
        "cancelled_days": {day.isoformat(): at for day, at in sorted(meeting.cancelled.items())},
        "occurrences": [_show_instance(one) for one in sorted(days, key=lambda one: one.starts)],
        "replies": [
            {
                "address": reply.address,
                "response": reply.response,
                "day": reply.day and reply.day.isoformat(),
                "at": reply.at,
                "comment": reply.comment,
                "proposed": reply.proposed,
                "told": reply.told,
            }
            for reply in meeting.replies
        ],
    }


def _show_instance(one: Instance) -> dict[str, Any]:
    event, day = one.event, one.day
    return {
        "event": one.id(immutable=True),
        "uid": event.meeting.uid(day),
        "type": one.kind,
        "day": day and day.isoformat(),
        "start": graph_time(one.starts),
        "end": graph_time(one.ends),
        "subject": one.value("subject"),
        "show_as": one.value("showAs"),
        "sensitivity": one.value("sensitivity"),
        "categories": one.value("categories"),
        "cancelled": one.value("isCancelled"),
        "response": one.value("responseStatus")["response"],
        "attendees": {
            each["emailAddress"]["address"]: each["status"]["response"]
            for each in one.value("attendees")
        },
        "extended": one.extended(),
    }


def _act(tenant: Tenant, body: EventActBody) -> dict[str, Any]:
    """Do to an event what its person would; for an outside organiser any copy's person does."""
    user = tenant.user(body.address)
    calendar = tenant.mailbox_of(user).calendar
    one = calendar.find(body.event)
    meeting = one.event.meeting
    outside = meeting.organizer_id is None and body.action in _OF_ORGANISERS
    if body.action == "cancel":
        if not one.event.own["isOrganizer"] and not outside:
            raise GraphError(409, "", "only the organiser can cancel a meeting")
        cancel(tenant, meeting, one.day, body.comment)
    elif body.action == "delete":
        delete(tenant, one)
    elif body.action in _RESPONSES:
        if one.event.own["isOrganizer"]:
            raise GraphError(409, "", "the organiser cannot answer")
        respond(
            tenant, one, _RESPONSES[body.action], comment=body.comment, told=body.told,
            proposed=None,
        )  # fmt: skip
    else:
        given = _given(body, one)
        if outside:
            content = read_event(given)
            change(tenant, meeting, content, read_timing(given, timing_of(one)), one.day)
        else:
            apply(tenant, one, given)
    return {"event": one.id(immutable=True), "uid": meeting.uid(one.day)}


def _given(body: EventActBody, one: Instance) -> dict[str, Any]:
    """Return an act as the PATCH that it is."""
    given: dict[str, Any] = {}
    zone_name = body.time_zone or one.event.timing.zone_name
    if body.action.endswith("categorise") and not body.category:
        raise GraphError(422, "", "a category is needed")
    categories = [name for name in one.value("categories") if name != body.category]
    if body.action == "categorise":
        return {"categories": [*categories, body.category]}
    if body.action == "uncategorise":
        return {"categories": categories}
    if body.start is not None:
        given["start"] = _time(body.start, zone_name)
        given["end"] = _time(body.start + timing_of(one).length, zone_name)
    if body.end is not None:
        given["end"] = _time(body.end, zone_name)
    if body.subject is not None:
        given["subject"] = body.subject
    if body.body is not None:
        given["body"] = {"contentType": "html", "content": body.body}
    if body.show_as is not None:
        given["showAs"] = body.show_as
    if body.attendees is not None:
        given["attendees"] = [
            {"type": each.role, **recipient(each.address)} for each in map(_invited, body.attendees)
        ]
    return given
