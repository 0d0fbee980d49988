"""Months: what is counted of one, and what of that is kept for every report of it.

A month is closed once, on the first working day after it. What may be told of it then is frozen as
a `ClosedMonth`, and every report of it, in any format and however much later, is made of that
alone: its numbers never change, and what is not in there cannot be worked out from it.

A month is a month of days of the organisation's zone, that of its first calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy_agent.domain.blocks import Block, PublishedBlock, Told

CHANGED = "changed"  # in place of a mode: it was not the same all month
MODES_OF_A_MONTH = frozenset({"off", "observe", "nudge", "enforce", CHANGED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """Figures of the whole organisation along something, such as weeks or hours of the day.

    One with `of` divides that block's columns: as told, and only where they are told.
    """

    key: str  # such as `mail-weeks:weekend-email`
    of: str = ""  # key of the block; empty: it has nothing to do with teams
    columns: tuple[str, ...]
    rows: tuple["SeriesRow", ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeriesRow:
    """One step of a series."""

    head: str  # a date as 2026-10-05, an hour as 20, a day of the week as mon
    values: tuple[Told, ...]  # as many as the series has columns
    mark: str = ""  # such as the name of a bank holiday in that week


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleMonth:
    """One rule, as it was in the month; nothing of what it counted."""

    name: str
    kind: str
    because: str
    days: int  # of the month that its window touches; of a rule without a window, its working days
    first: date | None = None  # it was there from then on only; None: from before the month
    last: date | None = None  # and until then; None: it is still there after the month
    modes: Mapping[str, str]  # by team: a word of `Mode`, or `CHANGED`


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamMonth:
    """One team, as it was in the month; how many are in it only a block tells."""

    name: str
    first: date | None = None  # as for a rule: it came in mid-month
    last: date | None = None  # it went, or got another name


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthFigures:
    """What was counted of a month, before anybody is told."""

    month: date  # its first day
    organisation: str
    zone: str  # IANA name
    leaders: str | None  # the team that is told of as the leaders
    rules: tuple[RuleMonth, ...]
    teams: tuple[TeamMonth, ...]
    blocks: tuple[Block, ...]
    series: tuple[Series, ...]
    facts: Mapping[str, int]  # numbers of the whole organisation that have no team, by key


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedMonth:
    """What is told of a month, for good."""

    month: date
    closed: datetime  # aware UTC, tenant time
    fewest: int  # people behind a figure, at least
    organisation: str
    zone: str
    leaders: str | None
    rules: tuple[RuleMonth, ...]
    teams: tuple[TeamMonth, ...]
    blocks: tuple[PublishedBlock, ...]
    series: tuple[Series, ...]
    facts: Mapping[str, int]

    def block(self, key: str) -> PublishedBlock | None:
        return next((one for one in self.blocks if one.key == key), None)

    def one_series(self, key: str) -> Series | None:
        return next((one for one in self.series if one.key == key), None)


def first_of(day: date) -> date:
    """Return the first day of the month that a day is in."""
    return day.replace(day=1)


def after(month: date) -> date:
    """Return the first day of the month after one."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def before(month: date) -> date:
    """Return the first day of the month before one."""
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)
