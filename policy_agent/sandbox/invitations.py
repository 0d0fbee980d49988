"""The mails of meetings: requests, updates, cancellations and responses (R/eventmessage)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from policy_agent.sandbox.event_answers import end_of, start_of
from policy_agent.sandbox.events import Event, Meeting
from policy_agent.sandbox.mail import Mail, recipient
from policy_agent.sandbox.people import User
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.zones import show_wall

# In the words of meetingMessageType (the misspelling is Microsoft's), and what the subject gets.
_ANSWERS = {
    "accepted": ("meetingAccepted", "Accepted: "),
    "tentativelyAccepted": ("meetingTenativelyAccepted", "Tentative: "),
    "declined": ("meetingDeclined", "Declined: "),
}


def send_request(
    tenant: Tenant,
    meeting: Meeting,
    to: Iterable[str],
    *,
    day: date | None = None,
    kind: str = "newMeetingRequest",
    former: tuple[datetime, datetime] | None = None,
) -> None:
    """Ask attendees to a meeting, or tell them what has changed of it."""
    fields = meeting.fields
    if day in meeting.changed:
        fields = {**fields, **meeting.changed[day].fields}
    before = [{"dateTime": show_wall(one), "timeZone": "UTC"} for one in former or ()]
    extra = {
        "allowNewTimeProposals": fields["allowNewTimeProposals"],
        "responseRequested": fields["responseRequested"],
        "meetingRequestType": kind,
        "previousStartDateTime": before[0] if before else None,
        "previousEndDateTime": before[1] if before else None,
        "previousLocation": None,
    }
    _deliver(
        tenant,
        recipient_of(tenant, meeting.organizer),
        to,
        subject=fields["subject"],
        body=fields["body"],
        importance=fields["importance"],
        meeting={
            **_about(meeting, day, "eventMessageRequest", "meetingRequest"),
            **extra,
        },
    )


def send_cancellation(
    tenant: Tenant, meeting: Meeting, to: Iterable[str], *, day: date | None, comment: str
) -> None:
    """Tell attendees that a meeting or one occurrence of it does not take place."""
    subject = meeting.fields["subject"]
    if day in meeting.changed:
        subject = meeting.changed[day].fields.get("subject", subject)
    _deliver(
        tenant,
        recipient_of(tenant, meeting.organizer),
        to,
        subject=subject if subject.startswith("Canceled: ") else f"Canceled: {subject}",
        body={"contentType": "text", "content": comment},
        importance="high",
        meeting=_about(meeting, day, "eventMessage", "meetingCancelled"),
    )


def send_response(
    tenant: Tenant,
    event: Event,
    user: User,
    response: str,
    *,
    day: date | None,
    comment: str,
    proposed: Mapping[str, Any] | None,
) -> None:
    """Tell the organiser what an attendee answers."""
    kind, prefix = _ANSWERS[response]
    meeting = event.meeting
    _deliver(
        tenant,
        recipient(user.address, user.display_name),
        [meeting.organizer],
        subject=prefix + (event.value("subject", day) or ""),
        body={"contentType": "text", "content": comment},
        importance="normal",
        meeting={
            **_about(meeting, day, "eventMessageResponse", kind),
            "responseType": response,
            "proposedNewTime": proposed and dict(proposed),
        },
    )


def recipient_of(tenant: Tenant, address: str) -> dict[str, Any]:
    """Return a Graph recipient, with the name of whoever is inside."""
    found = tenant.directory.find_user(address) or tenant.directory.find_group(address)
    return recipient(address, found.display_name if found else None)


def _about(meeting: Meeting, day: date | None, kind: str, message_type: str) -> dict[str, Any]:
    """Return what a meeting mail says of its event, in UTC."""
    timing = meeting.timing
    shown = meeting.seen(day)
    alone = "seriesMaster" if timing.recurrence else "singleInstance"
    is_changed = day is not None and day in meeting.changed
    return {
        "@odata.type": f"#microsoft.graph.{kind}",
        "meetingMessageType": message_type,
        "startDateTime": start_of(shown, "UTC"),
        "endDateTime": end_of(shown, "UTC"),
        "isAllDay": timing.all_day,
        "isDelegated": False,
        "isOutOfDate": False,
        "location": meeting.fields["location"],
        "recurrence": timing.recurrence if day is None else None,
        "type": alone if day is None else ("exception" if is_changed else "occurrence"),
    }


def _deliver(
    tenant: Tenant,
    sender: Mapping[str, Any],
    to: Iterable[str],
    *,
    subject: str,
    body: Mapping[str, Any],
    importance: str,
    meeting: Mapping[str, Any],
) -> None:
    recipients = [recipient_of(tenant, address) for address in to]
    if recipients:
        content = {"toRecipients": recipients, "subject": subject, "body": body,
                   "importance": importance}  # fmt: skip
        tenant.deliver(Mail(sender=sender, content=content, meeting=meeting))
