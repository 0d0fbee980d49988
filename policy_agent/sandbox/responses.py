"""What attendees answer, and organisers' cancelling with words (A/event-accept, -decline, …)."""

from collections.abc import Mapping
from typing import Any

from policy_agent.sandbox.attending import set_status
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.event_calls import ITEMS, locate
from policy_agent.sandbox.events import Changed, Instance, Reply
from policy_agent.sandbox.invitations import send_response
from policy_agent.sandbox.meetings import cancel
from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.zones import read_time

routes = Routes()
_KEYS = {
    "accept": frozenset(["comment", "sendresponse"]),
    "tentativelyAccept": frozenset(["comment", "sendresponse", "proposednewtime"]),
    "decline": frozenset(["comment", "sendresponse", "proposednewtime"]),
    "cancel": frozenset(["comment"]),
}


@routes.add("POST", *(f"{item}/accept" for item in ITEMS))
def accept(tenant: Tenant, call: Call) -> Answer:
    return _answer(tenant, call, "accept", "accepted")


@routes.add("POST", *(f"{item}/tentativelyAccept" for item in ITEMS))
def accept_tentatively(tenant: Tenant, call: Call) -> Answer:
    return _answer(tenant, call, "tentativelyAccept", "tentativelyAccepted")


@routes.add("POST", *(f"{item}/decline" for item in ITEMS))
def decline(tenant: Tenant, call: Call) -> Answer:
    return _answer(tenant, call, "decline", "declined")


@routes.add("POST", *(f"{item}/cancel" for item in ITEMS))
def cancel_event(tenant: Tenant, call: Call) -> Answer:
    _, one = locate(tenant, call)
    comment = _comment(_read(call, "cancel"))
    if not one.event.own["isOrganizer"]:
        raise bad_request(
            "You need to be an organizer to cancel a meeting.", code="ErrorInvalidRequest"
        )
    cancel(tenant, one.event.meeting, one.day, comment)
    return Answer(status=202)


def _answer(tenant: Tenant, call: Call, action: str, response: str) -> Answer:
    _, one = locate(tenant, call)
    given = _read(call, action)
    told = given.get("sendresponse")
    told = True if told is None else told
    if not isinstance(told, bool):
        raise bad_request("SendResponse must be a Boolean.", code="RequestBodyRead")
    proposed = _read_proposal(given.get("proposednewtime"))
    if one.event.own["isOrganizer"]:
        raise bad_request(
            "Your request can't be completed. You can't respond to this meeting because you're "
            "the meeting organizer.",
            code="ErrorInvalidRequest",
        )
    if told and not one.value("responseRequested"):
        raise bad_request(
            "Your request can't be completed. The meeting organizer hasn't requested a response.",
            code="ErrorInvalidRequest",
        )
    if proposed is not None and (not told or not one.value("allowNewTimeProposals")):
        raise bad_request(
            "ProposedNewTime needs SendResponse, and an event that allows new time proposals.",
            code="ErrorInvalidRequest",
        )
    respond(tenant, one, response, comment=_comment(given), told=told, proposed=proposed)
    return Answer(status=202)


def respond(
    tenant: Tenant,
    one: Instance,
    response: str,
    *,
    comment: str,
    told: bool,
    proposed: Mapping[str, Any] | None,
) -> None:
    """Answer as the attendee whose copy it is; what is declined leaves the calendar."""
    event, day, now = one.event, one.day, tenant.now_text()
    user = tenant.directory.users[event.owner]
    calendar = tenant.mailbox_of(user).calendar
    event.meeting.replies.append(
        Reply(
            address=user.address, response=response, day=day, at=now, comment=comment,
            proposed=proposed, told=told,
        )
    )  # fmt: skip
    if told:
        send_response(tenant, event, user, response, day=day, comment=comment, proposed=proposed)
        set_status(tenant, event.meeting, user.address, response, day, proposed)
    if response != "declined":
        own = event.own if day is None else event.changed.setdefault(day, Changed()).fields
        own["responseStatus"] = {"response": response, "time": now}
        if response == "accepted" and day is None:
            own.pop("showAs", None)  # as the organiser wants it shown
        else:
            intended = event.meeting.seen(day).value("showAs")
            own["showAs"] = intended if response == "accepted" else "tentative"
        calendar.touch(event, now, day)
    elif day is None:
        calendar.remove(event)
    else:
        calendar.remove_day(event, day, now)


def _read(call: Call, action: str) -> dict[str, Any]:
    """Read the parameters of an action, whose names come in either case."""
    given = {name.lower(): value for name, value in (call.json() if call.body else {}).items()}
    if unknown := given.keys() - _KEYS[action]:
        raise bad_request(
            f"The parameter '{min(unknown)}' is not of the action '{action}'.",
            code="RequestBodyRead",
        )
    return given


def _comment(given: Mapping[str, Any]) -> str:
    comment = given.get("comment") or ""
    if not isinstance(comment, str):
        raise bad_request("Comment must be a string.", code="RequestBodyRead")
    return comment


def _read_proposal(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise bad_request("ProposedNewTime must be a time slot.", code="RequestBodyRead")
    starts, ends = read_time(value.get("start"), "start"), read_time(value.get("end"), "end")
    if ends <= starts:
        raise GraphError(
            400, "ErrorInvalidRequest", "The proposed time must end after it has begun."
        )
    return {
        name: {"dateTime": value[name]["dateTime"], "timeZone": value[name].get("timeZone", "UTC")}
        for name in ("start", "end")
    }
