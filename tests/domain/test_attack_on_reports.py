"""Nobody works out a small group's figure, whatever they read and however well they reckon.

Twice: a solver is given all that is told of a year; and of small organisations every single month
that there could be is published, so that whoever knows the rules can try them all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

import pytest

from policy_agent.domain.blocks import Block, Hidden, PublishedBlock, PublishedColumn, PublishedRow
from policy_agent.domain.suppression import LEAST, publish
from tests.attacker import PEOPLE, Attacker, Cell, Contradiction, read
from tests.domain.months_of_counts import a_year, block

MONTH = "2026-10"
FEWEST = 10
S, T, X, Y, Z = {"s": 4}, {"t": 7}, {"x": 10}, {"y": 25}, {"z": 60}
Question = tuple[Cell, ...]


def groups(people: Mapping[str, int], fewest: int) -> list[tuple[str, ...]]:
    """Return the small groups: small teams, and those that come to too few together."""
    small = [team for team, n in people.items() if n < fewest]
    return [
        group
        for size in range(1, len(small) + 1)
        for group in combinations(small, size)
        if sum(people[team] for team in group) < fewest
    ]


def secrets(month: str, one: Block, fewest: int = FEWEST) -> Iterator[Question]:
    """Yield what nobody may know: cells and totals of small groups, and the size of small teams."""
    for group in groups(one.people, fewest):
        cells = [
            Cell(one.key, month, team, key)
            for team in group
            for key in one.columns
            if key in one.possible.get(team, one.columns)
        ]
        yield tuple(cells)
        by_column = [tuple(cell for cell in cells if cell.column == key) for key in one.columns]
        yield from filter(None, by_column)
        if len(group) == 1:
            yield (Cell(one.key, month, group[0], PEOPLE),)


def attack(months: Iterable[tuple[str, Sequence[Block]]]) -> Mapping[Question, int]:
    """Return the secrets that a reader of everything recovers, and what they are."""
    attacker, asked = Attacker(), list[Question]()
    for month, blocks in months:
        for published in publish(blocks, fewest=FEWEST).values():
            read(attacker, month, published, fewest=FEWEST)
        for one in blocks:
            asked += secrets(month, one)
            attacker.told(_never(month, one), 0)
        _link(attacker, month, [one for one in blocks if one.key.startswith("etiquette")])
    return {tuple(cells): n for cells, n in attacker.recovered(asked)}


def _never(month: str, one: Block) -> list[Cell]:
    """Return what everybody knows to be nought, from the modes that a rule was in."""
    return [
        Cell(one.key, month, team, key)
        for team, could in one.possible.items()
        for key in one.columns
        if key not in could
    ]


def _link(attacker: Attacker, month: str, checks: Sequence[Block]) -> None:
    """Let the attacker know that each team's meetings are the same ones in all checks."""
    for one, other in combinations(checks, 2):
        for team in one.counts:
            attacker.same(
                [Cell(one.key, month, team, key) for key in one.columns],
                [Cell(other.key, month, team, key) for key in other.columns],
            )


@pytest.mark.parametrize("seed", range(3))
def test_a_year_gives_no_small_group_away(seed: int) -> None:
    months = list(a_year(seed, FEWEST))
    assert any(groups(one.people, FEWEST) for _, blocks in months for one in blocks)
    assert attack(months) == {}


@pytest.mark.parametrize(
    ("people", "counts"),
    [
        (S | Y | Z, {"s": (0, 0), "y": (0, 0), "z": (0, 0)}),
        (S | Z, {"s": (0, 5), "z": (40, 0)}),
        (S | X | Z, {"s": (0, 5), "x": (0, 0), "z": (40, 0)}),
        (S, {"s": (3, 0)}),
        (X, {"x": (3, 0)}),
        (S | T, {"s": (3, 0), "t": (0, 0)}),
        (S | {"t": 5}, {"s": (3, 0), "t": (0, 0)}),
        (S | T | Y | Z, {"s": (9, 4, 0), "t": (0, 0, 0), "y": (30, 0, 0), "z": (80, 0, 2)}),
        (S | T | Y | Z, {"s": (9, 0, 0), "t": (7, 0, 0), "y": (30, 9, 0), "z": (80, 0, 0)}),
        (S | T | Y | Z, {"s": (9, 0, 0), "t": (7, 0, 0), "y": (30, 0, 0), "z": (80, 5, 0)}),
        (S | T | Y | Z, {"s": (0, 0, 0), "t": (0, 0, 9), "y": (0, 9, 0), "z": (9, 0, 0)}),
        (S | T | X | Y | Z, dict.fromkeys("stxyz", (0, 1, 0))),
        ({"s": 9, "t": 9} | Y | Z, {"s": (3, 3), "t": (3, 3), "y": (3, 3), "z": (3, 3)}),
    ],
    ids=[
        "nothing at all",
        "one small team and one large",
        "one small team and one of exactly enough people",
        "a small team alone",
        "a team of exactly enough people alone",
        "only small teams",
        "only small teams, too few together",
        "a column that only a small team has",
        "a column that only a team of middle size has",
        "a column that only the largest team has",
        "a column for each",
        "one for each",
        "small teams as large as they get",
    ],
)
def test_no_odd_month_gives_a_small_group_away(
    people: Mapping[str, int], counts: Mapping[str, Sequence[int]]
) -> None:
    assert attack([(MONTH, [block(people, counts)])]) == {}


