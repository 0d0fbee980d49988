"""What calendars say of a meeting."""

from datetime import date, timedelta

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.walltime import as_instant

_DAY = timedelta(days=1)


def days_of(meeting: MeetingFacts, calendar: Calendar) -> tuple[date, ...]:
    """Return the days on the calendar's wall that the meeting has a moment on."""
    first = meeting.starts.astimezone(calendar.zone).date()
    ends = as_instant(meeting.ends)
    if as_instant(meeting.starts) < ends:
        ends -= timedelta.resolution  # half-open: midnight belongs to the day before
    last = ends.astimezone(calendar.zone).date()
    return tuple(first + number * _DAY for number in range((last - first).days + 1))
