"""An attacker: who reads every table there is and works out what was not told, with a solver.

What is not known are whole numbers, each a `Cell`. What is read anywhere is a fact: a sum of cells
lies between two numbers, or two sums are the same. `reach` is then what a sum can be, and
`recovered` the sums that can only be one thing. It asks HiGHS, so it finds whatever there is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from policy_agent.domain.blocks import Hidden, PublishedBlock, PublishedRow, Told

PEOPLE = "people"  # in place of a column: how many people the team has
MOST = 1_000_000  # of any cell; `reach` ends there where nothing else ends it

_Numbers = NDArray[np.float64]


class Cell(NamedTuple):
    """One number that is not known."""

    block: str
    month: str
    team: str
    column: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fact:
    """A weighted sum of cells lies between two numbers, both included."""

    weights: Mapping[Cell, int]
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Puzzle:
    """Cells that have to do with each other, and all that is known of them."""

    at: Mapping[Cell, int]  # where each stands among the numbers
    facts: LinearConstraint
    solved: list[_Numbers]  # numbers that agree with the facts, as far as any were looked for


class Contradiction(Exception):
    """No numbers agree with what was told."""


class Attacker:
    """Collects facts, then answers what cells can be."""

    def __init__(self) -> None:
        self._facts: list[_Fact] = []
        self._puzzles: dict[Cell, _Puzzle] | None = None

    def told(self, cells: Iterable[Cell], low: int, high: int | None = None) -> None:
        """Note that these cells come to so many together; with `high`, to something between."""
        self._note(dict.fromkeys(cells, 1), low, low if high is None else high)

    def same(self, cells: Iterable[Cell], others: Iterable[Cell]) -> None:
        """Note that these cells come to the same together as the others do."""
        self._note(dict.fromkeys(cells, 1) | dict.fromkeys(others, -1), 0, 0)

    def reach(self, cells: Iterable[Cell]) -> tuple[int, int]:
        """Return the least and the most that these cells can come to together."""
        asked = frozenset(cells)
        puzzle = self._puzzle(asked)
        return self._solve(puzzle, asked, 1), self._solve(puzzle, asked, -1)

    def recovered(self, asked: Iterable[Iterable[Cell]]) -> list[tuple[frozenset[Cell], int]]:
        """Return the sums, of those asked for, that can only be one thing, with what it is."""
        found = []
        for cells in map(frozenset, asked):
            puzzle = self._puzzle(cells)
            where = [puzzle.at[cell] for cell in cells]
            if len({_sum(numbers, where) for numbers in puzzle.solved}) > 1:
                continue
            low, high = self.reach(cells)
            if low == high:
                found.append((cells, low))
        return found

    def _note(self, weights: Mapping[Cell, int], low: float, high: float) -> None:
        self._facts.append(_Fact(weights=weights, low=low, high=high))
        self._puzzles = None

    def _puzzle(self, asked: frozenset[Cell]) -> _Puzzle:
        """Return the one puzzle that cells are in; those of several, or of none, make a new one."""
        if self._puzzles is None:
            self._puzzles = {
                cell: puzzle
                for facts in _linked(self._facts)
                for puzzle in [_posed(facts)]
                for cell in puzzle.at
            }
        found = {id(one): one for cell in asked if (one := self._puzzles.get(cell))}
        if len(found) == 1 and all(cell in self._puzzles for cell in asked):
            return next(iter(found.values()))
        return _posed([*self._facts, _Fact(weights=dict.fromkeys(asked, 1), low=0, high=np.inf)])

    def _solve(self, puzzle: _Puzzle, asked: frozenset[Cell], sign: int) -> int:
        wanted = np.zeros(len(puzzle.at))
        where = [puzzle.at[cell] for cell in asked]
        wanted[where] = sign
        answer = milp(
            wanted,
            integrality=np.ones(len(wanted)),
            bounds=Bounds(0, MOST),
            constraints=puzzle.facts,
            options={"mip_rel_gap": 0},
        )
        if answer.status != 0:
            raise Contradiction(answer.message)
        numbers: _Numbers = np.rint(answer.x)
        puzzle.solved.append(numbers)
        return _sum(numbers, where)


def _sum(numbers: _Numbers, where: Sequence[int]) -> int:
    return int(numbers[where].sum())


def _linked(facts: Sequence[_Fact]) -> Iterator[list[_Fact]]:
    """Yield the facts by what has to do with each other, so that each puzzle is a small one."""
    about: dict[Cell, list[int]] = {}
    for at, fact in enumerate(facts):
        for cell in fact.weights:
            about.setdefault(cell, []).append(at)
    left = set(range(len(facts)))
    while left:
        group, ahead = set[int](), {left.pop()}
        while ahead:
            at = ahead.pop()
            group.add(at)
            ahead |= {other for cell in facts[at].weights for other in about[cell]} - group
        left -= group
        yield [facts[at] for at in sorted(group)]


def _posed(facts: Sequence[_Fact]) -> _Puzzle:
    cells = sorted({cell for fact in facts for cell in fact.weights})
    at = {cell: number for number, cell in enumerate(cells)}
    rows = [row for row, fact in enumerate(facts) for _ in fact.weights]
    columns = [at[cell] for fact in facts for cell in fact.weights]
    weights = [float(weight) for fact in facts for weight in fact.weights.values()]
    matrix = csr_array((weights, (rows, columns)), shape=(len(facts), len(cells)))
    bounds = [fact.low for fact in facts], [fact.high for fact in facts]
    return _Puzzle(at=at, facts=LinearConstraint(matrix, *bounds), solved=[])


def read(attacker: Attacker, month: str, block: PublishedBlock, *, fewest: int) -> None:
    """Note all that a published block tells."""
    parts = [*block.rows, *([block.others] if block.others else [])]
    teams = [team for row in parts for team in row.teams]
    for row in parts:
        _read_row(attacker, month, block, row, row.teams, fewest)
    _read_row(attacker, month, block, block.everybody, teams, fewest)


def _read_row(
    attacker: Attacker,
    month: str,
    block: PublishedBlock,
    row: PublishedRow,
    teams: Iterable[str],
    fewest: int,
) -> None:
    keys = [column.of for column in block.columns]
    every = tuple(key for of in keys for key in of)
    said: list[tuple[tuple[str, ...], Told]] = [
        *zip(keys, row.cells, strict=True),
        (every, row.total),
        ((PEOPLE,), row.people),
    ]
    for columns, value in said:
        cells = [Cell(block.key, month, team, column) for team in teams for column in columns]
        if value is Hidden.FEW:
            attacker.told(cells, 0, fewest - 1)
        elif value is Hidden.WITHHELD:
            attacker.told(cells, 0, MOST)
        else:
            attacker.told(cells, value)
