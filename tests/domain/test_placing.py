"""Everybody counts in one team at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given

from policy_agent.domain.placing import NO_TEAM, Placed, Placement, place

NOON = datetime(2026, 10, 14, 12, tzinfo=UTC)
MOMENT = timedelta.resolution
TEAMS = {
    "everyone": frozenset({"ann", "bob", "cat", "dan"}),
    "managers": frozenset({"ann", "bob"}),
    "leadership": frozenset({"ann"}),
}


def test_whoever_is_in_several_teams_counts_in_the_smallest() -> None:
    assert place(TEAMS) == {
        "ann": "leadership",
        "bob": "managers",
        "cat": "everyone",
        "dan": "everyone",
    }


def test_with_an_order_the_first_team_counts_and_whoever_is_in_none_has_no_team() -> None:
    found = place(TEAMS, ("managers",))
    assert found == {"ann": "managers", "bob": "managers", "cat": NO_TEAM, "dan": NO_TEAM}


def test_leaders_count_among_the_leaders_whatever_the_order_says() -> None:
    found = place(TEAMS, ("everyone", "leadership"), "leadership")
    assert found == {"ann": "leadership", **dict.fromkeys(("bob", "cat", "dan"), "everyone")}


def test_a_place_holds_from_its_first_moment_until_before_its_last() -> None:
    placed = Placed(
        [
            Placement(person="ann", team="old", since=None, until=NOON),
            Placement(person="ann", team=NO_TEAM, since=NOON, until=NOON + timedelta(days=1)),
            Placement(person="bob", team="managers", since=NOON, until=None),
        ]
    )
    assert placed.at("ann", NOON - MOMENT) == "old"
    assert placed.at("ann", NOON) == NO_TEAM
    assert placed.at("ann", NOON + timedelta(days=1)) is None
    assert placed.at("bob", NOON - MOMENT) is None
    assert placed.team("bob", NOON - MOMENT) == NO_TEAM
    assert placed.team("bob", NOON + timedelta(days=999)) == "managers"
    assert placed.team("nobody known", NOON) == NO_TEAM


PEOPLE = st.frozensets(st.sampled_from("abcdef"))


@given(
    members=st.dictionaries(st.sampled_from(["w", "x", "y", "z"]), PEOPLE),
    order=st.lists(st.sampled_from(["w", "x", "y", "z", "gone"]), unique=True),
    leaders=st.sampled_from([None, "w", "gone"]),
)
def test_everybody_has_exactly_one_place_and_is_in_that_team(
    members: Mapping[str, frozenset[str]], order: list[str], leaders: str | None
) -> None:
    found = place(members, order, leaders)
    assert found.keys() == frozenset().union(*members.values())
    for person, team in found.items():
        assert team == NO_TEAM or person in members[team]
        if not order and leaders is None:
            assert len(members[team]) == min(len(ids) for ids in members.values() if person in ids)
