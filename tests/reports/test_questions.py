"""The index of questions: it fits together, and knows questions however they are put."""

import pytest

from policy_agent.reports.questions import QUESTIONS, Question, matching

_SENTENCE = 30  # characters of a reason, at least


def test_it_has_what_every_health_check_asks_about() -> None:
    themes = {one.theme for one in QUESTIONS}
    assert themes >= {"overtime", "stress", "lunch breaks", "supervision"}


def test_every_entry_is_whole_and_there_once() -> None:
    assert len({one.id for one in QUESTIONS}) == len(QUESTIONS)
    for one in QUESTIONS:
        assert one.rates
        assert one.words
        assert all(words and all(word == word.lower() for word in words) for words in one.words)
        assert one.asks.endswith("?")
        assert len(one.differs) > _SENTENCE
        assert one.differs.endswith(".")


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.id)
def test_an_entry_is_known_by_its_id_and_by_its_sentence(one: Question) -> None:
    assert matching(one.id.upper()) is one
    assert matching(one.asks) is one
    assert matching(f"  {one.asks.rstrip('?')} ") is one


@pytest.mark.parametrize(
    ("asked", "known"),
    [
        ("I often work more than my contracted hours", "overtime"),
        ("In the past month, how many extra hours did you work?", "overtime"),
        ("Has work-related stress made you unwell in the last year?", "stress"),
        ("My workload is manageable", "workload"),
        ("I am able to have lunch away from my desk", "lunch"),
        ("Do you take breaks?", "lunch"),
        ("How often is your supervision cancelled?", "supervision-kept"),
        ("I am happy with the supervision I get", "supervision"),
        ("Back-to-back meetings tire me out", "meetings"),
        ("I can switch off from work", "weekends"),
        ("There is time for my CPD", "training"),
    ],
)
def test_questions_are_known_by_their_words(asked: str, known: str) -> None:
    found = matching(asked)
    assert found is not None
    assert found.id == known


@pytest.mark.parametrize(
    "asked", ["Do you like the canteen?", "", "¿?", "=1+1", "Is parking good?"]
)
def test_a_question_that_is_like_none_is_not_known(asked: str) -> None:
    assert matching(asked) is None


def test_short_words_are_whole_words() -> None:
    assert matching("We work together, one toilet, no doubt") is None
