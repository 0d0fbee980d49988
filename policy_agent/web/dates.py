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


def organisation_zone(rulebook: Rulebook) -> ZoneInfo:
    """Return the zone in which pages show times: that of the rulebook's first calendar."""
    zones = (calendar.zone for calendar in rulebook.calendars.values())
    return next(zones, ZoneInfo("Europe/London"))


def length(lasts: timedelta) -> str:
    """Return how long something lasts, to the minute: 1 hour 15 minutes."""
    hours, minutes = divmod(max(0, lasts // timedelta(minutes=1)), 60)
    told = [_counted(hours, "hour")] if hours else []
    if minutes or not hours:
        told.append(_counted(minutes, "minute"))
    return " ".join(told)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
