"""Rates are made of what is told, and of nothing else."""

from itertools import combinations

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from policy_agent.domain.blocks import (
    Block,
    Hidden,
    PublishedBlock,
    PublishedColumn,
    PublishedRow,
    Told,
)
from policy_agent.domain.measures import MailColumn
from policy_agent.domain.suppression import publish
from policy_agent.reports.rates import BY_KEY, RATES, Rate, told

SENT = MailColumn.WAITED, MailColumn.URGENT, MailColumn.REST


def row(*cells: Told, people: Told = 40, total: Told | None = None) -> PublishedRow:
    whole = total if total is not None else sum(cell for cell in cells if isinstance(cell, int))
    return PublishedRow(teams=("managers",), people=people, cells=cells, total=whole)


def block_of(one: PublishedRow, *columns: tuple[str, ...]) -> PublishedBlock:
    return PublishedBlock(
        key="mail:weekend-email",
        columns=tuple(
            PublishedColumn(key=of[0] if len(of) == 1 else "other", of=of) for of in columns
        ),
        rows=(one,),
        others=None,
        everybody=one,
    )


def wanted(*keys: str) -> frozenset[str]:
    return frozenset(keys)


def test_columns_that_are_told_are_added_up() -> None:
    one = row(30, 8, 12)
    counts = block_of(one, ("a",), ("b",), ("c",))
    assert told(counts, one, wanted("a", "c")) == 42
    assert told(counts, one, wanted("a", "b", "c")) == 50


def test_what_a_merged_column_has_is_told_only_whole() -> None:
    one = row(30, 12)
    counts = block_of(one, ("a",), ("b", "c"))
    assert told(counts, one, wanted("b", "c")) == 12
    assert told(counts, one, wanted("b")) is None
    assert told(counts, one, wanted("a", "b")) is None


def test_a_hidden_column_is_read_off_the_total_only_where_all_others_are_told() -> None:
    one = row(30, Hidden.WITHHELD, Hidden.WITHHELD, total=50)
    counts = block_of(one, ("a",), ("b",), ("c",))
    assert told(counts, one, wanted("b", "c")) == 20
    assert told(counts, one, wanted("b")) is None
    hidden = row(30, Hidden.FEW, total=Hidden.FEW)
    assert told(block_of(hidden, ("a",), ("b",)), hidden, wanted("b")) is None


def test_a_column_that_a_block_does_not_have_is_not_nought() -> None:
    one = row(30, 20)
    assert told(block_of(one, ("a",), ("b",)), one, wanted("a", "z")) is None


def mail(one: PublishedRow, key: str, days: int = 8, fewest: int = 10) -> float | None:
    counts = block_of(one, *((column,) for column in MailColumn))
    return BY_KEY[key].value(counts, one, days=days, fewest=fewest)


def copies(**counts: int) -> tuple[int, ...]:
    return tuple(counts.get(column, 0) for column in MailColumn)


def test_what_waited_did_not_arrive_at_once() -> None:
    one = row(*copies(waited=60, urgent=10, sent_now=4, rest=6))
    assert mail(one, "arrived") == 100 * 20 / (40 * 8)
    assert mail(one, "sent") == 100 * 80 / (40 * 8)
    assert mail(one, "urgent") == 12.5
    assert mail(one, "sent-now") == 100 * 4 / 64


def test_a_month_with_more_days_in_the_window_is_no_worse() -> None:
    short, long = row(*copies(off=160)), row(*copies(off=220))
    assert mail(short, "sent", days=8) == mail(long, "sent", days=11)


def test_without_a_day_in_the_window_there_is_no_rate() -> None:
    assert mail(row(*copies(off=160)), "sent", days=0) is None


def test_a_share_needs_a_base() -> None:
    one = row(*copies(waited=9))
    assert mail(one, "sent-now") is None
    assert mail(one, "sent-now", fewest=9) == 0


def test_people_who_are_not_told_are_no_base() -> None:
    assert mail(row(*copies(off=160), people=Hidden.FEW), "sent") is None


def test_keys_and_words_are_each_there_once() -> None:
    assert len(BY_KEY) == len(RATES)
    assert len({rate.head.lower() for rate in RATES}) == len(RATES)


COUNTS = st.lists(st.tuples(st.integers(5, 60), *[st.integers(0, 30)] * 4), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_what_can_be_read_off_is_what_was_counted(rows: list[tuple[int, ...]]) -> None:
    columns = ("a", "b", "c", "d")
    counts = {f"t{n}": found[1:] for n, found in enumerate(rows)}
    raw = Block(
        key="x",
        columns=columns,
        counts=counts,
        people={f"t{n}": found[0] for n, found in enumerate(rows)},
    )
    published = publish([raw])["x"]
    for one in published.rows:
        (team,) = one.teams
        for size in range(1, 5):
            for keys in combinations(columns, size):
                found = told(published, one, frozenset(keys))
                exact = sum(counts[team][columns.index(key)] for key in keys)
                assert found is None or found == exact


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.key)
def test_a_share_counts_what_is_in_its_base(rate: Rate) -> None:
    assert rate.counted
    assert rate.of is None or rate.counted < rate.of
