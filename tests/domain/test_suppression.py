"""What is told of a block: as much as may be, exactly, and nothing of too few people."""

from collections.abc import Mapping
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import given

from policy_agent.domain.blocks import (
    FEWEST,
    FEWEST_EVER,
    OTHER,
    Block,
    Hidden,
    PublishedBlock,
    Told,
)
from policy_agent.domain.suppression import LEAST, publish
from tests.domain.months_of_counts import block

FEW, WITHHELD = Hidden.FEW, Hidden.WITHHELD


def told(one: Block, fewest: int = FEWEST) -> PublishedBlock:
    return publish([one], fewest=fewest)[one.key]


def cells(published: PublishedBlock) -> Mapping[str, tuple[Told, ...]]:
    """Return the cells of each row, by its teams."""
    rows = [*published.rows, *([published.others] if published.others else [])]
    return {" ".join(row.teams): row.cells for row in rows}


def columns(published: PublishedBlock) -> list[str]:
    return [column.key for column in published.columns]


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    teams = draw(st.lists(st.sampled_from("pqrstuvwxyz"), max_size=8, unique=True))
    width = draw(st.integers(1, 4))
    few_or_many = st.one_of(st.integers(0, 4), st.integers(0, 200))
    return Block(
        key="b",
        columns=tuple("abcd"[:width]),
        counts={team: tuple(draw(few_or_many) for _ in range(width)) for team in teams},
        people={team: draw(st.one_of(st.integers(0, 14), st.integers(0, 90))) for team in teams},
    )


def test_where_no_team_is_small_everything_is_told() -> None:
    published = told(block({"x": 10, "y": 30}, {"x": (0, 0), "y": (4, 0)}))
    assert cells(published) == {"y": (4, 0), "x": (0, 0)}
    assert published.others is None
    assert published.everybody.cells == (4, 0)
    assert (published.everybody.people, published.everybody.total) == (40, 4)


def test_small_teams_are_counted_together() -> None:
    published = told(
        block({"s": 4, "t": 7, "x": 30}, {"s": (2, 3), "t": (1, 5), "x": (9, 20)}),
    )
    assert cells(published) == {"x": (9, 20), "s t": (3, 8)}
    assert published.others is not None
    assert (published.others.people, published.others.total) == (11, 11)


def test_the_smallest_other_team_goes_with_a_single_small_one() -> None:
    counts = {"s": (5, 5), "x": (6, 6), "y": (7, 7), "z": (8, 8)}
    published = told(block({"s": 9, "x": 12, "y": 11, "z": 40}, counts))
    assert list(cells(published)) == ["z", "x", "s y"]


def test_teams_of_the_same_size_go_together() -> None:
    counts = {"s": (5, 5), "x": (6, 6), "y": (7, 7), "z": (8, 8)}
    published = told(block({"s": 9, "x": 11, "y": 11, "z": 40}, counts))
    assert list(cells(published)) == ["z", "s x y"]


def test_two_small_teams_of_nine_are_not_enough_as_both_could_only_have_nine() -> None:
    counts = {"s": (5, 5), "t": (6, 6), "y": (7, 7), "z": (8, 8)}
    published = told(block({"s": 9, "t": 9, "y": 20, "z": 40}, counts))
    assert list(cells(published)) == ["z", "s t y"]


def test_the_others_take_in_a_team_until_there_is_something_to_count() -> None:
    counts = {"s": (0, 0), "t": (2, 0), "x": (5, 30), "y": (6, 6)}
    published = told(block({"s": 3, "t": 8, "x": 15, "y": 40}, counts))
    assert cells(published) == {"y": (6, 6), "s t x": (7, 30)}


def test_where_no_team_can_be_told_everybody_still_is() -> None:
    published = told(block({"s": 4, "x": 30}, {"s": (0, 3), "x": (7, 0)}))
    assert published.rows == ()
    assert cells(published) == {"s x": (7, 3)}
    assert published.everybody.cells == (7, 3)


def test_a_column_that_is_rare_among_the_others_is_withheld_there_and_in_the_largest_team() -> None:
    counts = {"s": (9, 0, 1), "t": (4, 0, 3), "x": (20, 1, 0), "y": (50, 6, 8)}
    published = told(block({"s": 4, "t": 9, "x": 20, "y": 40}, counts))
    assert cells(published) == {
        "y": (50, WITHHELD, WITHHELD),
        "x": (20, 1, 0),
        "s t": (13, WITHHELD, WITHHELD),
    }
    assert published.everybody.cells == (83, 7, 12)
    assert [row.total for row in published.rows] == [64, 21]


def test_as_many_of_the_largest_teams_are_withheld_as_have_some_of_it() -> None:
    counts = {"s": (9, 0, 1), "t": (4, 0, 3), "w": (8, 9, 9), "x": (20, 2, 1), "y": (50, 1, 8)}
    published = told(block({"s": 4, "t": 9, "w": 15, "x": 20, "y": 40}, counts))
    assert cells(published) == {
        "y": (50, WITHHELD, WITHHELD),
        "x": (20, WITHHELD, WITHHELD),
        "w": (8, 9, 9),
        "s t": (13, WITHHELD, WITHHELD),
    }
    assert published.everybody.cells == (91, 12, 22)


