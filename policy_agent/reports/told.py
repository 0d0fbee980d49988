"""Told figures: how they are read from a published block, and what may be worked out of them.

Whatever is worked out here is made of told figures alone. So it tells nobody anything that they
could not work out themselves from the figures beside it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policy_agent.domain.blocks import Hidden, PublishedBlock, PublishedRow, Told
from policy_agent.domain.months import ClosedMonth, Series
from policy_agent.reports.document import Unit, Value

ReadsCount = Callable[[PublishedBlock, PublishedRow], Told]
Reads = Callable[[PublishedBlock, PublishedRow], Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """What is read of a row of a block, of a team or of everybody, in any month."""

    key: str  # of its column in a table
    title: str
    unit: Unit = Unit.COUNT
    of: Reads


def cell(block: PublishedBlock, row: PublishedRow, key: str) -> Told:
    """Return what is told of one of the block's own columns.

    One that is only told together with others is withheld: which of them is small is not known.
    """
    for column, value in zip(block.columns, row.cells, strict=True):
        if column.key == key and column.of in {(key,), ()}:
            return value
    return Hidden.WITHHELD if row.total is not Hidden.FEW else Hidden.FEW


def own_row(block: PublishedBlock, team: str) -> PublishedRow | None:
    """Return the row of a team that is told by itself."""
    return next((row for row in block.rows if row.teams == (team,)), None)


def is_there(block: PublishedBlock, team: str) -> bool:
    """Whether somebody of the team is counted in the block, told or not."""
    others = () if block.others is None else block.others.teams
    return team in others or own_row(block, team) is not None


def together(*values: Told) -> Told:
    """Return the sum of what is told; with anything in it that is not, the sum is withheld."""
    numbers = [value for value in values if not isinstance(value, Hidden)]
    return sum(numbers) if len(numbers) == len(values) else Hidden.WITHHELD


def share(part: Told, whole: Told, fewest: int) -> Value:
    """Return a share from 0 to 1 where both are told and the whole is not a small number."""
    if isinstance(whole, Hidden):
        return whole
    if isinstance(part, Hidden):
        return part
    return Hidden.FEW if whole < fewest else part / whole


def rate(part: Told, base: Told) -> Value:
    """Return how much comes to one of the base, such as copies a day; None: there is no base."""
    if isinstance(base, Hidden):
        return base
    if isinstance(part, Hidden):
        return part
    return part / base if base else None


def is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, Hidden)


def any_number(values: Iterable[Value]) -> bool:
    return any(is_number(value) for value in values)


def whole(_: PublishedBlock, row: PublishedRow) -> Told:
    """Read all of a row's columns together."""
    return row.total


def one_of(key: str) -> ReadsCount:
    """Read one of the block's own columns."""
    return lambda block, row: cell(block, row, key)


def sum_of(*keys: str) -> ReadsCount:
    """Read several of the block's own columns together."""
    return lambda block, row: together(*(cell(block, row, key) for key in keys))


def share_of(part: ReadsCount, base: ReadsCount, fewest: int) -> Reads:
    """Read what share one count is of another."""
    return lambda block, row: share(part(block, row), base(block, row), fewest)


def of_everybody(block: str, of: Reads) -> Callable[[ClosedMonth], Value]:
    """Read a figure of the whole organisation; None: the month has no such block."""

    def read(month: ClosedMonth) -> Value:
        found = month.block(block)
        return None if found is None else of(found, found.everybody)

    return read


def step(series: Series | None, head: str, column: str) -> Told | None:
    """Return one value of a series; None: it has no such row or column."""
    if series is None or column not in series.columns:
        return None
    at = series.columns.index(column)
    return next((row.values[at] for row in series.rows if row.head == head), None)
