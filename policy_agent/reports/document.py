"""A report as it is told, before it has a format: sections of sentences, tables and charts.

Every format is made of this and of nothing else, so the same figure is the same in each. Nothing in
it is secret: what may not be told has become `Hidden` before it came here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy_agent.domain.blocks import Hidden


class Unit(StrEnum):
    """What a column's values are, and so how each format writes them."""

    TEXT = "text"
    COUNT = "count"  # a whole number
    SHARE = "share"  # 0 to 1, written in per cent
    NUMBER = "number"  # with one digit after the point


# None: there is nothing to tell, which is written as a dash with a reason in the table's notes.
Value = int | float | str | Hidden | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column of a table."""

    key: str  # a short name without spaces: the head of a CSV's column
    title: str  # as people read it; names the unit where it is not plain, «Mails held (copies)»
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of a table; the first value is its head."""

    values: tuple[Value, ...]  # as many as the table has columns
    mark: str = ""  # said beside the head, such as «with a bank holiday»; empty: nothing
    total: bool = False  # it sums the rows above


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table; its key names its files and its sheet."""

    key: str  # lower case with hyphens, unique in the report, at most 31 characters
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()  # what to know when reading it, a sentence each


class Draws(StrEnum):
    """How a chart draws its table."""

    BARS = "bars"  # a bar a row and column, side by side
    STACKED = "stacked"  # a bar a row, the columns on top of each other
    LINES = "lines"  # a line a column, along the rows


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """One chart. It draws columns of a table that stands beside it: it has no figures of its own.

    A hidden value is drawn as a gap, and the table says why. Rows with `total` are not drawn; a
    row's mark is drawn too, as a sign that the legend explains.
    """

    table: str  # key of a table in the same section
    title: str
    draws: Draws
    columns: tuple[str, ...]  # keys of the table's columns
    unit: str  # of the value axis, such as «copies of mails»
    along: str  # of the other axis, such as «month»


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of a report, with a heading of its own."""

    key: str  # lower case with hyphens: the anchor of the heading
    title: str
    paragraphs: tuple[str, ...] = ()  # plain English, first what matters most
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()


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
