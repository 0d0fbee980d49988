"""Calendars, with their holiday lists read."""

from datetime import date

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.where import Where
from policy_agent.holidays.read import HolidayProblem, read_calendar
from policy_agent.holidays.source import HolidayList
from policy_agent.rulebook.draft import Draft, value_at
from policy_agent.rulebook.files import UnreadableError, read_inside
from policy_agent.rulebook.problems import quoted
from policy_agent.rulebook.sections import Placed
from policy_agent.rulebook.shapes import CalendarShape, DayOffShape
from policy_agent.rulebook.shaping import Shaped

# Of all .ics files together: some fifty years of bank holidays, half a second's reading at worst.
MOST_ICS_BYTES = 128 * 1024


def add_calendars(draft: Draft) -> None:
    """Add every calendar without a problem; what needs another one is not checked further."""
    read: dict[str, HolidayList | None] = {}
    for placed in draft.sections.entries["calendars"]:
        before = len(draft.problems)
        shaped = draft.shaped(CalendarShape, placed)
        if shaped is None:
            continue
        calendar = _calendar(draft, placed, shaped, read)
        if len(draft.problems) == before:
            draft.calendars[placed.name] = calendar


def _calendar(
    draft: Draft,
    placed: Placed,
    shaped: Shaped[CalendarShape],
    read: dict[str, HolidayList | None],
) -> Calendar:
    written = shaped.shape
    if written.working_hours is not None and written.working_hours[0] >= written.working_hours[1]:
        draft.say(
            value_at(shaped.node, "working_hours"),
            "working_hours: the start is not before the end; write for example 08:30-17:30",
        )
    days: dict[date, str] = {}
    ends: list[date] = []
    for number, holiday in enumerate(written.holidays):
        if isinstance(holiday, DayOffShape):
            days[holiday.date] = holiday.name
            continue
        where = value_at(shaped.node, "holidays", number)
        found = _list(draft, holiday, where, read)
        if found is not None:
            days = {**found.days, **days}
            if found.known_until is not None:
                ends.append(found.known_until)
    return Calendar(
        name=placed.name,
        zone=written.timezone,
        working_days=written.working_days,
        working_hours=written.working_hours,
        holidays=days,
        known_until=min(ends, default=None),
        where=placed.where,
    )


def _list(
    draft: Draft, name: str, where: Where, read: dict[str, HolidayList | None]
) -> HolidayList | None:
    if not name.lower().endswith(".ics"):
        try:
            return draft.holidays.division(name)
        except KeyError:
            return None  # said already, by its name
    if name not in read:
        read[name] = None
        try:
            read[name] = _from_file(draft, name)
        except (UnreadableError, HolidayProblem) as problem:
            draft.say(where, f"holidays: the calendar file {quoted(name)} is not used: {problem}")
    return read[name]


def _from_file(draft: Draft, name: str) -> HolidayList:
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/"):
        raise UnreadableError("it leads out of the rules folder; put it there and name it by that")
    path = draft.files.root / name
    text = read_inside(draft.files.root, path)
    before = sum(len(t) for name, t in draft.files.texts.items() if name.lower().endswith(".ics"))
    if before + len(text) > MOST_ICS_BYTES:
        raise UnreadableError(
            f"all .ics files together may have {MOST_ICS_BYTES:,} bytes; use less"
        )
    draft.files.texts[draft.files.name(path)] = text  # part of the hash: it decides as well
    return read_calendar(text, name)
