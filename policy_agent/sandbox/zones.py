"""Time zones by their Windows and IANA names, and Graph's `dateTimeTimeZone`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from policy_agent.sandbox.refusals import GraphError, bad_request

_FIRST_YEAR, _LAST_YEAR = 1601, 4500  # those that Outlook's calendar knows (MS-OXOCAL)
_WINDOWS = {name.lower(): olson for name, olson in WINDOWS_TO_OLSON.items()}
_TO_WINDOWS = {olson: name for name, olson in WINDOWS_TO_OLSON.items()}
# Zones that Outlook names though nobody else can look them up; times with them come in UTC.
_UNDEFINED = frozenset(
    ["tzone://microsoft/custom", "tzone://microsoft/utc", "customized time zone"]
)


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the zone with this Windows name, whatever its case, or IANA name; 400 if none has it.

    The `tzone://Microsoft/Custom` of events booked in a zone of somebody's own counts as UTC: its
    rules are not in the name.
    """
    key = name.strip().lower()
    if key in _UNDEFINED:
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(_WINDOWS.get(key, name.strip()))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # the last: a directory of zones
        raise GraphError(
            400,
            "TimeZoneNotSupportedException",
            "A valid TimeZone value must be specified. The following TimeZone value is not "
            f"supported: '{name}'.",
        ) from None


def windows_name(name: str) -> str:
    """Return the Windows name of a zone, or the given name where Windows has none for it."""
    return _TO_WINDOWS.get(zone(name).key, name)


def preferred_zone(preferences: Mapping[str, str]) -> str:
    """Return the zone that `Prefer: outlook.timezone` asks answers in, spelled as asked."""
    name = preferences.get("outlook.timezone") or "UTC"
    zone(name)
    return name


def instant_of(day: date, at: time, within: ZoneInfo) -> datetime:
    """Return the instant, in UTC, at which a zone's wall clock shows this day and time.

    A wall time that a clock change leaves out is as far behind the change as the clocks move, so
    02:30 becomes 03:30; one that comes twice is the first (PEP 495, fold 0).
    """
    return datetime.combine(day, at.replace(fold=0), within).astimezone(UTC)


def read_time(value: object, where: str) -> datetime:
    """Read a `dateTimeTimeZone`: the wall time in its zone, with that zone as its tzinfo.

    Its `timeZone` is UTC if it is left out. An offset in `dateTime` is refused: what it would
    mean beside a `timeZone` is nowhere documented.
    """
    if not isinstance(value, Mapping) or not isinstance(value.get("dateTime"), str):
        raise bad_request(
            f"were unable to deserialize : '{where}' must be a dateTimeTimeZone.",
            code="UnableToDeserializePostBody",
        )
    name = value.get("timeZone")
    if name is not None and not isinstance(name, str):
        raise bad_request(
            f"were unable to deserialize : '{where}.timeZone' must be a name.",
            code="UnableToDeserializePostBody",
        )
    try:
        wall = datetime.fromisoformat(value["dateTime"])
    except ValueError:
        wall = None
    if wall is None or wall.tzinfo is not None or not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        raise bad_request(
            f"were unable to deserialize : '{where}.dateTime' must be like 2026-05-26T12:30:00, "
            f"without an offset, in a year from {_FIRST_YEAR} to {_LAST_YEAR}.",
            code="UnableToDeserializePostBody",
        )
    return wall.replace(tzinfo=zone("UTC" if name is None else name))


def show_time(instant: datetime, name: str) -> dict[str, Any]:
    """Return an instant as a `dateTimeTimeZone` in the zone of this name."""
    return {"dateTime": show_wall(instant.astimezone(zone(name))), "timeZone": name}


def show_wall(wall: datetime) -> str:
    """Spell a wall time as Graph does: seven digits of a second, no offset."""
    return wall.replace(tzinfo=None).isoformat(timespec="microseconds") + "0"
