"""What organisers do to meetings, and how it reaches the copies of their attendees."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from policy_agent.sandbox.attending import (
    add_copies,
    address_of,
    invited,
    others,
    own_properties,
    unanswered,
    with_status,
)
from policy_agent.sandbox.clock import graph_time
from policy_agent.sandbox.event_properties import NEVER, complete, online
from policy_agent.sandbox.events import Changed, Event, Instance, Meeting
from policy_agent.sandbox.ids import new_uid_tail
from policy_agent.sandbox.invitations import recipient_of, send_cancellation, send_request
from policy_agent.sandbox.refusals import bad_request
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.timing import Timing

_CANCELLED = "Canceled: "


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """An event to be made."""

    organizer: str  # address; somebody outside has no copy
    content: Mapping[str, Any]  # as from `read_event`
    timing: Timing
    transaction: str | None = None  # transactionId
    extended: Mapping[str, str] = field(default_factory=dict)  # of the organiser's copy
    # in the words of responseType, by address in lower case, of attendees who have answered
    responses: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None  # None is now
    invite: bool = True  # by mail


def book(tenant: Tenant, booking: Booking) -> Meeting:
    """Put a new event into the calendars of its organiser and of the attendees inside."""
    at = graph_time(booking.created or tenant.clock.now())
    content, answered = booking.content, booking.responses
    user = tenant.directory.find_user(booking.organizer)
    fields = complete(content, booking.timing, recipient_of(tenant, booking.organizer))
    meeting = Meeting(
        uid_tail=new_uid_tail(),
        organizer=user.address if user else booking.organizer,
        organizer_id=user.id if user else None,
        fields=fields,
        timing=booking.timing,
    )
    if user is not None:
        own = own_properties(at, "organizer", content, at=NEVER)
        own["isOrganizer"] = True
        if booking.transaction is not None:
            own["transactionId"] = booking.transaction
        if fields["attendees"]:
            own["attendees"] = [
                with_status(one, answered.get(address_of(one), "none"), at)
                for one in fields["attendees"]
            ]
        tenant.mailbox_of(user).calendar.add(meeting, own, dict(booking.extended))
    add_copies(tenant, meeting, invited(tenant, meeting), at, answered)
    if user is None:  # nobody inside but the attendees could have categorised it
        for copy in meeting.copies.values():
            copy.own["categories"] = list(content.get("categories") or ())
    if booking.invite:
        send_request(tenant, meeting, others(meeting))
    return meeting


def change(
    tenant: Tenant,
    meeting: Meeting,
    content: Mapping[str, Any],
    timing: Timing | None,
    day: date | None = None,
) -> None:
    """Change a meeting as its organiser: what is shared reaches every copy, attendees get a mail.

    New times ask attendees again, those too who had declined, and in a series they undo what was
    special about single occurrences, as in Outlook.
    """
    now = tenant.now_text()
    shared = dict(content)
    if meeting.fields["onlineMeeting"] is not None:
        shared.pop("isOnlineMeeting", None)  # once online it stays so (R/event)
    former = meeting.seen(day)
    if timing is not None and timing.same(timing_of(former)):
        timing = None
    told = others(meeting)
    if day is None:
        _change_all(tenant, meeting, shared, timing, now)
    else:
        _change_day(meeting, shared, timing, day)
    for owner, copy in list(meeting.copies.items()):
        if owner != meeting.organizer_id:
            _overrule(copy, shared, timing, day)
        if day is None or day not in copy.gone:
            calendar = tenant.mailbox_of(tenant.directory.users[owner]).calendar
            calendar.touch(copy, now, day)
    if shared.keys() - {"showAs"} or timing is not None:
        now_invited = {address.lower() for address in others(meeting)}
        stayed = [one for one in told if one.lower() in now_invited]
        kind = "informationalUpdate" if timing is None else "fullUpdate"
        send_request(
            tenant, meeting, stayed, day=day, kind=kind, former=(former.starts, former.ends)
        )


def _overrule(
    copy: Event, shared: Mapping[str, Any], timing: Timing | None, day: date | None
) -> None:
    """Let what the organiser has changed win over what an attendee had changed of it."""
    changed = None if day is None else copy.changed.get(day)
    own = copy.own if day is None else changed.fields if changed is not None else {}
    for name in shared.keys() - {"showAs"}:
        own.pop(name, None)
    if changed is not None and timing is not None:
        changed.starts = changed.ends = None


def _change_day(
    meeting: Meeting, shared: Mapping[str, Any], timing: Timing | None, day: date
) -> None:
    if "attendees" in shared:
        raise bad_request(
            "The sandbox tenant invites to whole series only.", code="ErrorInvalidRequest"
        )
    changed = meeting.changed.setdefault(day, Changed())
    changed.fields.update(shared)
    if timing is None:
        return
    changed.starts, changed.ends = timing.first.starts, timing.first.ends
    for owner, copy in meeting.copies.items():
        own = copy.changed.setdefault(day, Changed()).fields
        if owner == meeting.organizer_id:
            own["attendees"] = list(meeting.fields["attendees"])
        else:
            copy.gone.pop(day, None)
            own.update(unanswered(meeting))


def _change_all(
    tenant: Tenant, meeting: Meeting, shared: dict[str, Any], timing: Timing | None, now: str
) -> None:
    before = {address_of(one): one for one in meeting.fields["attendees"]}
    if "body" in shared and meeting.fields["onlineMeeting"] is not None:
        # an update without the join block breaks the link (FACTS section 7)
        link = meeting.fields["onlineMeeting"]["joinUrl"]
        if link not in shared["body"]["content"]:
            shared["onlineMeeting"] = {}
    meeting.fields = online({**meeting.fields, **shared})
    copy = meeting.copies.get(meeting.organizer_id or "")
    if timing is not None:
        former, meeting.timing = meeting.timing, timing
        meeting.changed.clear()
        meeting.cancelled.clear()
        meeting.fields["originalStartTimeZone"] = timing.zone_name
        meeting.fields["originalEndTimeZone"] = timing.zone_name
        for owner, each in meeting.copies.items():
            tenant.mailbox_of(tenant.directory.users[owner]).calendar.retime(each, former)
            each.own_timing = None
            if each is not copy:
                each.own.update(unanswered(meeting))
        declined = [one for one in invited(tenant, meeting) if one.id not in meeting.copies]
        add_copies(tenant, meeting, declined, now, {})
    if copy is not None and (timing is not None or "attendees" in shared):
        known = {address_of(one): one for one in copy.own.get("attendees", ())}
        copy.own["attendees"] = [
            one if timing is not None else known.get(address_of(one), one)
            for one in meeting.fields["attendees"]
        ]
    if "attendees" in shared:
        _change_attendees(tenant, meeting, before, now)


def _change_attendees(
    tenant: Tenant, meeting: Meeting, before: Mapping[str, Any], now: str
) -> None:
    after = {address_of(one) for one in meeting.fields["attendees"]}
    new = [address for address in others(meeting) if address.lower() not in before]
    wanted = {user.id: user for user in invited(tenant, meeting)}
    left = [address for address in before if address not in after]
    for owner, copy in list(meeting.copies.items()):
        if owner not in wanted and owner != meeting.organizer_id:
            tenant.mailbox_of(tenant.directory.users[owner]).calendar.remove(copy)
    send_cancellation(tenant, meeting, left, day=None, comment="")
    joining = list(tenant.directory.recipients(new))
    add_copies(tenant, meeting, [one for one in joining if one.id not in meeting.copies], now, {})
    send_request(tenant, meeting, new)


def change_own(
    tenant: Tenant, event: Event, content: Mapping[str, Any], timing: Timing | None,
    day: date | None,
) -> None:  # fmt: skip
    """Change one copy alone: an attendee's own, or what is private to the organiser's."""
    if day is None:
        event.own.update(content)
        if timing is not None:
            calendar = tenant.mailbox_of(tenant.directory.users[event.owner]).calendar
            calendar.retime(event, event.timing)
            event.own_timing = timing
        return
    changed = event.changed.setdefault(day, Changed())
    changed.fields.update(content)
    if timing is not None:
        changed.starts, changed.ends = timing.first.starts, timing.first.ends


def cancel(tenant: Tenant, meeting: Meeting, day: date | None, comment: str) -> None:
    """Cancel as the organiser: gone there; attendees keep it, cancelled and free, and get a mail.

    Exchange's Calendar Attendant marks attendees' copies and leaves it to them to remove them.
    """
    now = tenant.now_text()
    organizer = meeting.organizer_id or ""
    subject = meeting.seen(day).value("subject") or ""
    marked = {"isCancelled": True, "subject": _CANCELLED + subject.removeprefix(_CANCELLED)}
    copies = [(owner, copy) for owner, copy in meeting.copies.items() if owner != organizer]
    if day is None:
        meeting.fields = {**meeting.fields, **marked}
        meeting.cancelled_at = now
    elif meeting.is_meeting:
        meeting.cancelled[day] = now
        meeting.changed.setdefault(day, Changed()).fields.update(marked)
    for owner, copy in copies:
        if day is not None and day in copy.gone:
            continue
        own = copy.own if day is None else copy.changed.setdefault(day, Changed()).fields
        own["showAs"] = "free"
        tenant.mailbox_of(tenant.directory.users[owner]).calendar.touch(copy, now, day)
    send_cancellation(tenant, meeting, others(meeting), day=day, comment=comment)
    mine = meeting.copies.get(organizer)
    if mine is not None:
        calendar = tenant.mailbox_of(tenant.directory.users[organizer]).calendar
        if day is None:
            calendar.remove(mine)
        else:
            calendar.remove_day(mine, day, now)


def timing_of(one: Instance) -> Timing:
    """Return when an instance is, as if it stood alone; a master or single keeps its own."""
    timing = one.event.timing
    if one.day is None:
        return timing
    start = timing.wall(one.starts)
    return Timing(
        start=start, length=timing.wall(one.ends) - start, zone_name=timing.zone_name,
        all_day=timing.all_day,
    )  # fmt: skip
