"""Dates and times as people read them, in the style of GOV.UK: Tuesday 26 May 2026 at 08:30."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.rules import Rulebook


def day(moment: datetime | date, zone: ZoneInfo) -> str:
    """Return the day of an aware instant in that zone, or of a date."""
    local = moment.astimezone(zone) if isinstance(moment, datetime) else moment
    return f"{local:%A} {local.day} {local:%B %Y}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return the time of day of an aware instant in that zone."""
    return f"{moment.astimezone(zone):%H:%M}"


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{day(moment, zone)} at {clock(moment, zone)}"


def short(moment: datetime, zone: ZoneInfo) -> str:
    """Return day and time for the cell of a wide table: Tue 26 May 2026, 08:30."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M}"


def roughly(span: timedelta) -> str:
    """Return how long that is, in the largest unit of which it has two: 110 seconds, 3 hours."""
    seconds = max(int(span.total_seconds()), 0)
    for name, size in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return counted(seconds // size, name)
    return counted(seconds // 60, "minute") if seconds >= 60 else counted(seconds, "second")  # noqa: PLR2004


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with the word for it: 1 mail, 2 mails."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def organisation_zone(rulebook: Rulebook) -> ZoneInfo:
    """Return the zone in which pages show times: that of the rulebook's first calendar."""
    zones = (calendar.zone for calendar in rulebook.calendars.values())
    return next(zones, ZoneInfo("Europe/London"))


def length(lasts: timedelta) -> str:
    """Return how long something lasts, to the minute: 1 hour 15 minutes."""
    hours, minutes = divmod(max(0, lasts // timedelta(minutes=1)), 60)
    told = [counted(hours, "hour")] if hours else []
    if minutes or not hours:
        told.append(counted(minutes, "minute"))
    return " ".join(told)
