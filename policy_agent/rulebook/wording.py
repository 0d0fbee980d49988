"""Words of a rulebook read back: windows, teams, lengths and days, as people say them."""

from collections.abc import Sequence
from datetime import date, timedelta

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.walltime import MIDNIGHT
from policy_agent.domain.windows import Window
from policy_agent.rulebook.problems import listed

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEK = 7


def read_window(window: Window) -> str:
    """Return when a window comes round, as the beginning of a sentence in lower case."""
    if window.time is None:
        said = _whole_days(window)
    else:
        start, end = window.time
        wraps = end <= start and end != MIDNIGHT
        until = "midnight" if end == MIDNIGHT else f"{end:%H:%M}"
        said = f"{_on(window)} from {start:%H:%M} to {until}{' of the next day' if wraps else ''}"
    if window.every_weeks > 1 and window.starting is not None:
        return f"{said}, every {window.every_weeks} weeks from {day_in_words(window.starting)} on"
    if window.starting is not None:
        return f"{said} from {day_in_words(window.starting)} on"
    return said


def _whole_days(window: Window) -> str:
    """Say when a window of whole days is; a stretch of days off by its two midnights."""
    calendar = window.calendar
    if window.days == "non-working":
        off = _stretch(frozenset(range(_WEEK)) - calendar.working_days)
        if off is not None:
            before, last = _DAYS[off[0] - 1], _DAYS[off[1]]
            holidays = " and all day on holidays" if calendar.holidays else ""
            return f"from {before} midnight to {last} midnight{holidays}"
    return f"all day {_on(window)}"


def _on(window: Window) -> str:
    calendar = window.calendar
    match window.days:
        case "all":
            return "every day"
        case "working":
            but = " but holidays" if calendar.holidays else ""
            return f"on working days ({weekdays_in_words(calendar.working_days)}{but})"
        case "non-working":
            return f"on {_days_off(calendar)}"
        case days if len(days) == _WEEK:
            return "every day"
        case days:
            return f"on {weekdays_in_words(days, plural=True)}"


def _days_off(calendar: Calendar) -> str:
    off = frozenset(range(_WEEK)) - calendar.working_days
    said = [f"{_DAYS[day]}s" for day in sorted(off)]
    said += ["holidays"] if calendar.holidays else []
    return listed(said, "and") or "days off, of which there are none"


def weekdays_in_words(days: frozenset[int], *, plural: bool = False) -> str:
    """Return «Monday to Friday» for a stretch of three days or more, and a list otherwise."""
    ending = "s" if plural else ""
    if len(days) == _WEEK:
        return f"Monday{ending} to Sunday{ending}"
    stretch = _stretch(days)
    if stretch is not None and len(days) > 2:  # noqa: PLR2004  two days are named both
        return f"{_DAYS[stretch[0]]}{ending} to {_DAYS[stretch[1]]}{ending}"
    return listed([f"{_DAYS[day]}{ending}" for day in sorted(days)], "and")


def _stretch(days: frozenset[int]) -> tuple[int, int] | None:
    """Return first and last of days that follow each other, also over the week's end."""
    starts = [day for day in sorted(days) if (day - 1) % _WEEK not in days]
    if len(starts) != 1:
        return None
    return starts[0], (starts[0] + len(days) - 1) % _WEEK


def teams_in_words(teams: frozenset[str]) -> str:
    named = listed(sorted(teams))
    return named if len(teams) == 1 else f"people in {named}"


def length_in_words(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes % 60:
        return counted(minutes, "minute", "minutes")
    hours = minutes // 60
    if hours > 24 and hours % 24 == 0:  # noqa: PLR2004  a day is told by its hours
        return counted(hours // 24, "day", "days")
    return counted(hours, "hour", "hours")


def any_of(said: Sequence[str]) -> str:
    """Join with commas: there may be an «or» inside each."""
    return f"{', '.join(said[:-1])}, or {said[-1]}" if len(said) > 1 else said[0]


def day_in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many}"