def test_the_weeks_of_everybody_give_no_small_group_away() -> None:
    """Everybody's columns may be told by week: the weeks of the pool could still be swapped."""
    people = S | T | Y | Z
    weeks = [
        block(people, {"s": (1, 0, 0), "t": (2, 1, 0), "y": (4, 0, 1), "z": (9, 3, 0)}),
        block(people, {"s": (3, 0, 0), "t": (0, 2, 0), "y": (0, 2, 5), "z": (9, 0, 4)}),
    ]
    month = block(
        people,
        {
            team: [sum(ns) for ns in zip(*(week.counts[team] for week in weeks), strict=True)]
            for team in people
        },
    )
    attacker = Attacker()
    read(attacker, MONTH, publish([month])[month.key], fewest=FEWEST)
    for team, column in product(people, month.columns):
        by_week = [Cell("week", str(n), team, column) for n in range(len(weeks))]
        attacker.same([Cell(month.key, MONTH, team, column)], by_week)
    for n, week in enumerate(weeks):
        for at, column in enumerate(week.columns):
            cells = [Cell("week", str(n), team, column) for team in people]
            attacker.told(cells, sum(counts[at] for counts in week.counts.values()))
    assert attacker.recovered(secrets(MONTH, month)) == []


def told_as(one: Block, *rows: PublishedRow, others: PublishedRow | None) -> PublishedBlock:
    return PublishedBlock(
        key=one.key,
        columns=tuple(PublishedColumn(key=key, of=(key,)) for key in one.columns),
        rows=rows,
        others=others,
        everybody=row_of(one, *one.counts),
    )


def row_of(one: Block, *teams: str) -> PublishedRow:
    counts = tuple(sum(ns) for ns in zip(*(one.counts[team] for team in teams), strict=True))
    people = sum(one.people[team] for team in teams)
    return PublishedRow(teams=teams, people=people, cells=counts, total=sum(counts))


def test_the_attacker_recovers_a_small_team_that_is_only_left_out() -> None:
    one = block(S | Y | Z, {"s": (3, 1), "y": (9, 0), "z": (7, 7)})
    left_out = PublishedRow(
        teams=("s",), people=Hidden.FEW, cells=(Hidden.FEW,) * 2, total=Hidden.FEW
    )
    naive = told_as(one, row_of(one, "y"), row_of(one, "z"), others=left_out)
    attacker = Attacker()
    read(attacker, MONTH, naive, fewest=FEWEST)
    found = attacker.recovered(secrets(MONTH, one))
    assert sorted(n for _, n in found) == [1, 3, 4, 4]


def test_the_attacker_recovers_noughts_of_teams_that_are_only_counted_together() -> None:
    one = block(S | T | Y | Z, {"s": (3, 0), "t": (5, 0), "y": (9, 2), "z": (7, 7)})
    naive = told_as(one, row_of(one, "y"), row_of(one, "z"), others=row_of(one, "s", "t"))
    attacker = Attacker()
    read(attacker, MONTH, naive, fewest=FEWEST)
    assert attacker.recovered(secrets(MONTH, one)) == [
        (frozenset({Cell(one.key, MONTH, team, "b")}), 0) for team in "st"
    ]


def test_the_attacker_says_how_far_a_figure_reaches_and_sees_what_contradicts_itself() -> None:
    one, two, three = (Cell("b", MONTH, team, "a") for team in "xyz")
    attacker = Attacker()
    attacker.told([one, two], 5)
    attacker.told([two], 1, 2)
    assert attacker.reach([one]) == (3, 4)
    attacker.same([three], [one])
    assert attacker.reach([two, three]) == (5, 5)
    attacker.told([three], 5)
    with pytest.raises(Contradiction):
        attacker.reach([one])


