"""Teams of different modes in one block: each sort published apart, and put together."""

from policy_agent.domain.blocks import Block, Hidden, PublishedBlock, Told
from policy_agent.domain.suppression import publish
from tests.domain.months_of_counts import block

WITHHELD = Hidden.WITHHELD
LEADERS, SMALL, MIDDLE, LARGE = {"leaders": 8}, {"s": 6, "t": 7}, {"y": 25}, {"z": 60}


def told(one: Block) -> PublishedBlock:
    return publish([one])[one.key]


def told_rows(published: PublishedBlock) -> dict[str, tuple[Told, ...]]:
    rows = {" ".join(row.teams): row.cells for row in published.rows}
    if published.others:
        rows[" ".join(published.others.teams)] = published.others.cells
    return rows | {"all": published.everybody.cells}


def columns(published: PublishedBlock) -> list[str]:
    return [column.key for column in published.columns]


def test_what_nobody_could_have_had_is_told_as_none() -> None:
    counts = {"s": (9, 0, 3), "t": (3, 0, 3), "y": (9, 0, 9), "z": (9, 0, 9)}
    published = told(block(SMALL | MIDDLE | LARGE, counts, possible=dict.fromkeys(counts, "ac")))
    assert columns(published) == ["a", "b", "c"]
    assert told_rows(published) == {
        "z": (9, 0, 9),
        "y": (9, 0, 9),
        "s t": (12, 0, 6),
        "all": (30, 0, 24),
    }


def test_sorts_of_enough_people_are_told_apart_and_added_up() -> None:
    counts = {"s": (9, 0, 3), "t": (3, 0, 3), "y": (9, 0, 9), "z": (0, 40, 0)}
    could = dict.fromkeys(("s", "t", "y"), "ac") | {"z": "bc"}
    published = told(block(SMALL | MIDDLE | LARGE, counts, possible=could))
    assert told_rows(published) == {
        "z": (0, 40, 0),
        "y": (9, 0, 9),
        "s t": (12, 0, 6),
        "all": (21, 40, 15),
    }
    assert published.everybody.people == 98


def test_the_others_of_two_sorts_are_one_row() -> None:
    people = {"s": 6, "t": 7, "u": 5, "v": 8, "y": 25, "z": 60}
    could = {team: "ac" if team in "sty" else "bc" for team in people}
    counts = {team: (5, 0, 4) if team in "sty" else (0, 6, 4) for team in people}
    published = told(block(people, counts, possible=could))
    assert told_rows(published)["s t u v"] == (10, 12, 16)
    assert published.others is not None
    assert published.others.people == 26


def test_a_sort_of_too_few_people_goes_with_most_in_what_both_could_have_had() -> None:
    """A rule enforced with eight leaders, and only watching with everybody else."""
    counts = {"leaders": (4, 0, 2), "t": (0, 5, 3), "y": (0, 9, 9), "z": (0, 20, 20)}
    could = dict.fromkeys(counts, "bc") | {"leaders": "ac"}
    published = told(block(LEADERS | {"t": 7} | MIDDLE | LARGE, counts, possible=could))
    assert columns(published) == ["c", "a+b"]
    assert told_rows(published) == {
        "z": (20, 20),
        "y": (9, 9),
        "leaders t": (5, 9),
        "all": (34, 38),
    }


def test_one_who_could_have_had_more_is_counted_with_the_first_column_that_all_could() -> None:
    """The leaders' mode changed in mid-month, from watching on: what waited is not told apart."""
    counts = {"leaders": (4, 1, 2), "t": (0, 5, 3), "y": (0, 9, 9), "z": (0, 20, 20)}
    could = dict.fromkeys(counts, "bc") | {"leaders": "abc"}
    published = told(block(LEADERS | {"t": 7} | MIDDLE | LARGE, counts, possible=could))
    assert columns(published) == ["c", "a+b"]
    assert told_rows(published)["leaders t"] == (5, 10)


def test_a_sort_that_nothing_is_told_of_leaves_only_what_it_could_not_have_had() -> None:
    counts = {"s": (1, 0, 0), "t": (0, 0, 0), "y": (0, 9, 9), "z": (0, 20, 20)}
    could = {"s": "ac", "t": "ac", "y": "bc", "z": "bc"}
    published = told(block(SMALL | MIDDLE | LARGE, counts, possible=could))
    assert told_rows(published)["all"] == (WITHHELD, 29, WITHHELD)
    assert published.everybody.total is WITHHELD
    assert published.others is not None
    assert published.others.total is Hidden.FEW


def test_rare_columns_of_two_sorts_are_one_column() -> None:
    people = {"s": 6, "t": 7, "u": 5, "v": 8, "y": 25, "z": 60}
    could = {team: "abcd" if team in "sty" else "bcde" for team in people}
    counts = {team: (9, 9, 1, 0, 0) if team in "sty" else (0, 9, 9, 1, 0) for team in people}
    published = told(block(people, counts, possible=could))
    assert columns(published) == ["a", "b", "other"]
    assert published.columns[-1].of == ("c", "d", "e")
    assert told_rows(published)["all"] == (27, 54, 33)
