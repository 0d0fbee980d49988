"""Windows of the calendars."""

from policy_agent.domain.windows import Window
from policy_agent.rulebook.draft import Draft, value_at
from policy_agent.rulebook.shapes import WindowShape
from policy_agent.rulebook.shaping import Shaped


def add_windows(draft: Draft) -> None:
    """Add every window that can be made; its calendar must have been."""
    for placed in draft.sections.entries["windows"]:
        shaped = draft.shaped(WindowShape, placed)
        if shaped is None or not _makes_sense(draft, shaped) or not shaped.whole:
            continue
        written = shaped.shape
        calendar = draft.calendars.get(written.calendar)
        if calendar is None:
            continue  # said already
        window = Window(
            name=placed.name,
            calendar=calendar,
            days=written.days,
            time=written.time,
            every_weeks=written.every or 1,
            starting=written.starting,
            where=placed.where,
        )
        first = written.starting
        if first is not None and next(window.occurrences(first, first), None) is None:
            draft.say(
                value_at(shaped.node, "starting"),
                f"starting: {calendar.describe(first)} is not a day of this window; write the first"
                " day on which it comes round",
            )
        else:
            draft.windows[placed.name] = window


def _makes_sense(draft: Draft, shaped: Shaped[WindowShape]) -> bool:
    written, before = shaped.shape, len(draft.problems)
    if written.time is not None and written.time[0] == written.time[1]:
        draft.say(
            value_at(shaped.node, "time"),
            "time: it ends when it begins; write two times that differ, or leave `time` out for the"
            " whole day",
        )
    if written.every is not None and written.starting is None and "starting" not in shaped.spared:
        draft.say(
            value_at(shaped.node, "every"),
            "every: weeks are counted from a day; add starting: and the first day, such as"
            " 2026-01-07",
        )
    if written.starting is not None and written.every is None and "every" not in shaped.spared:
        draft.say(
            value_at(shaped.node, "starting"),
            "starting: it is only for windows that come every few weeks; add every: 2 weeks, or"
            " take it away",
        )
    return len(draft.problems) == before
