"""Dates and times as people read them, in the style of GOV.UK: Tuesday 26 May 2026 at 08:30."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


def day(moment: datetime | date, zone: ZoneInfo) -> str:
    """Return the day of an aware instant in that zone, or of a date."""
    local = moment.astimezone(zone) if isinstance(moment, datetime) else moment
    return f"{local:%A} {local.day} {local:%B %Y}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return the time of day of an aware instant in that zone."""
    return f"{moment.astimezone(zone):%H:%M}"


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{day(moment, zone)} at {clock(moment, zone)}"


def length(span: timedelta) -> str:
    """Return how long that is, to about one part in twenty: 45 seconds, 3 hours, 12 days."""
    seconds = max(int(span.total_seconds()), 0)
    for name, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return counted(seconds // size, name)
    return counted(seconds // 60, "minute") if seconds >= 60 else counted(seconds, "second")  # noqa: PLR2004


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the word for it: 1 mail, 2 mails."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
