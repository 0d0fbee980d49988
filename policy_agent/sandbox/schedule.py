"""`getSchedule`: when people are busy, without their events (A/calendar-getschedule).

Limits are those of C/outlook-get-free-busy-schedule as FACTS section 7 has them; error codes and
texts are those of Exchange's availability service.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.people import Group, User
from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.settings import settings_of
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.zones import preferred_zone, read_time, show_time

routes = Routes()
_PARAMETERS = frozenset(["schedules", "starttime", "endtime", "availabilityviewinterval"])
_MOST_MAILBOXES = 20
_MOST_DAYS = 42  # a newer copy of the page says 62; whoever keeps to 42 is right by both
_MOST_ITEMS = 1000
_SHORTEST, _LONGEST, _DEFAULT = 5, 1440, 30  # minutes of a slot
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
# Working elsewhere is shown as free (R/scheduleinformation; microsoft-graph-docs issue 17869).
_DIGITS = {"unknown": 0, "workingElsewhere": 0, "tentative": 1, "busy": 2, "oof": 3}


class Busy(NamedTuple):
    """A stretch of time that somebody's calendar shows as taken."""

    starts: datetime  # UTC
    ends: datetime
    show_as: str
    private: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    schedules: Sequence[str]
    starts: datetime  # UTC
    ends: datetime
    slot: timedelta
    zone_name: str  # that answers are in


@routes.add("POST", "/users/{}/calendar/getSchedule")
def get_schedule(tenant: Tenant, call: Call) -> Answer:
    tenant.mailbox(call.params[0])
    asked = _read(call)
    found = [_find(tenant, address) for address in asked.schedules]
    mailboxes = sum(max(1, len(users)) for _, users in found)
    if mailboxes > _MOST_MAILBOXES:
        raise bad_request(
            "There are too many target users in the EmailAddress array. The allowed size = "
            f"{_MOST_MAILBOXES}; the actual size = {mailboxes}.",
            code="ErrorMailboxDataArrayTooBig",
        )
    context = f"{call.base}/$metadata#Collection(microsoft.graph.scheduleInformation)"
    value = [
        _information(tenant, asked, address, who, users)
        for address, (who, users) in zip(asked.schedules, found, strict=True)
    ]
    return Answer(body={"@odata.context": context, "value": value})


def busy_spans(tenant: Tenant, user: User, starts: datetime, ends: datetime) -> Iterator[Busy]:
    """Yield what overlaps a half-open span of somebody's calendar and takes up their time.

    Free, declined and cancelled events do not.
    """
    for span in tenant.mailbox_of(user).calendar.spans(starts, ends):
        busy = Busy(*span)
        if busy.show_as != "free":
            yield busy


def _find(tenant: Tenant, address: str) -> tuple[User | Group | None, list[User]]:
    """Return who has an address, and whose mailboxes it stands for."""
    if "@" not in address:  # ids and names are no SMTP addresses
        return None, []
    user, group = tenant.directory.find_user(address), tenant.directory.find_group(address)
    if user is not None:
        has_mailbox = user.address.lower() not in tenant.faults.unlicensed
        return (user if has_mailbox else None), [user]
    if group is not None:
        members = tenant.directory.all_members(group)
        return group, [member for member in members if isinstance(member, User)]
    return None, []


def _information(
    tenant: Tenant, asked: _Asked, address: str, who: User | Group | None, users: list[User]
) -> dict[str, Any]:
    """Answer one schedule; a list has its members' availability in one view, and no items."""
    if who is None:
        return _error(
            address,
            "5009",
            f"Unable to resolve e-mail address {address} to an Active Directory object.",
        )
    busy: list[Busy] = []
    for user in users:
        own = list(busy_spans(tenant, user, asked.starts, asked.ends))
        if len(own) > _MOST_ITEMS:
            return _error(
                address,
                "5006",
                "The result set contains too many calendar entries. The allowed size = "
                f"{_MOST_ITEMS}; the actual size = {len(own)}.",
            )
        busy += own
    found: dict[str, Any] = {
        "scheduleId": address,
        "availabilityView": _view(asked, busy),
        "scheduleItems": [],
    }
    if isinstance(who, User):
        found["scheduleItems"] = [_item(asked, one) for one in sorted(busy)]
        found["workingHours"] = settings_of(tenant.mailbox_of(who))["workingHours"]
    return found


