"""Calendars, and views of them over a span (A/user-list-calendarview, A/event-list-instances)."""

from datetime import datetime, timedelta
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.event_answers import reader
from policy_agent.sandbox.event_calls import CALENDARS, ITEMS, chosen, context, locate, mailbox_of
from policy_agent.sandbox.mailboxes import Mailbox
from policy_agent.sandbox.refusals import bad_request
from policy_agent.sandbox.tenant import Tenant

routes = Routes()
_LONGEST = timedelta(days=1825)  # a view is at most five years long
_CALENDAR = frozenset(
    ["id", "name", "color", "hexColor", "isDefaultCalendar", "changeKey", "canShare",
     "canViewPrivateItems", "canEdit", "allowedOnlineMeetingProviders",
     "defaultOnlineMeetingProvider", "isTallyingResponses", "isRemovable", "owner",
     "calendarPermissions", "calendarView", "events", "multiValueExtendedProperties",
     "singleValueExtendedProperties"]
)  # fmt: skip


@routes.add("GET", *(f"{calendar}/calendarView" for calendar in CALENDARS))
def calendar_view(tenant: Tenant, call: Call) -> Answer:
    mailbox = mailbox_of(tenant, call)
    found = chosen(call, mailbox.calendar.view(*read_window(call)))
    return odata.page(call, found, reader(call), context=context(mailbox, "calendarView"))


@routes.add("GET", *(f"{item}/instances" for item in ITEMS))
def list_instances(tenant: Tenant, call: Call) -> Answer:
    mailbox, one = locate(tenant, call)
    window = read_window(call)
    if one.day is not None or not one.event.is_series:
        raise bad_request(
            "The requested item is not the master of a series.", code="ErrorInvalidRequest"
        )
    found = sorted(one.event.instances(*window), key=lambda each: each.starts)
    return odata.page(call, chosen(call, found), reader(call), context=context(mailbox, "events"))


@routes.add("GET", "/users/{}/calendars")
def list_calendars(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    select = odata.read_select(call, _CALENDAR, "calendar")

    def render(shown: dict[str, Any]) -> dict[str, Any]:
        return {n: v for n, v in shown.items() if select is None or n in select or n == "id"}

    return odata.page(call, [_show(tenant, mailbox)], render, context=context(mailbox, "calendars"))


@routes.add("GET", "/users/{}/calendar", "/users/{}/calendars/{}")
def get_calendar(tenant: Tenant, call: Call) -> Answer:
    mailbox = mailbox_of(tenant, call)
    select = odata.read_select(call, _CALENDAR, "calendar")
    whole = {
        name: value
        for name, value in _show(tenant, mailbox).items()
        if select is None or name in select or name == "id"
    }
    path = f"{call.base}/$metadata#{context(mailbox, 'calendars')}/$entity"
    return Answer(body={"@odata.context": path, **whole})


def read_window(call: Call) -> tuple[datetime, datetime]:
    """Return the span that a view asks for; without an offset it is UTC, whatever `Prefer` says."""
    given = call.query.get("startDateTime"), call.query.get("endDateTime")
    if not given[0] or not given[1]:
        raise bad_request(
            "This request requires a time window specified by the query string parameters "
            "StartDateTime and EndDateTime.",
            code="ErrorInvalidParameter",
        )
    starts, ends = (odata.instant(text.replace(" ", "+")) for text in given if text)
    if ends < starts:
        raise bad_request(
            "The end of the time window is before its start.", code="ErrorInvalidParameter"
        )
    if ends - starts > _LONGEST:
        raise bad_request(
            "The requested time duration specified for calendar view is too long.",
            code="ErrorCalendarViewRangeTooBig",
        )
    return starts, ends


def _show(tenant: Tenant, mailbox: Mailbox) -> dict[str, Any]:
    owner = tenant.directory.users[mailbox.owner]
    return {
        "id": mailbox.calendar.id,
        "name": "Calendar",
        "color": "auto",
        "hexColor": "",
        "isDefaultCalendar": True,
        "changeKey": "CQAAABYAAAD",
        "canShare": True,
        "canViewPrivateItems": True,
        "canEdit": True,
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
        "isTallyingResponses": True,
        "isRemovable": False,
        "owner": {"name": owner.display_name, "address": owner.address},
    }
