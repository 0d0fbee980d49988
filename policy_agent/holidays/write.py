"""A holiday list to iCalendar text, for a list that no feed serves as it is."""

from datetime import UTC, datetime, time, timedelta

from icalendar import Calendar, Event

from policy_agent.holidays.source import HolidayList


def write_calendar(holidays: HolidayList) -> str:
    """Return the list as iCalendar text that `read_calendar` reads back as the same days.

    The same list gives the same text: each UID and DTSTAMP comes from its day. A name with a
    backslash may come back changed: icalendar takes it for an escape.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//policy-agent//holidays//EN")
    calendar.add("VERSION", "2.0")
    for day, name in holidays.days.items():
        event = Event()
        event.add("UID", f"{holidays.name}-{day.isoformat()}@policy-agent.invalid")
        event.add("DTSTAMP", datetime.combine(day, time(), tzinfo=UTC))
        event.add("DTSTART", day)
        event.add("DTEND", day + timedelta(days=1))
        event.add("SUMMARY", name)
        calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()
