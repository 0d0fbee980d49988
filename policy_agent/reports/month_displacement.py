"""The monthly report's section on displacement: whether what a rule keeps away only moved."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.measures import SeriesKey
from policy_agent.domain.months import ClosedMonth, after
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.reports.document import Chart, Draws, Section, Table
from policy_agent.reports.mail_hours import hours_table, late_by_month, moved_hours
from policy_agent.reports.meeting_days import days_by_month, days_table, moved_days
from policy_agent.reports.month_tables import drawn
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import day_name


def displacement_section(run: Run) -> Section:
    """Return the section: meetings by day of the week, mail by hour."""
    tables: list[Table] = []
    charts: list[Chart] = []
    said: list[str] = []
    if run.month.one_series(SeriesKey.MEETING_DAYS) is not None:
        days = days_table(run)
        tables += [days, *days_by_month(run)]
        said.append(moved_days(run))
        charts += drawn(
            days,
            "Meetings a day, by day of the week",
            ("a-day", "a-day-before"),
            draws=Draws.BARS,
            unit="meetings a day",
            along="day of the week",
        )
    if run.month.one_series(SeriesKey.MAIL_HOURS) is not None:
        hours = hours_table(run)
        tables += [hours, *late_by_month(run)]
        said.append(moved_hours(run))
        charts += drawn(
            hours,
            "Mail outside all windows, by hour of the day",
            ("copies", "copies-before"),
            draws=Draws.LINES,
            unit="copies",
            along="hour",
        )
    if not tables:
        said.append("Neither meetings by day nor mail by hour were counted this month.")
    return Section(
        key="displacement",
        title="Did meetings or mail only move?",
        paragraphs=(
            "A quiet day is no gain if its meetings land on the next one.",
            *said,
            *_clocks(run.month),
        ),
        tables=tuple(tables),
        charts=tuple(charts),
    )


def _clocks(month: ClosedMonth) -> tuple[str, ...]:
    """Say on which day of the month the clocks changed; empty: on none."""
    zone = ZoneInfo(month.zone)
    day, end = month.month, after(month.month)
    found = []
    while day < end:
        begins = as_instant(attach(day, MIDNIGHT, zone))
        ends = as_instant(attach(day + timedelta(days=1), MIDNIGHT, zone))
        if ends - begins != timedelta(days=1):
            found.append(day)
        day += timedelta(days=1)
    return tuple(
        f"The clocks changed on {day_name(day)}; hours are those of the clock on the wall."
        for day in found
    )
