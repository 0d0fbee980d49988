"""An event as Graph's JSON, by `$select`, `$expand` and `Prefer`.

A calendar view of thousands of calendars is made here, so what the occurrences of one series share
is put together once a page, and nothing is copied deeply.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calls import Call
from policy_agent.sandbox.clock import graph_time
from policy_agent.sandbox.event_properties import PROPERTIES
from policy_agent.sandbox.events import Event, Instance
from policy_agent.sandbox.extended import NAME, expand, listed, read_expand
from policy_agent.sandbox.zones import preferred_zone, show_time, show_wall

Show = Callable[[Instance], dict[str, Any]]
# Made for each occurrence, not taken from what the copies store.
_MADE = frozenset(
    ["id", "start", "end", "iCalUId", "type", "seriesMasterId", "occurrenceId", "originalStart",
     "recurrence", "isAllDay", "cancelledOccurrences"]
)  # fmt: skip
_ORIGIN = frozenset(["occurrenceId", "originalStart"])  # of occurrences and exceptions only


def reader(call: Call, *, context: str | None = None) -> Show:
    """Return what turns an event into Graph's JSON."""
    select = odata.read_select(call, PROPERTIES, "event")
    expanded = read_expand(call)
    zone_name = preferred_zone(call.preferences)
    made = _MADE - {"cancelledOccurrences"} if select is None else _MADE.intersection(select)
    plain = None if select is None else [name for name in select if name not in _MADE]
    immutable = call.immutable
    bases: dict[Event, dict[str, Any]] = {}

    def base(event: Event) -> dict[str, Any]:
        shown: dict[str, Any] = {} if context is None else {"@odata.context": context}
        shown["@odata.etag"] = shown["id"] = ""
        fields, own = event.meeting.fields, event.own
        if plain is None:
            shown.update(fields)
            shown.update(own)
        else:
            for name in plain:
                if name in own:
                    shown[name] = own[name]
                elif name in fields:
                    shown[name] = fields[name]
        if "isAllDay" in made:
            shown["isAllDay"] = event.timing.all_day
        bases[event] = shown
        return shown

    def render(one: Instance) -> dict[str, Any]:
        event, day = one.event, one.day
        shown = (bases.get(event) or base(event)).copy()
        for changed in reversed(list(event.changes(day))):
            fields = changed.fields
            shown.update(fields if plain is None else {n: fields[n] for n in plain if n in fields})
        shown["@odata.etag"] = f'W/"{event.value("changeKey", day)}"'
        shown["id"] = event.id(day, immutable=immutable)
        _put_made(shown, one, made, zone_name, immutable=immutable)
        if expanded:
            expand(shown, expanded, one.extended())
        return shown

    return render


def _put_made(
    shown: dict[str, Any], one: Instance, made: frozenset[str], zone_name: str, *, immutable: bool
) -> None:
    event, day = one.event, one.day
    if "start" in made:
        shown["start"] = start_of(one, zone_name)
    if "end" in made:
        shown["end"] = end_of(one, zone_name)
    if "iCalUId" in made:
        shown["iCalUId"] = event.meeting.uid(day)
    if "type" in made:
        shown["type"] = one.kind
    if "seriesMasterId" in made:
        shown["seriesMasterId"] = None if day is None else event.id(immutable=immutable)
    if "recurrence" in made:
        shown["recurrence"] = event.timing.recurrence if day is None else None
    if day is not None and _ORIGIN & made:
        if "occurrenceId" in made:
            shown["occurrenceId"] = occurrence_name(event, day, immutable=immutable)
        if "originalStart" in made:
            span = event.timing.occurrence(day)
            shown["originalStart"] = graph_time(span.starts if span else one.starts)
    if "cancelledOccurrences" in made and day is None and event.is_series:
        shown["cancelledOccurrences"] = [
            occurrence_name(event, gone, immutable=immutable) for gone in sorted(event.gone)
        ]


def occurrence_name(event: Event, day: date, *, immutable: bool) -> str:
    """Return the `occurrenceId`, which comes on the wire and is in no schema (metadata 827)."""
    return f"OID.{event.id(immutable=immutable)}.{day.isoformat()}"


def start_of(one: Instance, zone_name: str) -> dict[str, Any]:
    """Return the start in a zone; of all-day events the date, at midnight in whichever zone.

    An all-day event is a date and no instant: Exchange gives it at midnight of the zone asked for.
    """
    if one.event.timing.all_day:
        return {"dateTime": show_wall(one.event.timing.wall(one.starts)), "timeZone": zone_name}
    return _shown(one.starts, zone_name)


def end_of(one: Instance, zone_name: str) -> dict[str, Any]:
    """Return the end as `start_of` the start."""
    if one.event.timing.all_day:
        return {"dateTime": show_wall(one.event.timing.wall(one.ends)), "timeZone": zone_name}
    return _shown(one.ends, zone_name)


@lru_cache(maxsize=65536)
def _shown(instant: datetime, zone_name: str) -> dict[str, Any]:
    return show_time(instant, zone_name)


def getter(one: Instance, *, immutable: bool, zone_name: str) -> odata.Getter:
    """Return what `$filter` and `$orderby` see of an event."""

    def get(path: str) -> Any:
        name = path.partition("/")[0]
        if name == NAME:
            return listed(one.extended())
        if name in _MADE:
            shown: dict[str, Any] = {}
            _put_made(shown, one, frozenset([name]), zone_name, immutable=immutable)
            if name == "id":
                return one.id(immutable=immutable)
            if name == "isAllDay":
                return one.event.timing.all_day
            return odata.dig(shown, path)
        found: Mapping[str, Any] = {name: one.value(name)}
        return odata.dig(found, path)

    return get
