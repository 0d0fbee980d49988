"""The organisation's own survey in the annual review: beside figures, never of a small group."""

from collections.abc import Mapping, Sequence
from datetime import date

from policy_agent.domain.blocks import Hidden
from policy_agent.domain.measures import KeptColumn, Measure
from policy_agent.domain.survey import EVERYBODY, Answer, Survey
from policy_agent.reports.document import Section, Table
from policy_agent.reports.year import annual
from tests.reports.years import (
    MADE,
    PEOPLE,
    SUPERVISION,
    closed,
    counted,
    rolled_out_year,
    ruled,
)

OVERTIME = "How often do you work overtime?"
SAID = ("Never", "Sometimes", "Often")
TEAMS = {"practitioners": (30, 25, 20), "Managers": (12, 9, 7)}


def answers(
    teams: Mapping[str, Sequence[int]] = TEAMS,
    question: str = OVERTIME,
    *,
    year: int = 2026,
    said: Sequence[str] = SAID,
) -> list[Answer]:
    return [
        Answer(year=year, question=question, team=team, answer=answer, count=count)
        for team, counts in teams.items()
        for answer, count in zip(said, counts, strict=True)
    ]


def section(*found: Answer) -> Section:
    report = annual(2026, rolled_out_year(), Survey(answers=found), made=MADE)
    assert report.summary[-1] == "Your own survey of 2026 stands beside these figures."
    (one,) = [part for part in report.sections if part.key == "survey"]
    return one


def table(key: str, *found: Answer) -> Table:
    return next(one for one in section(*found).tables if one.key == key)


def values(key: str, *found: Answer) -> list[tuple[object, ...]]:
    return [row.values for row in table(key, *found).rows]


def test_answers_stand_beside_what_was_measured_of_the_same_team() -> None:
    found = table("survey-1", *answers())
    assert [column.title for column in found.columns] == [
        "Team",
        "“Never”",
        "“Sometimes”",
        "“Often”",
        "All answers",
        "Measured: All mail sent in the window (per 100 people a day), weekend-email",
    ]
    practitioners, managers, everybody = (row.values for row in found.rows)
    assert practitioners[:5] == ("practitioners", 30, 25, 20, 75)
    assert managers[:5] == ("Managers", 12, 9, 7, 28)
    assert everybody[:5] == ("Everybody", 42, 34, 27, 103)
    assert all(isinstance(row[5], float) for row in (practitioners, managers, everybody))
    assert found.rows[-1].total
    assert found.notes[0].startswith("We count mail that is sent in the quiet times of a rule.")


def test_the_index_says_what_each_question_is_compared_with() -> None:
    found = values(
        "survey-index",
        *answers(),
        *answers(question="Do you like the canteen?"),
        *answers(question="My supervision is regular"),
    )
    assert [row[:4] for row in found] == [
        (
            OVERTIME,
            "overtime",
            "All mail sent in the window (per 100 people a day)",
            "weekend-email",
        ),
        ("Do you like the canteen?", None, None, None),
        ("My supervision is regular", "supervision", "Kept meetings that took place (%)", None),
    ]
    assert isinstance(found[0][4], float)
    assert [found[1][4], found[2][4]] == [None, None]


def test_a_small_team_is_counted_with_others() -> None:
    teams = {**TEAMS, "duty": (2, 3, 1), "court": (4, 4, 3)}
    found = values("survey-1", *answers(teams))
    assert [row[0] for row in found] == [
        "practitioners",
        "Managers",
        "All other teams together",
        "Everybody",
    ]
    assert found[2][1:5] == (6, 7, 4, 17)
    assert found[2][5] is None


def test_where_everybody_is_few_nothing_is_told() -> None:
    (row,) = values("survey-1", *answers({"duty": (2, 3, 1)}))
    assert row[:5] == ("Everybody", *[Hidden.FEW] * 4)
    assert not section(*answers({"duty": (2, 3, 1)})).charts


def test_answers_that_few_gave_are_hidden_where_a_small_team_could_be_told() -> None:
    teams = {"practitioners": (40, 30, 20, 9), "duty": (3, 4, 0, 0), "court": (6, 5, 2, 0)}
    said = (*SAID, "other")
    found = values("survey-1", *answers(teams, said=said))
    assert [row[0] for row in found][:2] == ["practitioners", "All other teams together"]
    assert Hidden.WITHHELD in found[0]
    assert Hidden.WITHHELD in found[1]


