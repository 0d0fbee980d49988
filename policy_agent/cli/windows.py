"""`policy-agent windows`: when each window comes round, so that nobody argues which Wednesday."""

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from policy_agent.cli.output import (
    OK,
    PROBLEMS,
    DayParam,
    console,
    format_option,
    print_json,
    print_table,
    rules_argument,
    today,
)
from policy_agent.cli.refusals import print_refused
from policy_agent.domain.windows import Window
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.coming import Coming, coming
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError

_MOST_WEEKS = 520


@click.command()
@rules_argument
@format_option()
@click.option(
    "--weeks",
    type=click.IntRange(1, _MOST_WEEKS),
    default=12,
    show_default=True,
    help="How many weeks to look ahead.",
)
@click.option(
    "--from", "first", type=DayParam(), help="The first day to look at; today if not given."
)
def windows(*, rules: Path, output_format: str, weeks: int, first: date | None) -> None:
    """Print when each window comes round, with holidays marked.

    RULES is a folder or a file, `rules` if not given. A day that a holiday takes away from a window
    is in the table too. Times are the wall clock of the window's calendar.
    """
    try:
        rulebook = load(rules, SHIPPED)
    except RulebookError as refused:
        print_refused(refused, output_format, rules)
        sys.exit(PROBLEMS)
    begin = first or today()
    found = [(window, list(coming(window, begin, weeks))) for window in rulebook.windows.values()]
    end = begin + timedelta(weeks=weeks, days=-1)
    if output_format == "json":
        print_json(
            {
                "from": begin,
                "to": end,
                "windows": [_as_json(window, days) for window, days in found],
            }
        )
    else:
        out = console()
        for window, days in found:
            _print_window(out, window, days, end)
    sys.exit(OK)


def _print_window(out: Console, window: Window, days: list[Coming], end: date) -> None:
    zone = window.calendar.zone.key
    print_table(
        out,
        ("starts", "ends", "holiday"),
        [_row(day) for day in days],
        title=f"{window.name} ({window.where}, {zone})",
    )
    if not days:
        out.print("It does not come round in this time.")
    known = window.calendar.known_until
    if known is not None and known < end:
        out.print(f"Holidays are known until {_said(known)} only.")
    out.print()


def _row(day: Coming) -> tuple[str, str, str]:
    if day.starts is None or day.ends is None:
        return _said(day.day), "not on this day", day.holiday or ""
    return _moment(day.starts), _moment(day.ends), day.holiday or ""


def _moment(at: datetime) -> str:
    return f"{_said(at.date())} {at:%H:%M}"


def _said(day: date) -> str:
    return f"{day:%a} {day.day:>2} {day:%b %Y}"


def _as_json(window: Window, days: list[Coming]) -> dict[str, Any]:
    return {
        "name": window.name,
        "calendar": window.calendar.name,
        "timezone": window.calendar.zone.key,
        "where": window.where,
        "holidays_known_until": window.calendar.known_until,
        "occurrences": [
            {"day": day.day, "starts": day.starts, "ends": day.ends, "holiday": day.holiday}
            for day in days
            if day.starts is not None
        ],
        "holidays_in_its_place": [
            {"day": day.day, "holiday": day.holiday} for day in days if day.starts is None
        ],
    }
