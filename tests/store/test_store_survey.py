"""Answers of a survey: each question of a year is replaced as a whole, and keeps its order."""

from policy_agent.domain.survey import EVERYBODY, Answer, Survey
from policy_agent.store import Store


def answers(question: str, year: int, **counts: int) -> tuple[Answer, ...]:
    return tuple(
        Answer(year=year, question=question, team=team, answer=answer, count=count)
        for team in (EVERYBODY, "duty")
        for answer, count in counts.items()
    )


OVERTIME = answers("Overtime?", 2026, Never=30, Often=10, Always=0)
STRESS = answers("Stress?", 2026, Yes=12)


def test_answers_come_back_in_the_order_of_the_file(store: Store) -> None:
    assert store.survey(2026) is None
    assert store.put_survey(Survey(answers=(*STRESS, *OVERTIME))) == {
        (2026, "Stress?"): 0,
        (2026, "Overtime?"): 0,
    }
    assert store.survey(2026) == Survey(answers=(*STRESS, *OVERTIME))


def test_a_question_of_a_year_is_replaced_as_a_whole(store: Store) -> None:
    store.put_survey(Survey(answers=(*OVERTIME, *STRESS)))
    again = answers("Overtime?", 2026, Often=11, Never=29)
    assert store.put_survey(Survey(answers=again)) == {(2026, "Overtime?"): 6}
    assert store.put_survey(Survey(answers=again)) == {(2026, "Overtime?"): 4}
    found = store.survey(2026)
    assert found is not None
    assert {one for one in found.answers if one.question == "Overtime?"} == set(again)
    assert {one for one in found.answers if one.question == "Stress?"} == set(STRESS)
    assert store.survey_sizes() == {(2026, "Overtime?"): 4, (2026, "Stress?"): 2}


def test_a_year_comes_with_those_before_it(store: Store) -> None:
    years = [answers("Overtime?", year, Often=year - 2000) for year in (2024, 2025, 2026)]
    store.put_survey(Survey(answers=sum(years, ())))
    found = store.survey(2025)
    assert found is not None
    assert found.years() == (2024, 2025)
    assert store.survey(2027) is None
    assert store.survey(2023) is None
