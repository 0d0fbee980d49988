"""`policy-agent report`: the monthly report, a team's page or the annual review, as files."""

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NoReturn

import click

from policy_agent.cli.output import FIRST_YEAR, LAST_YEAR, PROBLEMS, MonthParam
from policy_agent.cli.stores import opened, store_option
from policy_agent.domain.kept_figures import Period
from policy_agent.reports.document import Report, ReportProblem
from policy_agent.reports.formats import Format, save
from policy_agent.store.store import Store

FORMATS = [one.value for one in Format]


@click.command()
@click.option("--month", type=MonthParam(), help="A closed month, such as 2026-10; else the last.")
@click.option("--year", type=click.IntRange(FIRST_YEAR, LAST_YEAR),
              help="The annual review of that year, as far as its months are closed.")  # fmt: skip
@click.option("--team", help="Only that team's own page of the month.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("reports"),
              show_default=True, help="The folder that the files are written into.")  # fmt: skip
@click.option("--format", "formats", type=click.Choice(FORMATS), multiple=True,
              help="Only this format; may be given more than once.")  # fmt: skip
@click.option("--list", "listing", is_flag=True, help="Only say which months are closed.")
@store_option
def report(
    *,
    month: Period | None,
    year: int | None,
    team: str | None,
    out: Path,
    formats: tuple[str, ...],
    listing: bool,
    store_url: str | None,
) -> None:
    """Write a report of closed months: as a page, as PDF, as CSV and as a spreadsheet.

    The daemon closes a month on the first working day after it, and keeps what may be told of it.
    So a month's report says the same whenever it is made. Figures of fewer than ten people are not
    in it, nor any from which such a figure could be worked out.
    """
    if year is not None and (month is not None or team is not None):
        raise click.UsageError("--year goes with neither --month nor --team")
    with opened(store_url) as store:
        closed = store.closed_list()
        if listing:
            _list(closed)
            return
        if not closed:
            _end("No month is closed yet. The daemon closes one on the first working day after it.")
        made = _made(store, closed, month, year, team)
    click.echo("\n".join(made.summary))
    try:
        files = save(made, out, [Format(name) for name in formats] or list(Format))
    except (OSError, ReportProblem) as broken:
        _end(f"{out}: {broken}")
    for file in files:
        click.echo(str(file))


def _made(
    store: Store, closed: Sequence[date], month: Period | None, year: int | None, team: str | None
) -> Report:
    # The composers bring statistics along, which `--help` and `--list` need not wait for.
    from policy_agent.reports.making import annual_of, monthly_of, team_page_of  # noqa: PLC0415

    known = f"closed are {', '.join(f'{one:%Y-%m}' for one in sorted(closed))}"
    if year is not None:
        return annual_of(store, year) or _end(f"No month of {year} is closed; {known}.")
    wanted = closed[0] if month is None else month.first
    if wanted not in closed:
        _end(f"{wanted:%Y-%m} is not closed; {known}.")
    if team is None:
        return monthly_of(store, wanted) or _end(f"{wanted:%Y-%m} is not closed; {known}.")
    found = team_page_of(store, wanted, team)
    if found is None:
        month_told = store.closed_month(wanted)
        teams = ", ".join(one.name for one in month_told.teams) if month_told else ""
        return _end(f"{team} was no team in {wanted:%Y-%m}; there were: {teams or 'none'}")
    return found


def _list(closed: Sequence[date]) -> None:
    for month in sorted(closed):
        click.echo(f"{month:%Y-%m}")
    if not closed:
        click.echo("No month is closed yet.")


def _end(problem: str) -> NoReturn:
    click.echo(problem, err=True)
    sys.exit(PROBLEMS)
