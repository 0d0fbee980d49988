"""Meetings by day of the week: whether they moved to Tuesday and Thursday.

Days are compared as meetings a day, since no two months have the same number of each.
"""

from collections.abc import Mapping

from policy_agent.domain.blocks import Hidden
from policy_agent.domain.measures import SeriesKey
from policy_agent.domain.months import ClosedMonth
from policy_agent.reports.document import Column, Row, Table, Unit, Value
from policy_agent.reports.glance import compared
from policy_agent.reports.month_tables import Figure, months_table, with_figures
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import month_name, per_cent
from policy_agent.reports.told import rate, step

_DAYS: Mapping[str, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_WORKING = ("mon", "tue", "wed", "thu", "fri")


def _a_day(month: ClosedMonth | None, day: str) -> Value:
    series = None if month is None else month.one_series(SeriesKey.MEETING_DAYS)
    meetings, days = step(series, day, "meetings"), step(series, day, "days")
    return None if meetings is None or days is None else rate(meetings, days)


def days_table(run: Run) -> Table:
    series = run.month.one_series(SeriesKey.MEETING_DAYS)
    before = run.before
    rows = [
        Row(
            values=(
                name,
                step(series, day, "meetings"),
                step(series, day, "days"),
                _a_day(run.month, day),
                *(() if before is None else (_a_day(before, day),)),
            )
        )
        for day, name in _DAYS.items()
        if step(series, day, "meetings") is not None
    ]
    columns: tuple[Column, ...] = (
        Column(key="day", title="Day", unit=Unit.TEXT),
        Column(key="meetings", title="Meetings"),
        Column(key="days", title="Working days"),
        Column(key="a-day", title=f"A day in {run.month.month:%B}", unit=Unit.NUMBER),
    )
    if before is not None:
        title = f"A day in {month_name(before.month, run.month.month)}"
        columns = (*columns, Column(key="a-day-before", title=title, unit=Unit.NUMBER))
    dashes = any(value is None for row in rows for value in row.values)
    return Table(
        key="meeting-days",
        title="Meetings by day of the week",
        columns=columns,
        rows=tuple(rows),
        notes=(
            "Meetings that began in the month. Working days: how many such days the month had.",
            *(
                ("A dash: the month had no such working day, or did not count it.",)
                if dashes
                else ()
            ),
        ),
    )


def days_by_month(run: Run) -> tuple[Table, ...]:
    def figure(day: str) -> Figure:
        return Figure(
            key=day,
            title=_DAYS[day],
            unit=Unit.NUMBER,
            of=lambda month: _a_day(month, day),
        )

    table = months_table(
        run,
        key="meeting-days-months",
        title="Meetings a day, by day of the week and month",
        figures=(
            *(figure(day) for day in _WORKING),
            Figure(
                key="tue-thu-share",
                title="Share of Tuesday and Thursday",
                unit=Unit.SHARE,
                of=_tuesday_and_thursday,
            ),
        ),
        notes=("Share: of a week that has each day from Monday to Friday once.",),
    )
    return with_figures(table)


def _tuesday_and_thursday(month: ClosedMonth) -> Value:
    """Return their share of a week that has each working day once; None: a day is not known."""
    rates = {day: _a_day(month, day) for day in _WORKING}
    numbers = {day: one for day, one in rates.items() if isinstance(one, float)}
    if len(numbers) < len(_WORKING):
        return Hidden.WITHHELD if any(isinstance(one, Hidden) for one in rates.values()) else None
    all_days = sum(numbers.values())
    return (numbers["tue"] + numbers["thu"]) / all_days if all_days else None


def moved_days(run: Run) -> str:
    now = _tuesday_and_thursday(run.month)
    if not isinstance(now, float):
        return "How meetings lie over the week cannot be told this month."
    then = None if run.before is None else _tuesday_and_thursday(run.before)
    said = f"Tuesdays and Thursdays had {per_cent(now)} of a week's meetings"
    return f"{said}{compared(run, now, then)}."
