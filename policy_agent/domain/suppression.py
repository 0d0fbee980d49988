"""Suppression: what may be told of a month's counts so that no small group's can be worked out.

A small group is a team of fewer people than `fewest`, or several that come to fewer together. A
count of theirs is never told, and whoever has every table of every month, and knows these rules, is
left with at least two values for it. That holds for noughts too: one is as much a figure as a ten.

1. Small teams are counted together, in the pool. It takes in the smallest other teams, those of one
   size at once, until it has `fewest` people, teams of more than one size, and `LEAST` to count.
2. Columns that are rare with everybody are put together as `other`.
3. Columns that are rare in the pool are withheld there and in the largest teams, in as many as it
   takes until they and the pool have `LEAST` in each of these columns.

Everything else is told exactly. Where no team is small, everything is; where everybody comes to too
few, nothing. Rare are columns below `LEAST`; where they come to less than that together, as a
single one does, the next smallest goes with them. The largest teams stand in for the pool since
they have some of most columns, so that few of them are needed, and since their figures and the
pool's together, which can be worked out, still say much of them.

Why it holds. Who is in the pool goes by size, and no other rule looks into it: they only see its
sums. So where the pool has something in a column, that may be any team's in it: a small group's is
nought or not. (Where rule 1 wanted more to count, what was there before came to less than `LEAST`:
to nought or to one.) There remain columns in which the pool has nothing. One of them is withheld
with another in which the pool has some, as the rare come to `LEAST`, and the first of the largest
teams that has some of it is withheld in both. So the pool and that team could have swapped one for
one, and each sum that is told would be as it is. Nor would a rule have said otherwise: what was
nought and is one is still below `LEAST`, in the pool and in it with the teams before that one; and
what is one less is still rare, or still the next smallest. Inside `other`, what a row has may be of
any of its columns. As such a swap leaves everybody's counts as they are, those may be told by week
or hour too, in the columns that are told.

Which mode a team was in is known, and so what it could not have had: all of this is done with teams
that are alike in that, see `alike`. What is made of the parts after that says no more than they do.

How many people a small team has is not told either: as the pool's teams are not all of one size,
any two of them could have changed names.

Two blocks of a month may have the teams' people and totals in common, as two checks of the same
meetings have: totals are told or not by these alone, so in both alike. More they must not share: a
column of one that is a column, or the total, of another could give away what is withheld there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from policy_agent.domain.alike import Alike, Of, joined, sorts_of
from policy_agent.domain.blocks import (
    FEWEST,
    FEWEST_EVER,
    OTHER,
    Block,
    Hidden,
    PublishedBlock,
    PublishedColumn,
    PublishedRow,
    Told,
)

# Of whatever is counted, below which a number is rare. Two would do for a nought not to be known
# from a one; three leaves it one more.
LEAST = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class _Counted:
    """Teams counted as one row, in the columns that are told."""

    teams: tuple[str, ...]
    people: int
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


def publish(blocks: Sequence[Block], *, fewest: int = FEWEST) -> Mapping[str, PublishedBlock]:
    """Return what may be told of blocks, by key.

    Raises ValueError where `fewest` is below `FEWEST_EVER` or a block does not fit together.
    """
    if fewest < FEWEST_EVER:
        message = (
            f"figures of fewer than {fewest} people: at least {FEWEST_EVER} have to be asked for"
        )
        raise ValueError(message)
    told: dict[str, PublishedBlock] = {}
    for block in blocks:
        if block.key in told:
            raise ValueError(f"block {block.key}: there are two of them; each key names one")
        _check(block)
        sorts = sorts_of(block, fewest)
        parts = [_published(block, sort, fewest) for sort in sorts]
        told[block.key] = joined(block, sorts, parts)
    return told


def _check(block: Block) -> None:
    wrong = []
    if not block.columns or len(set(block.columns)) < len(block.columns):
        wrong.append("its columns have to be one or more, each once")
    if OTHER in block.columns:
        wrong.append(f"no column may be called `{OTHER}`, which is what rare ones become together")
    if block.counts.keys() != block.people.keys():
        wrong.append("`counts` and `people` have to have the same teams")
    if any(len(counts) != len(block.columns) for counts in block.counts.values()):
        wrong.append("each team has to have a count for each column")
    if any(n < 0 for counts in block.counts.values() for n in counts):
        wrong.append("counts have to be 0 or more")
    if any(n < 0 for n in block.people.values()):
        wrong.append("people have to be 0 or more")
    if any(not could & set(block.columns) for could in block.possible.values()):
        wrong.append("each team has to have a `possible` column of the block's")
    if not wrong and any(_impossible(block)):
        wrong.append("no team may have counts in a column that is not `possible` for it")
    if wrong:
        raise ValueError(f"block {block.key}: {'; '.join(wrong)}")


def _impossible(block: Block) -> Iterator[int]:
    """Yield the counts that teams could not have had."""
    for team, could in block.possible.items():
        counts = zip(block.columns, block.counts.get(team, ()), strict=False)
        yield from (n for key, n in counts if key not in could)


def _published(block: Block, sort: Alike, fewest: int) -> PublishedBlock:
    """Return what may be told of teams that are alike, in columns that they could have had."""
    smallest_first = sorted(sort.teams, key=lambda team: (block.people[team], team))
    columns: Sequence[Of] = sort.columns
    everybody = _counted(block, smallest_first, columns)
    pooled = _pooled(block, smallest_first, fewest)
    if everybody.people < fewest or (pooled and everybody.total < LEAST):
        return _nothing(block, sort, everybody, fewest)
    if pooled:
        columns = _together(columns, everybody.counts)
        everybody = _counted(block, smallest_first, columns)
    rows = [_counted(block, [team], columns) for team in smallest_first[pooled:]]
    rows.sort(key=lambda row: (-row.people, row.teams))
    pool = _counted(block, smallest_first[:pooled], columns)
    withheld, largest = _withheld(pool, rows) if pooled else (set[int](), 0)
    return PublishedBlock(
        key=block.key,
        columns=_columns(block, columns),
        rows=tuple(_row(row, withheld if at < largest else set()) for at, row in enumerate(rows)),
        others=_row(pool, withheld) if pooled else None,
        everybody=_row(everybody, set(), named=False),
    )


def _pooled(block: Block, smallest_first: Sequence[str], fewest: int) -> int:
    """Return how many teams the pool has, of those in order of size; 0: there is none."""
    people = total = taken = 0
    sizes = set[int]()
    for size, alike in groupby(smallest_first, key=block.people.__getitem__):
        enough = people >= fewest and len(sizes) > 1 and total >= LEAST
        if size >= fewest and (enough or not taken):
            break
        for team in alike:
            people += size
            total += sum(block.counts[team])
            taken += 1
        sizes.add(size)
    return taken


def _together(columns: Sequence[Of], counts: Sequence[int]) -> list[Of]:
    """Return the columns with the rare ones as one."""
    rare = _rare(dict(enumerate(counts)))
    told = [of for at, of in enumerate(columns) if at not in rare]
    mixed = sorted(inside for at in rare for inside in columns[at])
    return [*told, tuple(mixed)] if rare else told


def _withheld(pool: _Counted, largest_first: Sequence[_Counted]) -> tuple[set[int], int]:
    """Return the columns withheld in the pool, and in how many of the largest teams.

    All teams together have `LEAST` of each column that is told: so there are enough of them.
    """
    rare = _rare(dict(enumerate(pool.counts)))

    def have_some(largest: Sequence[_Counted]) -> bool:
        return all(sum(row.counts[at] for row in (pool, *largest)) >= LEAST for at in rare)

    teams = range(len(largest_first) + 1)
    return rare, next(n for n in teams if have_some(largest_first[:n]))


def _rare(counts: Mapping[int, int]) -> set[int]:
    """Return the columns of too small counts, with the next smallest where they come to too little.

    All together are `LEAST` or more: so there is another one where it is needed.
    """
    rare = {at for at, n in counts.items() if n < LEAST}
    if rare and sum(counts[at] for at in rare) < LEAST:
        rare.add(min(counts.keys() - rare, key=lambda at: (counts[at], at)))
    return rare


def _counted(block: Block, teams: Sequence[str], columns: Iterable[Of]) -> _Counted:
    return _Counted(
        teams=tuple(sorted(teams)),
        people=sum(block.people[team] for team in teams),
        counts=tuple(sum(block.counts[team][at] for team in teams for at in of) for of in columns),
    )


def _columns(block: Block, columns: Iterable[Of]) -> tuple[PublishedColumn, ...]:
    keys = [tuple(block.columns[at] for at in of) for of in columns]
    return tuple(PublishedColumn(key="+".join(of), of=of) for of in keys)


def _row(counted: _Counted, withheld: set[int], *, named: bool = True) -> PublishedRow:
    cells: list[Told] = list(counted.counts)
    for at in withheld:
        cells[at] = Hidden.WITHHELD
    return PublishedRow(
        teams=counted.teams if named else (),
        people=counted.people,
        cells=tuple(cells),
        total=counted.total,
    )


def _nothing(block: Block, sort: Alike, everybody: _Counted, fewest: int) -> PublishedBlock:
    row = PublishedRow(
        teams=(),
        people=everybody.people if everybody.people >= fewest else Hidden.FEW,
        cells=(Hidden.FEW,) * len(sort.columns),
        total=Hidden.FEW,
    )
    return PublishedBlock(
        key=block.key,
        columns=_columns(block, sort.columns),
        rows=(),
        others=replace(row, teams=everybody.teams) if everybody.teams else None,
        everybody=row,
    )
