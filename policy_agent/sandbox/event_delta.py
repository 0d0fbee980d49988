"""What has changed in a calendar's span since a link was given out (A/event-delta, FACTS 2).

Occurrences come bare, with id, type, seriesMasterId, start and end only (docs issue 7632); the
rest is in their master, which comes in the same round. What has left the span, or been deleted,
comes as `@removed`, now and then for what was never in it.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calendar_views import read_window
from policy_agent.sandbox.calendars import Calendar, EventEntry
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.event_answers import Show, reader
from policy_agent.sandbox.event_calls import CALENDARS, LISTS, mailbox_of
from policy_agent.sandbox.events import Event
from policy_agent.sandbox.links import FIRST, check_link, pack, page_size, unpack
from policy_agent.sandbox.refusals import bad_request
from policy_agent.sandbox.tenant import Tenant

routes = Routes()
_OPTIONS = frozenset({"startDateTime", "endDateTime", "$top", "$skiptoken", "$deltatoken"})
_BARE = ("@odata.etag", "id", "type", "seriesMasterId", "start", "end")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    since: int  # the last change that the client had seen before this round
    began: int  # the last change when this round began; -1 before its first page
    at: int  # the change that this round has come to
    within: int  # a change of which only some items are shown yet
    inside: int  # how many of them
    given: int  # number of the link, for `expire_delta`
    start: str  # of the window
    end: str
    top: str


@routes.add("GET", *(f"{calendar}/calendarView/delta" for calendar in CALENDARS))
def calendar_view_delta(tenant: Tenant, call: Call) -> Answer:
    mailbox = mailbox_of(tenant, call)
    calendar = mailbox.calendar
    token = _start(call)
    check_link(tenant, token.given)
    if token.began < 0:
        token = dataclasses.replace(token, began=calendar.count)
    window = read_window(
        dataclasses.replace(call, query={"startDateTime": token.start, "endDateTime": token.end})
    )
    show = reader(dataclasses.replace(call, query={}))
    size = page_size(call, token.top)
    items: list[dict[str, Any]] = []
    at, within, inside, more = token.at, token.within, token.inside, False
    if tenant.faults.happens(tenant.faults.empty_delta_pages):
        size, more = 0, True
    for entry in _news(calendar, token) if size else ():
        found = list(_items(entry, token, window, show, immutable=call.immutable))
        if entry.at == token.within:
            found = found[token.inside :]
        room = size - len(items)
        items += found[:room]
        if len(found) > room:
            inside = room + (token.inside if entry.at == token.within else 0)
            within, more = entry.at, True
            break
        at = entry.at
    tenant.links_given += 1
    following = (
        dataclasses.replace(token, at=at, within=within, inside=inside)
        if more
        else dataclasses.replace(
            token, since=calendar.count, began=-1, at=calendar.count, within=-1, inside=0
        )
    )
    following = dataclasses.replace(following, given=tenant.links_given)
    name, option = ("nextLink", "$skiptoken") if more else ("deltaLink", "$deltatoken")
    path = f"/users/{mailbox.owner}/calendarView/delta"
    bare = dataclasses.replace(call, path=path, query={})
    return Answer(
        body={
            "@odata.context": f"{call.base}/$metadata#Collection(microsoft.graph.event)",
            "value": items,
            f"@odata.{name}": odata.link(bare, **{option: pack(following)}),
        }
    )


@routes.add("GET", *(f"{events}/delta" for events in LISTS))
def event_list_delta(_tenant: Tenant, _call: Call) -> Answer:
    raise bad_request("Change tracking of events is by calendarView.", code="ErrorInvalidRequest")


def _start(call: Call) -> _Token:
    text = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if text == "latest":
        raise bad_request("$deltatoken=latest is not supported.", code="ErrorInvalidUrlQuery")
    if text:
        return unpack(_Token, text)
    for name in call.query:
        if name not in _OPTIONS:
            raise bad_request(
                f"The query parameter '{name}' is not supported in change tracking.",
                code="ErrorInvalidUrlQuery",
            )
    read_window(call)
    return _Token(
        since=0, began=-1, at=0, within=-1, inside=0, given=FIRST,
        start=call.query["startDateTime"], end=call.query["endDateTime"],
        top=call.query.get("$top", ""),
    )  # fmt: skip


def _news(calendar: Calendar, token: _Token) -> Iterator[EventEntry]:
    """Yield what has happened since, oldest first."""
    found = []
    for entry in reversed(calendar.log.values()):
        if entry.at <= token.at:
            break
        found.append(entry)
    return reversed(found)


def _items(
    entry: EventEntry,
    token: _Token,
    window: tuple[datetime, datetime],
    show: Show,
    *,
    immutable: bool,
) -> Iterator[dict[str, Any]]:
    event = entry.event
    # what came and changed again while the pages of a round were read may have been shown
    is_known = entry.entered <= token.since or entry.at > token.began
    if entry.removed:
        if is_known:
            yield _removed(event, None, immutable=immutable)
            for day in _days(event, window):
                yield _removed(event, day, immutable=immutable)
        return
    there = event.instances(*window)
    if not event.is_series:
        if there:
            yield show(there[0])
    elif there and (whole := event.instance()) is not None:
        yield show(whole)
        yield from (_bare(show(one)) if one.kind == "occurrence" else show(one) for one in there)
    if not is_known:
        return
    if not there:
        yield _removed(event, None, immutable=immutable)
    here = {one.day for one in there}
    for day in sorted(_left(event, token.since, window) - here):
        yield _removed(event, day, immutable=immutable)


def _left(event: Event, since: int, window: tuple[datetime, datetime]) -> set[date]:
    """Return the days of occurrences that the client may know and that are no longer there."""
    left = {day for day, at in event.gone.items() if at > since}
    left |= {
        day
        for day, changed in [*event.meeting.changed.items(), *event.changed.items()]
        if changed.starts is not None
    }
    for until, timing in event.former:
        if until > since and timing.recurrence is not None:
            left |= {span.day for span in timing.between(*window)}
    return left


def _days(event: Event, window: tuple[datetime, datetime]) -> list[date]:
    return [one.day for one in event.instances(*window) if one.day is not None]


def _removed(event: Event, day: date | None, *, immutable: bool) -> dict[str, Any]:
    return {"id": event.id(day, immutable=immutable), "@removed": {"reason": "deleted"}}


def _bare(shown: dict[str, Any]) -> dict[str, Any]:
    return {"@odata.type": "#microsoft.graph.event", **{name: shown[name] for name in _BARE}}
