"""A report as it is told, before it has a format: sections of sentences, tables and charts.

Every format is made of this and of nothing else, so the same figure is the same in each. Nothing in
it is secret: what may not be told has become `Hidden` before it came here. A report whose parts do
not fit together is refused as it is made, with what is wrong.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy_agent.domain.blocks import Hidden

LONGEST_KEY = 31  # characters of a table's key: it names a sheet, and Excel takes no more
MOST_DRAWN = 6  # columns in one chart: more cannot be told apart in black and white
MOST_HEADLINES = 4  # figures at the top of a page
_KEY = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*")  # as names of the rulebook are
_RESERVED = "history"  # the one name that Excel gives no sheet


class ReportProblem(Exception):
    """A report that cannot be made; the text says what is wrong, where, and what would be right."""


class Unit(StrEnum):
    """What a column's values are, and so how each format writes them."""

    TEXT = "text"
    COUNT = "count"  # a whole number
    SHARE = "share"  # 0 to 1, written in per cent
    NUMBER = "number"  # with one digit after the point


# None: there is nothing to tell, which is written as a dash that the table's notes explain.
Value = int | float | str | Hidden | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    key: str  # letters, digits and hyphens: the head of a CSV's column
    title: str  # as people read it; names the unit where it is not plain, «Mails held (copies)»
    unit: Unit = Unit.COUNT

    def __post_init__(self) -> None:
        _check_key("column", self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a table; the first value is its head."""

    values: tuple[Value, ...]  # as many as the table has columns
    mark: str = ""  # said beside the head, such as «with a bank holiday»; empty: nothing
    total: bool = False  # it sums the rows above


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table; its key names its files and its sheet."""

    key: str  # letters, digits and hyphens, unique in the report, at most 31 characters
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()  # what to know when reading it, a sentence each

    def __post_init__(self) -> None:
        _check_key("table", self.key)
        if len(self.key) > LONGEST_KEY or self.key.lower() == _RESERVED:
            raise ReportProblem(
                f"table {self.key}: its key cannot name a sheet; take one of at most {LONGEST_KEY} "
                f"characters other than {_RESERVED}"
            )
        if not self.columns:
            raise ReportProblem(f"table {self.key}: it has no column; give it at least one")
        _check_once(f"table {self.key}: the column", (column.key for column in self.columns))
        # Excel takes two heads that differ in case alone for the same.
        _check_once(
            f"table {self.key}: the column title",
            (column.title.strip().lower() for column in self.columns),
        )
        for number, row in enumerate(self.rows, start=1):
            if len(row.values) != len(self.columns):
                raise ReportProblem(
                    f"table {self.key}, row {number}: it has {len(row.values)} values; it needs "
                    f"{len(self.columns)}, one a column"
                )
            if any(isinstance(value, float) and not math.isfinite(value) for value in row.values):
                raise ReportProblem(
                    f"table {self.key}, row {number}: a value is no number; use None where there "
                    "is nothing to tell"
                )

    def place(self, column: str) -> int:
        """Return where the column of that key stands; ReportProblem where there is none."""
        for place, found in enumerate(self.columns):
            if found.key == column:
                return place
        raise ReportProblem(
            f"table {self.key}: it has no column {column}; it has "
            + ", ".join(found.key for found in self.columns)
        )


class Draws(StrEnum):
    """How a chart draws its table."""

    BARS = "bars"  # a bar a row and column, side by side
    STACKED = "stacked"  # a bar a row, the columns on top of each other
    LINES = "lines"  # a line a column, along the rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """One chart. It draws columns of a table that stands beside it: it has no figures of its own.

    A hidden value is drawn as a gap with a sign, and the table says why. Rows with `total` are not
    drawn; a row's mark is drawn too, as a sign that the legend explains.
    """

    table: str  # key of a table in the same section
    title: str
    draws: Draws
    columns: tuple[str, ...]  # keys of the table's columns, at most 6
    unit: str  # of the value axis, such as «copies of mails»
    along: str  # of the other axis, such as «month»

    def __post_init__(self) -> None:
        if not 1 <= len(self.columns) <= MOST_DRAWN:
            raise ReportProblem(
                f"chart of table {self.table}: it draws {len(self.columns)} columns; take 1 to "
                f"{MOST_DRAWN}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Headline:
    """One figure to see first. Like a chart it has none of its own: it shows a cell of a table."""

    table: str  # key of a table of the report
    row: int  # counted from 0; -1: the last, which is the total where there is one
    column: str  # key of the table's column
    words: str  # what it counts, in lower case: «mails waited for the next working morning»


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of a report, with a heading of its own."""

    key: str  # letters, digits and hyphens: the anchor of the heading
    title: str
    paragraphs: tuple[str, ...] = ()  # plain English, first what matters most
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()

    def __post_init__(self) -> None:
        _check_key("section", self.key)
        tables = {table.key: table for table in self.tables}
        for chart in self.charts:
            if chart.table not in tables:
                raise ReportProblem(
                    f"section {self.key}: its chart draws table {chart.table}, which is not in it; "
                    "put the table beside the chart"
                )
            table = tables[chart.table]
            units = {table.columns[table.place(column)].unit for column in chart.columns}
            if len(units) > 1 or Unit.TEXT in units:
                raise ReportProblem(
                    f"section {self.key}: its chart of table {chart.table} draws "
                    f"{' and '.join(sorted(units))}; take columns of one unit that has figures"
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A whole report: of a month, of a year, or the page of one team."""

    key: str  # names its files, such as `2026-10`, `2026-10-practitioners`, `2026`
    title: str
    organisation: str
    period: str  # such as «October 2026»
    made: datetime  # aware, in the organisation's zone
    summary: tuple[str, ...]  # the page's first words, a sentence each
    sections: tuple[Section, ...]
    fewest: int  # people behind a figure, at least
    one_side: bool = False  # it has to fit on one side of A4
    headlines: tuple[Headline, ...] = ()  # at most 4

    def __post_init__(self) -> None:
        _check_key("report", self.key)
        if self.made.utcoffset() is None:
            raise ReportProblem(f"report {self.key}: `made` has no zone; hand in an aware time")
        _check_once(f"report {self.key}: the section", (part.key for part in self.sections))
        _check_once(f"report {self.key}: the table", (table.key.lower() for table in self.tables))
        if len(self.headlines) > MOST_HEADLINES:
            raise ReportProblem(
                f"report {self.key}: it has {len(self.headlines)} headlines; take at most "
                f"{MOST_HEADLINES}"
            )
        for headline in self.headlines:
            self.value(headline)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return every table, in the order of the page."""
        return tuple(table for section in self.sections for table in section.tables)

    def value(self, headline: Headline) -> tuple[Value, Unit]:
        """Return what the headline shows; ReportProblem where there is no such cell."""
        for table in self.tables:
            if table.key == headline.table and -len(table.rows) <= headline.row < len(table.rows):
                place = table.place(headline.column)
                return table.rows[headline.row].values[place], table.columns[place].unit
        raise ReportProblem(
            f"report {self.key}: a headline shows row {headline.row} of table {headline.table}, "
            "which is not in it; name a row and a table of the report"
        )


def _check_key(what: str, key: str) -> None:
    if _KEY.fullmatch(key) is None:
        raise ReportProblem(
            f"{what} {key!r}: it is no key; use letters and digits, with single hyphens or "
            "underscores between them"
        )


def _check_once(what: str, keys: Iterable[str]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise ReportProblem(f"{what} {key} is there {times} times; give each its own name")