def _item(asked: _Asked, busy: Busy) -> dict[str, Any]:
    """Show an item without subject and place, which calendars do not share unless told to.

    `isPrivate` comes only with what is not: the page has it so.
    """
    shown: dict[str, Any] = {} if busy.private else {"isPrivate": False}
    return {
        **shown,
        "status": busy.show_as,
        "start": show_time(busy.starts, asked.zone_name),
        "end": show_time(busy.ends, asked.zone_name),
    }


def _view(asked: _Asked, busy: Iterable[Busy]) -> str:
    """Return a digit for each slot: the strongest status of what overlaps it."""
    slots = [0] * math.ceil((asked.ends - asked.starts) / asked.slot)
    for one in busy:
        first = max(0, (one.starts - asked.starts) // asked.slot)
        last = math.ceil((min(one.ends, asked.ends) - asked.starts) / asked.slot)
        for place in range(first, last):
            slots[place] = max(slots[place], _DIGITS[one.show_as])
    return "".join(map(str, slots))


def _error(address: str, code: str, message: str) -> dict[str, Any]:
    return {"scheduleId": address, "error": {"message": message, "responseCode": code}}


def _read(call: Call) -> _Asked:
    given = {name.lower(): value for name, value in call.json().items()}
    if unknown := sorted(given.keys() - _PARAMETERS):
        raise bad_request(f"The parameter '{unknown[0]}' is not one of getSchedule's.")
    schedules = given.get("schedules")
    if not isinstance(schedules, list) or not all(isinstance(one, str) for one in schedules):
        raise bad_request("'schedules' must be a list of addresses.")
    if not schedules:
        raise bad_request("The MailboxData array is empty.", code="ErrorMailboxDataArrayEmpty")
    starts = read_time(given.get("starttime"), "startTime").astimezone(UTC)
    ends = read_time(given.get("endtime"), "endTime").astimezone(UTC)
    if ends <= starts:
        raise bad_request(
            "The time duration specified for FreeBusyViewOptions.TimeWindow is invalid.",
            code="ErrorInvalidTimeInterval",
        )
    if ends - starts >= _MOST_DAYS * _DAY:
        raise bad_request(
            "The requested time duration specified for FreeBusyViewOptions.TimeWindow is too "
            f"long. The allowed limit = {_MOST_DAYS} days; the actual limit = "
            f"{math.ceil((ends - starts) / _DAY)} days.",
            code="ErrorTimeIntervalTooBig",
        )
    return _Asked(
        schedules=schedules,
        starts=starts,
        ends=ends,
        slot=_slot(given.get("availabilityviewinterval", _DEFAULT), ends - starts),
        zone_name=preferred_zone(call.preferences),
    )


def _slot(minutes: Any, window: timedelta) -> timedelta:
    if minutes is None:  # microsoft-graph-docs issue 4494
        raise GraphError(500, "ErrorInternalServerError", "An internal server error occurred.")
    if not isinstance(minutes, int) or isinstance(minutes, bool):
        raise bad_request("'availabilityViewInterval' must be a whole number of minutes.")
    if not _SHORTEST <= minutes <= _LONGEST or minutes * _MINUTE > window:
        raise bad_request(
            "The specified merged free/busy interval is not valid. Specify an interval that is "
            f"less than the free/busy time window and  between {_SHORTEST} and {_LONGEST} minutes.",
            code="ErrorInvalidMergedFreeBusyInterval",
        )
    return minutes * _MINUTE
