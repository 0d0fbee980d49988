"""Alike: which teams could have had the same, as far as everybody knows.

Where a rule only watches, no mail waits; where it is off, none is let through. Who knows in which
mode each team was, as reports say, so knows some of a team's noughts. Two teams of different modes
would hide each other badly: what waits of both together is what waits of one. So teams are
published apart by what they could have had, each sort as if it were the organisation, and put
together after that. Where one sort comes to too few people, it goes with the one of most people,
and what only one of them could have had is counted as one column: both could have had that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policy_agent.domain.blocks import (
    OTHER,
    Block,
    Hidden,
    PublishedBlock,
    PublishedColumn,
    PublishedRow,
    Told,
)

Of = tuple[int, ...]  # which of the block's columns are in a column, from 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """Teams that could all have had some in each of these columns, and in no other."""

    teams: tuple[str, ...]
    columns: tuple[Of, ...]


def sorts_of(block: Block, fewest: int) -> list[Alike]:
    """Return the block's teams by what they could have had; one sort at least."""
    by_columns: dict[tuple[Of, ...], list[str]] = {}
    for team in sorted(block.counts):
        could = block.possible.get(team, block.columns)
        columns = tuple((at,) for at, key in enumerate(block.columns) if key in could)
        by_columns.setdefault(columns, []).append(team)
    sorts = [Alike(teams=tuple(teams), columns=of) for of, teams in by_columns.items()]

    def size(one: Alike) -> tuple[int, tuple[str, ...]]:
        return sum(block.people[team] for team in one.teams), one.teams

    sorts.sort(key=size)
    while len(sorts) > 1 and size(sorts[0])[0] < fewest:
        sorts = sorted([*sorts[1:-1], _both(sorts[0], sorts[-1])], key=size)
    every = tuple((at,) for at in range(len(block.columns)))
    return sorts or [Alike(teams=(), columns=every)]


def _both(one: Alike, other: Alike) -> Alike:
    """Put two sorts together, in columns that each could have had some in."""
    same = [of for of in one.columns if of in other.columns]
    apart = [[of for of in sort.columns if of not in same] for sort in (one, other)]
    if any(apart) and not all(apart):
        apart.append([same.pop(0)])
    mixed = tuple(sorted({at for columns in apart for of in columns for at in of}))
    return Alike(
        teams=tuple(sorted((*one.teams, *other.teams))),
        columns=tuple(sorted((*same, *([mixed] if mixed else [])))),
    )


def joined(block: Block, sorts: Sequence[Alike], parts: Sequence[PublishedBlock]) -> PublishedBlock:
    """Return what was published of each sort as one block.

    What nobody of a sort could have had is told as none; sums of what is not told are withheld.
    """
    mixed = [{block.columns[at] for at in of} for one in sorts for of in one.columns if len(of) > 1]
    columns = _columns(block, [column.of for part in parts for column in part.columns], mixed)
    rows = [_row(columns, part, row) for part in parts for row in part.rows]
    others = [_row(columns, part, part.others) for part in parts if part.others]
    everybody = [_row(columns, part, part.everybody) for part in parts]
    return PublishedBlock(
        key=block.key,
        columns=columns,
        rows=tuple(sorted(rows, key=lambda row: (-block.people[row.teams[0]], row.teams))),
        others=_sum(others) if others else None,
        everybody=_sum(everybody),
    )


def _columns(
    block: Block, told: Iterable[tuple[str, ...]], mixed: Sequence[set[str]]
) -> tuple[PublishedColumn, ...]:
    """Return columns that each told one is in whole; all rare ones are one together."""
    together: list[set[str]] = [{key} for key in block.columns]
    rare: set[str] = set()
    for of in told:
        together = _linked(together, set(of))
        if len(of) > 1 and not any(one <= set(of) for one in mixed):
            rare |= set(of)
    found = []
    for one in _linked(together, rare) if rare else together:
        keys = tuple(key for key in block.columns if key in one)
        name = OTHER if one & rare and not any(one & other for other in mixed) else "+".join(keys)
        found.append(PublishedColumn(key=name, of=keys))
    return tuple(
        sorted(found, key=lambda column: (len(column.of) > 1, block.columns.index(column.of[0])))
    )


def _linked(groups: Sequence[set[str]], new: set[str]) -> list[set[str]]:
    """Return the groups with all those as one that have something in the new one."""
    apart = [one for one in groups if not one & new]
    return [*apart, new.union(*(one for one in groups if one & new))]


def _row(
    columns: Iterable[PublishedColumn], part: PublishedBlock, row: PublishedRow
) -> PublishedRow:
    cells = tuple(
        _together(
            [
                cell
                for one, cell in zip(part.columns, row.cells, strict=True)
                if set(one.of) <= set(column.of)
            ]
        )
        for column in columns
    )
    return PublishedRow(teams=row.teams, people=row.people, cells=cells, total=row.total)


def _sum(rows: Sequence[PublishedRow]) -> PublishedRow:
    return PublishedRow(
        teams=tuple(sorted(team for row in rows for team in row.teams)),
        people=_together([row.people for row in rows]),
        cells=tuple(_together(cells) for cells in zip(*(row.cells for row in rows), strict=True)),
        total=_together([row.total for row in rows]),
    )


def _together(values: Sequence[Told]) -> Told:
    if len(values) == 1:
        return values[0]
    numbers = [value for value in values if not isinstance(value, Hidden)]
    return sum(numbers) if len(numbers) == len(values) else Hidden.WITHHELD