def test_a_nought_among_the_others_reads_as_a_one_would() -> None:
    people = S | T | Y | Z
    nought = {"s": (4, 0, 7), "t": (5, 0, 7), "y": (20, 6, 2), "z": (30, 0, 5)}
    one = {"s": (3, 1, 7), "t": (5, 0, 7), "y": (21, 5, 2), "z": (30, 0, 5)}
    told = publish([block(people, nought)])
    assert told == publish([block(people, one)])
    (published,) = told.values()
    assert [row.cells.count(Hidden.WITHHELD) for row in published.rows] == [2, 2]


def test_teams_of_different_modes_do_not_hide_each_other() -> None:
    """What waits of a team of the one and a team of the other waits of the one."""
    could = {"s": "ac", "t": "bc", "y": "bc", "z": "bc"}
    counts = {"s": (4, 0, 7), "t": (0, 5, 7), "y": (0, 9, 9), "z": (0, 20, 20)}
    one = block(S | T | Y | Z, counts, possible=could)
    assert attack([(MONTH, [one])]) == {}
    attacker = Attacker()
    read(attacker, MONTH, publish([block(S | T | Y | Z, counts)])[one.key], fewest=FEWEST)
    attacker.told(_never(MONTH, one), 0)
    asked = frozenset({Cell(one.key, MONTH, "s", "a")})
    assert (asked, 4) in attacker.recovered(secrets(MONTH, one))


def parts(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to share out so many among places."""
    if places == 1:
        yield (total,)
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in parts(total - first, places - 1))


@pytest.mark.parametrize(
    ("people", "columns", "most", "could"),
    [
        ((2, 4, 6), 1, 9, ""),
        ((2, 4, 5), 3, 6, ""),
        ((3, 5, 6, 7), 2, 7, ""),
        ((2, 4, 6, 7), 2, 8, ""),
        ((2, 4, 6, 7), 3, 6, "ac bc bc bc"),
        ((2, 4, 6, 7), 3, 7, "ac bc ac bc"),
        ((2, 4, 6, 7), 3, 7, "abc ac ac ac"),
        ((2, 4, 6, 7), 2, 9, "a b b b"),
    ],
)
def test_whoever_tries_every_month_that_there_could_be_knows_nothing_for_sure(
    people: tuple[int, ...], columns: int, most: int, could: str
) -> None:
    """All months of so few counts that read the same differ in each figure of a small group."""
    fewest = 5
    teams = dict(zip("stxy", people, strict=False))
    possible = dict(zip(teams, could.split(), strict=bool(could)))
    places = [
        (team, at)
        for team in teams
        for at, key in enumerate("abc"[:columns])
        if key in possible.get(team, "abc")
    ]
    values: dict[PublishedBlock, dict[Question, set[int]]] = {}
    asked: list[Question] | None = None
    for total in range(most + 1):
        for flat in parts(total, len(places)):
            rows = {team: [0] * columns for team in teams}
            for (team, at), n in zip(places, flat, strict=True):
                rows[team][at] = n
            one = block(teams, rows, possible=possible)
            if asked is None:
                asked = [
                    cells for cells in secrets(MONTH, one, fewest) if cells[0].column != PEOPLE
                ]
            published = publish([one], fewest=fewest)[one.key]
            unsaid = published.everybody.total is Hidden.WITHHELD
            if unsaid and published not in values and total > most - LEAST:
                continue  # of the months that read like this some have up to two more
            seen = values.setdefault(published, {})
            for cells in asked:
                n = sum(rows[cell.team]["abc".index(cell.column)] for cell in cells)
                seen.setdefault(cells, set()).add(n)
    assert len(values) > 1
    assert all(len(found) > 1 for seen in values.values() for found in seen.values())


def test_whoever_tries_every_size_of_teams_knows_no_small_one() -> None:
    values: dict[tuple[PublishedBlock, str], set[int]] = {}
    for people, counts in product(product(range(8), repeat=3), product((0, 3), repeat=3)):
        teams = dict(zip("stx", people, strict=True))
        one = block(teams, {team: (n,) for team, n in zip("stx", counts, strict=True)})
        published = publish([one], fewest=5)[one.key]
        for team, n in teams.items():
            values.setdefault((published, team), set()).add(n)
    assert all(len(found) > 1 or min(found) >= 5 for found in values.values())
