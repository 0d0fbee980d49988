"""What a team is praised for and what it may talk about: never noise, and the rest by rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.reports.team_choice import (
    Candidate,
    Cases,
    Choice,
    Why,
    beyond_chance,
    praise,
    to_talk_about,
)


def candidate(
    now: tuple[int, int],
    then: tuple[int, int] | None = None,
    everybody: tuple[int, int] | None = None,
    *,
    what: str = "stayed free",
    high_is_good: bool = True,
) -> Candidate:
    def cases(pair: tuple[int, int] | None) -> Cases | None:
        return None if pair is None else Cases(part=pair[0], of=pair[1])

    return Candidate(
        what=what,
        high_is_good=high_is_good,
        now=Cases(part=now[0], of=now[1]),
        then=cases(then),
        everybody=cases(everybody),
    )


def test_what_got_better_by_most_is_praised() -> None:
    little = candidate((880, 1000), (800, 1000), what="lunch")
    much = candidate((800, 1000), (600, 1000), what="focus")
    assert praise([little, much]) == Choice(candidate=much, why=Why.CHANGED)


def test_less_of_what_is_bad_is_better() -> None:
    fewer = candidate((100, 1000), (300, 1000), high_is_good=False)
    assert praise([fewer]) == Choice(candidate=fewer, why=Why.CHANGED)
    assert to_talk_about([fewer]) is None


def test_what_got_worse_is_talked_about_and_not_praised() -> None:
    worse = candidate((600, 1000), (800, 1000))
    assert to_talk_about([worse]) == Choice(candidate=worse, why=Why.CHANGED)
    assert praise([worse]) is None


def test_where_nothing_changed_a_team_is_laid_beside_everybody_else() -> None:
    ahead = candidate((400, 500), (400, 500), (1400, 2500))
    behind = candidate((200, 500), (200, 500), (1700, 2500))
    assert praise([ahead, behind]) == Choice(candidate=ahead, why=Why.APART)
    assert to_talk_about([ahead, behind]) == Choice(candidate=behind, why=Why.APART)


def test_nearly_all_of_what_could_be_is_praised_where_nothing_else_is() -> None:
    good = candidate((480, 500), (481, 500), (950, 1000))
    seldom = candidate((2, 500), (2, 500), (4, 1000), high_is_good=False)
    assert praise([seldom, good]) == Choice(candidate=good, why=Why.HIGH)
    assert praise([seldom]) == Choice(candidate=seldom, why=Why.HIGH)


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ((20, 25), (5, 25)),  # few cases, however far apart
        ((804, 1000), (800, 1000)),  # many cases, hardly apart
        ((24, 40), (20, 40)),  # ten points, which chance does to forty
        ((41, 50), (38, 50)),
    ],
)
def test_noise_is_neither_praised_nor_blamed(now: tuple[int, int], then: tuple[int, int]) -> None:
    assert praise([candidate(now, then)]) is None
    assert to_talk_about([candidate(then, now)]) is None


def test_of_nothing_nothing_is_chosen() -> None:
    assert praise([]) is None
    assert to_talk_about([]) is None


@st.composite
def cases(draw: st.DrawFn) -> Cases:
    of = draw(st.integers(0, 2000))
    return Cases(part=draw(st.integers(0, of)), of=of)


@given(cases(), cases())
def test_what_is_apart_is_so_from_both_sides(one: Cases, other: Cases) -> None:
    assert beyond_chance(one, other) == -beyond_chance(other, one)


@given(cases(), cases(), st.booleans())
def test_nothing_is_praised_and_talked_about_at_once(
    now: Cases, then: Cases, high_is_good: bool
) -> None:
    one = candidate((now.part, now.of), (then.part, then.of), high_is_good=high_is_good)
    praised, talked = praise([one]), to_talk_about([one])
    assert talked is None or praised is None or praised.why is Why.HIGH
