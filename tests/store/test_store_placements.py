"""Who counted in which team, from when until when. On both databases."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import hypothesis.strategies as st
from hypothesis import given, settings
from sqlalchemy import delete

from policy_agent.domain.placing import NO_TEAM, Placed, Placement
from policy_agent.store import Store
from policy_agent.store.figure_tables import placements
from tests.store.examples import MINUTE, SATURDAY
from tests.store.test_store_concurrency import all_at_once

EVER = datetime(2000, 1, 1, tzinfo=UTC)
END = datetime(2100, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def placed(store: Store) -> list[tuple[str, str, datetime | None, datetime | None]]:
    return [
        (one.person, one.team, one.since, one.until) for one in store.placements_between(EVER, END)
    ]


def test_the_very_first_places_hold_from_as_long_ago_as_anything_is_known(store: Store) -> None:
    store.place({"ann": "edt", "bob": NO_TEAM}, now=SATURDAY)
    assert placed(store) == [("ann", "edt", None, None), ("bob", NO_TEAM, None, None)]


def test_whoever_stays_keeps_their_row_and_whoever_moves_or_goes_gets_an_end(store: Store) -> None:
    store.place({"ann": "edt", "bob": "edt", "cat": "edt"}, now=SATURDAY)
    store.place({"ann": "edt", "bob": "night", "dan": "edt"}, now=SATURDAY + DAY)
    assert placed(store) == [
        ("ann", "edt", None, None),
        ("bob", "edt", None, SATURDAY + DAY),
        ("bob", "night", SATURDAY + DAY, None),
        ("cat", "edt", None, SATURDAY + DAY),
        ("dan", "edt", SATURDAY + DAY, None),
    ]


def test_a_renamed_team_ends_where_its_new_name_begins(store: Store) -> None:
    store.place({"ann": "old", "bob": "old"}, now=SATURDAY)
    store.place({"ann": "new", "bob": "new"}, now=SATURDAY + DAY)
    found = Placed(store.placements_between(SATURDAY, SATURDAY + 2 * DAY))
    assert found.team("ann", SATURDAY + DAY - timedelta.resolution) == "old"
    assert found.team("ann", SATURDAY + DAY) == "new"


def test_only_what_touches_the_span_is_told(store: Store) -> None:
    for day, team in enumerate(("a", "b", "c")):
        store.place({"ann": team}, now=SATURDAY + day * DAY)
    found = store.placements_between(SATURDAY + DAY, SATURDAY + 2 * DAY)
    assert [one.team for one in found] == ["b"]


def test_a_place_that_lasted_no_time_never_was(store: Store) -> None:
    store.place({"ann": "a"}, now=SATURDAY)
    store.place({"ann": "b"}, now=SATURDAY + DAY)
    store.place({"ann": "c"}, now=SATURDAY + DAY)
    assert placed(store) == [
        ("ann", "a", None, SATURDAY + DAY),
        ("ann", "c", SATURDAY + DAY, None),
    ]


def test_many_processes_that_read_the_directory_at_once_place_everybody_once(
    empty_url: str,
) -> None:
    def work(store: Store, _: str) -> list[Placement]:
        store.place({"ann": "a", "bob": "b"}, now=SATURDAY)
        store.place({"ann": "b", "bob": "b"}, now=SATURDAY + DAY)
        return list(store.placements_between(EVER, END))

    for rows in all_at_once(empty_url, work):
        assert {one.person for one in rows} == {"ann", "bob"}
        assert sum(one.until is None for one in rows) == 2


def test_nobody_ever_has_two_places_at_once(store: Store) -> None:
    directories = st.lists(
        st.tuples(
            st.integers(-2, 3),  # minutes: a clock may be set back, or two may read at once
            st.dictionaries(st.sampled_from("abc"), st.sampled_from(("x", "y", NO_TEAM))),
        ),
        max_size=6,
    )

    @settings(max_examples=25, deadline=None)
    @given(steps=directories)
    def look(steps: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        with store.writing() as connection:
            connection.execute(delete(placements))
        now = SATURDAY
        for minutes, teams in steps:
            now += minutes * MINUTE
            store.place(teams, now=now)
            rows = store.placements_between(EVER, END)
            open_rows = [(one.person, one.team) for one in rows if one.until is None]
            assert dict(open_rows) == teams
            assert len(open_rows) == len(teams)
            for person in teams:
                spans = [(one.since or EVER, one.until or END) for one in rows]
                theirs = sorted(
                    span for span, one in zip(spans, rows, strict=True) if one.person == person
                )
                assert all(starts < ends for starts, ends in theirs)
                assert all(one[1] <= other[0] for one, other in pairwise(theirs))

    look()