def test_columns_that_are_rare_with_everybody_become_one() -> None:
    counts = {"s": (9, 1, 3, 0), "t": (4, 0, 3, 0), "x": (20, 1, 9, 0)}
    published = told(block({"s": 4, "t": 9, "x": 20}, counts))
    assert columns(published) == ["a", OTHER]
    assert published.columns[1].of == ("b", "c", "d")
    assert cells(published) == {"x": (20, 10), "s t": (13, 7)}


def test_fewer_people_than_asked_for_are_told_nothing_of() -> None:
    published = told(block({"s": 4, "t": 5}, {"s": (9, 9), "t": (9, 9)}))
    assert cells(published) == {"s t": (FEW, FEW)}
    assert published.everybody.cells == (FEW, FEW)
    assert (published.everybody.people, published.everybody.total) == (FEW, FEW)


@pytest.mark.parametrize("counts", [(0, 0), (1, 1)])
def test_next_to_nothing_is_not_told_where_a_team_is_small(counts: tuple[int, int]) -> None:
    published = told(block({"s": 4, "x": 30, "y": 40}, {"s": (0, 0), "x": (0, 0), "y": counts}))
    assert cells(published) == {"s x y": (FEW, FEW)}
    assert (published.everybody.people, published.everybody.total) == (74, FEW)


def test_exactly_as_many_people_as_asked_for_are_told_of() -> None:
    published = told(block({"x": 10}, {"x": (1, 0)}))
    assert cells(published) == {"x": (1, 0)}
    assert cells(told(block({"x": 9}, {"x": (1, 0)}))) == {"x": (FEW, FEW)}


def test_a_block_without_teams_says_that_nobody_is_in_it() -> None:
    published = told(block({}, {}))
    assert published.others is None
    assert published.everybody.cells == (FEW,) * 3


def test_two_checks_of_the_same_meetings_have_the_same_rows() -> None:
    people = {"s": 4, "t": 8, "x": 20, "y": 40}
    one = block(people, {"s": (0, 1), "t": (0, 1), "x": (5, 5), "y": (9, 30)}, key="one")
    two = block(people, {"s": (1, 0), "t": (1, 0), "x": (0, 10), "y": (39, 0)}, key="two")
    both = publish([one, two])
    assert list(cells(both["one"])) == list(cells(both["two"])) == ["y", "s t x"]


def test_fewer_people_than_anybody_may_ask_for_are_refused() -> None:
    with pytest.raises(ValueError, match="figures of fewer than 4 people: at least 5 have to be"):
        publish([], fewest=FEWEST_EVER - 1)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (Block(key="b", columns=(), counts={}, people={}), "columns have to be one or more"),
        (Block(key="b", columns=("a", "a"), counts={}, people={}), "each once"),
        (Block(key="b", columns=(OTHER,), counts={}, people={}), "may be called `other`"),
        (Block(key="b", columns=("a",), counts={"x": (1,)}, people={}), "have the same teams"),
        (Block(key="b", columns=("a",), counts={"x": ()}, people={"x": 1}), "a count for each"),
        (
            Block(key="b", columns=("a",), counts={"x": (-1,)}, people={"x": 1}),
            "counts have to be 0",
        ),
        (
            Block(key="b", columns=("a",), counts={"x": (1,)}, people={"x": -1}),
            "people have to be 0",
        ),
    ],
)
def test_a_block_that_does_not_fit_together_is_refused(broken: Block, says: str) -> None:
    with pytest.raises(ValueError, match=f"block b: .*{says}"):
        publish([broken])


def test_two_blocks_with_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="block mail:weekend-email: there are two of them"):
        publish([block({}, {}), block({}, {})])


@given(blocks())
def test_what_is_told_is_exact(one: Block) -> None:
    published = told(one)
    parts = [*published.rows, *([published.others] if published.others else [])]
    everybody = [(published.everybody, tuple(one.counts))]
    for row, teams in [*((row, row.teams) for row in parts), *everybody]:
        exact = [
            sum(one.counts[team][one.columns.index(key)] for team in teams for key in column.of)
            for column in published.columns
        ]
        assert all(is_ in (FEW, WITHHELD, n) for is_, n in zip(row.cells, exact, strict=True))
        assert row.total in (FEW, sum(exact))
        assert row.people in (FEW, sum(one.people[team] for team in teams))


@given(blocks())
def test_every_team_and_every_column_is_in_one_place(one: Block) -> None:
    published = told(one)
    others = published.others.teams if published.others else ()
    teams = [*(team for row in published.rows for team in row.teams), *others]
    assert sorted(teams) == sorted(one.counts)
    assert sorted(key for column in published.columns for key in column.of) == sorted(one.columns)
    assert all(len(row.teams) == 1 for row in published.rows)


@given(blocks())
def test_nothing_is_told_of_fewer_people_or_of_rare_columns_among_the_others(one: Block) -> None:
    published = told(one)
    for row in published.rows:
        assert isinstance(row.people, int)
        assert row.people >= FEWEST
    for row in (published.others, published.everybody) if published.others else ():
        assert row is not None
        if row.total is FEW:
            continue
        assert isinstance(row.people, int)
        assert row.people >= FEWEST
        assert all(n >= LEAST for n in (*row.cells, row.total) if not isinstance(n, Hidden))


@given(blocks(), st.randoms())
def test_the_order_of_teams_changes_nothing(one: Block, random: Random) -> None:
    teams = list(one.counts)
    random.shuffle(teams)
    again = Block(
        key=one.key,
        columns=one.columns,
        counts={team: one.counts[team] for team in teams},
        people={team: one.people[team] for team in reversed(teams)},
    )
    assert told(again) == told(one)