def test_answers_without_teams_are_told_of_everybody_alone() -> None:
    found = values("survey-1", *answers({EVERYBODY: (30, 25, 20)}))
    assert [row[:5] for row in found] == [("Everybody", 30, 25, 20, 75)]


def test_who_named_no_team_is_a_row_so_that_teams_add_up() -> None:
    teams = {**TEAMS, EVERYBODY: (62, 44, 37)}
    found = values("survey-1", *answers(teams))
    assert [row[:5] for row in found] == [
        ("practitioners", 30, 25, 20, 75),
        ("No team given", 20, 10, 10, 40),
        ("Managers", 12, 9, 7, 28),
        ("Everybody", 62, 44, 37, 143),
    ]


def test_everybody_is_no_row_more_where_the_teams_are_all() -> None:
    found = values("survey-1", *answers({**TEAMS, EVERYBODY: (42, 34, 27)}))
    assert [row[0] for row in found] == ["practitioners", "Managers", "Everybody"]


def test_the_last_survey_before_stands_beside_this_one() -> None:
    old = answers({"x": (20, 20, 20), "y": (10, 10, 20)}, year=2024)
    older = answers({"x": (90, 5, 5)}, year=2022)
    new = answers(said=("Never", "Sometimes", "Always"))
    found = table("survey-1-years", *older, *old, *new)
    assert [column.key for column in found.columns] == ["answer", "y2024", "y2026"]
    assert [row.values for row in found.rows] == [
        ("Never", 0.3, 42 / 103),
        ("Sometimes", 0.3, 34 / 103),
        ("Always", None, 27 / 103),
        ("Often", 0.4, None),
    ]


def test_of_a_survey_before_with_few_answers_no_share_is_told() -> None:
    old = answers({"x": (2, 3, 4)}, year=2024)
    found = values("survey-1-years", *old, *answers())
    assert [row[1] for row in found] == [Hidden.FEW] * 3


def test_a_share_of_answers_that_are_told_together_is_withheld() -> None:
    old = answers({"x": (60, 0, 1), "duty": (4, 1, 1), "court": (5, 1, 0)}, year=2024)
    found = values("survey-1-years", *old, *answers())
    assert [row[1] for row in found] == [69 / 73, Hidden.WITHHELD, Hidden.WITHHELD]


def test_a_survey_of_another_year_is_not_shown() -> None:
    survey = Survey(answers=tuple(answers(year=2025)))
    report = annual(2026, rolled_out_year(), survey, made=MADE)
    assert "survey" not in {part.key for part in report.sections}


def test_a_survey_is_shown_where_no_month_is_closed() -> None:
    report = annual(2026, [], Survey(answers=tuple(answers())), made=MADE)
    (one,) = [part for part in report.sections if part.key == "survey"]
    assert [row.values[:5] for row in one.tables[1].rows][-1] == ("Everybody", 42, 34, 27, 103)
    assert one.tables[0].rows[0].values[3:5] == (None, None)


def test_a_month_in_which_the_rule_came_is_no_part_of_the_measured_figure() -> None:
    counts = {team: {KeptColumn.HELD: 90, KeptColumn.CANCELLED: 10} for team in PEOPLE}
    spoilt = {team: {KeptColumn.HELD: 10, KeptColumn.CANCELLED: 90} for team in PEOPLE}
    modes = dict.fromkeys(PEOPLE, "observe")
    months = [
        closed(
            date(2026, number, 1),
            [ruled(SUPERVISION, modes, first=first)],
            [counted(Measure.KEPT, SUPERVISION, found)],
        )
        for number, first, found in (
            (4, date(2026, 4, 20), spoilt),
            (5, None, counts),
            (6, None, counts),
        )
    ]
    said = Survey(answers=tuple(answers(question="Is your supervision regular?")))
    report = annual(2026, months, said, made=MADE)
    (one,) = [part for part in report.sections if part.key == "survey"]
    assert one.tables[0].rows[0].values[4] == 90


def test_words_of_a_survey_stay_words() -> None:
    hostile = "=HYPERLINK(1)"
    teams = {hostile: (30, 25, 20), "Everybody": (12, 9, 7)}
    found = table(
        "survey-1", *answers(teams, "=1+1 <b>stress</b>", said=(hostile, "All answers", "Team"))
    )
    titles = [column.title for column in found.columns]
    assert titles[1:5] == [f"“{hostile}”", "“All answers”", "“Team”", "All answers"]
    assert len({title.lower() for title in titles}) == len(titles)
    assert [column.key for column in found.columns][:5] == ["team", "a1", "a2", "a3", "answers"]
    assert found.rows[0].values[0] == hostile
