"""What a wall clock shows, as an instant."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MIDNIGHT = time()


def attach(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the moment at which the zone's wall clock shows `at` on `day`, aware in the zone.

    A wall time that does not exist moves forward by the gap: 01:30 on the night the clocks go
    forward in London is 02:30. Where a whole day was skipped that lands on the next day. A wall
    time that comes twice is the first. The end of a day, 24:00, is the next day's 00:00.
    """
    if at.tzinfo is not None:
        raise ValueError(f"a wall clock's time has no zone of its own, got {at!r}")
    # fold=0 asks for the offset before the change, which is all of the rule: there and back moves
    # a time inside a gap forward, and leaves every other as it is (PEP 495).
    wall = datetime.combine(day, at, tzinfo=zone).replace(fold=0)
    return wall.astimezone(UTC).astimezone(zone)


def as_instant(moment: datetime) -> datetime:
    """Return an aware moment in UTC, where comparing and subtracting mean what they say.

    Python compares two moments of one zone by their wall clocks, which is wrong for the hour that
    comes twice. A naive moment is a ValueError: nobody can know when it was.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a zone, got the naive {moment!r}")
    return moment.astimezone(UTC)


def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone of that name; None where it has none or this machine does not know it."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is an OSError
        return None
