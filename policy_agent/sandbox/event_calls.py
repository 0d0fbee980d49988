"""Events: list, create, read, change and delete them (R/event, A/event-*, A/user-post-events)."""

from collections.abc import Sequence
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.event_answers import getter, reader
from policy_agent.sandbox.event_properties import OWN, PROPERTIES, read_event, read_timing
from policy_agent.sandbox.events import Changed, Instance
from policy_agent.sandbox.extended import read_extended
from policy_agent.sandbox.mailboxes import Mailbox
from policy_agent.sandbox.meetings import Booking, book, cancel, change, change_own, timing_of
from policy_agent.sandbox.refusals import GraphError, bad_request, not_found
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.zones import preferred_zone

routes = Routes()
CALENDARS = ("/users/{}", "/users/{}/calendar", "/users/{}/calendars/{}")
LISTS = tuple(f"{calendar}/events" for calendar in CALENDARS)
ITEMS = tuple(f"{events}/{{}}" for events in LISTS)
_FILTERED = PROPERTIES - {"attachments", "extensions", "instances", "calendar"}


def mailbox_of(tenant: Tenant, call: Call, *, keys: int = 0) -> Mailbox:
    """Return the mailbox of a path whose last `keys` parameters are not of the calendar."""
    mailbox = tenant.mailbox(call.params[0])
    if len(call.params) > 1 + keys and call.params[1] != mailbox.calendar.id:
        raise not_found("The specified calendar could not be found in the store.")
    return mailbox


def locate(tenant: Tenant, call: Call) -> tuple[Mailbox, Instance]:
    """Return the event that the path names, and its mailbox."""
    mailbox = mailbox_of(tenant, call, keys=1)
    return mailbox, mailbox.calendar.find(call.params[-1])


def chosen(call: Call, found: Sequence[Instance]) -> Sequence[Instance]:
    """Return the events that `$filter` lets through, in the order of `$orderby`."""
    if "$search" in call.query:
        raise bad_request("The sandbox tenant has no $search.", code="ErrorInvalidRequest")
    zone_name = preferred_zone(call.preferences)

    def seen(one: Instance) -> odata.Getter:
        return getter(one, immutable=call.immutable, zone_name=zone_name)

    if text := call.query.get("$filter"):
        matches = odata.read_filter(text, _FILTERED).matches
        found = [one for one in found if matches(seen(one))]
    order = odata.read_order(call, PROPERTIES)
    if not order:
        return found
    ordered = list(found)
    for name, descending in reversed(order):
        if name in {"start", "start/dateTime"}:  # no need to write it first
            ordered.sort(key=lambda one: one.starts, reverse=descending)
        else:
            ordered.sort(
                key=lambda one, name=name: odata.sortable(seen(one)(name)),  # type: ignore[misc]
                reverse=descending,
            )
    return ordered


def context(mailbox: Mailbox, path: str) -> str:
    return f"users('{mailbox.owner}')/{path}"


@routes.add("GET", *LISTS)
def list_events(tenant: Tenant, call: Call) -> Answer:
    mailbox = mailbox_of(tenant, call)
    found = [one for event in mailbox.calendar.events() if (one := event.instance()) is not None]
    found.sort(key=lambda one: one.starts, reverse=True)
    return odata.page(call, chosen(call, found), reader(call), context=context(mailbox, "events"))


@routes.add("POST", *LISTS)
def create_event(tenant: Tenant, call: Call) -> Answer:
    mailbox = mailbox_of(tenant, call)
    given = call.json()
    transaction = given.get("transactionId")
    if transaction is not None and not isinstance(transaction, str):
        raise bad_request("transactionId must be a string.", code="RequestBodyRead")
    # what the repeat answers is not documented (FACTS section 7): the event that is there
    made = mailbox.calendar.made_by(transaction) if transaction else None
    if made is None:
        content, timing = read_event(given), read_timing(given, None)
        extended = read_extended(given)
        tenant.check_room(mailbox)
        owner = tenant.directory.users[mailbox.owner]
        booking = Booking(
            organizer=owner.address, content=content, timing=timing, transaction=transaction,
            extended=extended,
        )  # fmt: skip
        meeting = book(tenant, booking)
        made = meeting.copies[mailbox.owner]
    return shown(call, mailbox, made.instance(), status=201)


@routes.add("GET", *ITEMS)
def get_event(tenant: Tenant, call: Call) -> Answer:
    mailbox, one = locate(tenant, call)
    return shown(call, mailbox, one, status=200)


@routes.add("PATCH", *ITEMS)
def patch_event(tenant: Tenant, call: Call) -> Answer:
    mailbox, one = locate(tenant, call)
    check_match(call, one)
    apply(tenant, one, call.json())
    return shown(call, mailbox, mailbox.calendar.find(call.params[-1]), status=200)


def apply(tenant: Tenant, one: Instance, given: dict[str, Any]) -> None:
    """Change an event as the person whose calendar it is in.

    The organiser's changes reach everybody's copy, an attendee's stay in the own one.
    """
    event, day = one.event, one.day
    if day is not None and given.get("recurrence") is not None:
        raise bad_request("An occurrence has no recurrence.", code="ErrorInvalidPropertySet")
    content = read_event(given)
    extended = read_extended(given)
    times = {name: value for name, value in given.items() if day is None or name != "recurrence"}
    former = timing_of(one)
    asked = read_timing(times, former)
    timing = None if asked.same(former) else asked
    is_mine = event.own["isOrganizer"]
    private = {n: v for n, v in content.items() if not is_mine or n in OWN}
    shared = {n: v for n, v in content.items() if n not in private}
    if private or (timing is not None and not is_mine):
        change_own(tenant, event, private, None if is_mine else timing, day)
    if extended:
        found = event.extended if day is None else event.changed.setdefault(day, Changed()).extended
        found.update(extended)
    if is_mine and (shared or timing is not None):
        change(tenant, event.meeting, shared, timing, day)
    else:
        calendar = tenant.mailbox_of(tenant.directory.users[event.owner]).calendar
        calendar.touch(event, tenant.now_text(), day)


@routes.add("DELETE", *ITEMS)
def delete_event(tenant: Tenant, call: Call) -> Answer:
    _, one = locate(tenant, call)
    check_match(call, one)
    delete(tenant, one)
    return Answer(status=204)


def delete(tenant: Tenant, one: Instance) -> None:
    """Delete an event: of a meeting the organiser so cancels it, without words of one's own.

    An attendee's copy goes, and the organiser hears nothing of it.
    """
    event, day = one.event, one.day
    if event.own["isOrganizer"]:
        cancel(tenant, event.meeting, day, "")
        return
    calendar = tenant.mailbox_of(tenant.directory.users[event.owner]).calendar
    if day is None:
        calendar.remove(event)
    else:
        calendar.remove_day(event, day, tenant.now_text())


def check_match(call: Call, one: Instance) -> None:
    """Refuse a change on an outdated `If-Match`."""
    wanted = call.headers.get("if-match", "*")
    if wanted not in {"*", f'W/"{one.value("changeKey")}"'}:
        raise GraphError(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed "
            "in the request does not match the current change key for the item.",
        )


def shown(call: Call, mailbox: Mailbox, one: Instance | None, *, status: int) -> Answer:
    """Answer one event."""
    if one is None:
        raise not_found("The specified object was not found in the store.")
    whole = f"{call.base}/$metadata#{context(mailbox, 'events')}/$entity"
    return Answer(status=status, body=reader(call, context=whole)(one))
