"""What all commands share: formats, exit statuses, and output that is plain but on a terminal.

Exit status 0: ok; 1: problems were found; 2: wrong use, which click says by itself. Text is for
people, JSON for programs: the keys of its objects stay what they are.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from policy_agent.clock import machine_now
from policy_agent.domain.kept_figures import Period, month_of

OK, PROBLEMS, WRONG_USE = 0, 1, 2

FIRST_YEAR, LAST_YEAR = 2000, 2100

FORMATS = ("text", "json")
_Command = TypeVar("_Command", bound=Callable[..., Any])
_GAP = "  "  # between the columns of a plain table


def format_option(*more: str) -> Callable[[_Command], _Command]:
    """Return the decorator for `--format`; the command gets it as `output_format`.

    `more` are formats that only this command knows, such as `github`.
    """
    return click.option(
        "--format",
        "output_format",
        type=click.Choice([*FORMATS, *more]),
        default="text",
        show_default=True,
        help="text is for people, json for programs.",
    )


def rules_argument(command: _Command) -> _Command:
    """Give a command the argument RULES, as `rules`: a folder or one file that is there."""
    return click.argument(
        "rules",
        type=click.Path(exists=True, path_type=Path),
        default=Path("rules"),
        envvar="POLICY_AGENT_RULES",
    )(command)


class DayParam(click.ParamType[date]):
    """A day such as 2026-05-23, within the years that a rulebook may speak of."""

    name = "DATE"

    def convert(
        self, value: str | date, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-05-23", param, ctx)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.fail(f"{day} is not from {FIRST_YEAR} to {LAST_YEAR}", param, ctx)
        return day


class MonthParam(click.ParamType[Period]):
    """A month such as 2026-10, within the years that a rulebook may speak of."""

    name = "MONTH"

    def convert(
        self, value: str | Period, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        if isinstance(value, Period):
            return value
        try:
            first = date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is not a month such as 2026-10", param, ctx)
        if not FIRST_YEAR <= first.year <= LAST_YEAR:
            self.fail(f"{value} is not from {FIRST_YEAR} to {LAST_YEAR}", param, ctx)
        return month_of(first)


def today() -> date:
    """Return the day it is now, in UTC: what an option for a day falls back to."""
    return machine_now().date()


def print_json(value: Any) -> None:
    """Print a value as JSON; dataclasses are objects, days and times ISO 8601, sets sorted."""
    escaped = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    click.echo(json.dumps(value, indent=2, ensure_ascii=escaped, default=_plain))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: getattr(value, field.name)
            for field in fields(value)
            if not field.name.startswith("_")
        }
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def console(*, err: bool = False) -> Console:
    """Return where text goes: with colours on a terminal, plain and unbroken lines elsewhere.

    Nothing in a text is taken for markup: a rule may say [URGENT].
    """
    stream: TextIO = sys.stderr if err else sys.stdout
    terminal = stream.isatty()
    return Console(
        file=stream,
        force_terminal=terminal,
        no_color=None if terminal else True,
        soft_wrap=not terminal,
        markup=False,
        emoji=False,
        highlight=False,
    )


def print_table(
    out: Console, columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = ""
) -> None:
    """Print a table: drawn on a terminal, aligned columns elsewhere."""
    texts = [[str(cell) for cell in row] for row in rows]
    if out.is_terminal:
        table = Table(title=title or None, title_justify="left", title_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in texts:
            table.add_row(*row)
        out.print(table)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *texts, strict=True)]
    if title:
        out.print(title)
    for row in ([*columns], *texts):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        out.print(_GAP.join(padded).rstrip())


@contextmanager
def long_work(what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how far long work has come, on a terminal only; call what it yields with each step.

    It goes to the error stream, so that output can be piped meanwhile.
    """
    out = console(err=True)
    if not out.is_terminal:
        yield lambda _steps: None
        return
    with Progress(console=out, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda steps: progress.advance(task, steps)
