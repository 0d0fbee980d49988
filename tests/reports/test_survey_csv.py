"""A survey's file: what is read, and every mistake with its place and what would be right."""

from pathlib import Path

import pytest

from policy_agent.domain.survey import EVERYBODY, Answer, Survey
from policy_agent.reports.survey_csv import LONGEST, SurveyError, read_survey

HEAD = "question,year,team,answer,count\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("survey.csv")


def read(file: Path, text: str) -> Survey:
    file.write_bytes(text.encode())
    return read_survey(file)


def wrong(file: Path, text: str | bytes) -> list[str]:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SurveyError) as refused:
        read_survey(file)
    assert str(refused.value) == "\n".join(map(str, refused.value.problems))
    return [str(problem) for problem in refused.value.problems]


def test_each_line_is_an_answer_of_a_team(file: Path) -> None:
    found = read(file, HEAD + "Overtime?,2026,Practitioners,Often,12\nOvertime?,2026,,Often,30\n")
    assert found.answers == (
        Answer(year=2026, question="Overtime?", team="Practitioners", answer="Often", count=12),
        Answer(year=2026, question="Overtime?", team=EVERYBODY, answer="Often", count=30),
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffquestion,year,team,answer,count\r\nOvertime?,2026,Duty,Often,12\r\n",
        "question;year;team;answer;count\nOvertime?;2026;Duty;Often;12\n",
        "question\tyear\tteam\tanswer\tcount\nOvertime?\t2026\tDuty\tOften\t12",
        " Count ,ANSWER,team,year,question\n12,Often,Duty,2026,Overtime?\n",
        'question,year,team,answer,count\n\n"Overtime?", 2026 ,"Duty"," Often ",0012\n,,,,\n',
        "question,year,team,answer,count\rOvertime?,2026,Duty,Often,12\r",
    ],
    ids=["excel", "semicolons", "tabs", "any order", "quotes and empty lines", "old mac"],
)
def test_what_spreadsheets_write_is_read(file: Path, text: str) -> None:
    assert read(file, text).answers == (
        Answer(year=2026, question="Overtime?", team="Duty", answer="Often", count=12),
    )


@pytest.mark.parametrize("word", ["", "All", "everyone", "EVERYBODY", "total"])
def test_a_word_for_everybody_is_no_team(file: Path, word: str) -> None:
    (found,) = read(file, f"{HEAD}Overtime?,2026,{word},Often,12\n").answers
    assert found.team == EVERYBODY


def test_capitals_and_spaces_make_no_other_question_team_or_answer(file: Path) -> None:
    found = read(
        file,
        HEAD
        + "Work  overtime?,2026,Duty,Often,12\nwork overtime?,2026,DUTY,Never,3\n"
        + "Work overtime?,2026,Hub,often,4\nWork overtime?,2026,Hub,Cafe\u0301,4\n",
    )
    assert found.questions(2026) == ("Work overtime?",)
    assert [(one.team, one.answer) for one in found.answers] == [
        ("Duty", "Often"),
        ("Duty", "Never"),
        ("Hub", "Often"),
        ("Hub", "Caf\u00e9"),
    ]


def test_words_that_a_spreadsheet_would_run_stay_what_they_are(file: Path) -> None:
    (found,) = read(file, HEAD + '"=1+1, or <b>?",2026,@duty,-yes,12\n').answers
    assert (found.question, found.team, found.answer) == ("=1+1, or <b>?", "@duty", "-yes")


def test_the_head_has_all_columns_once_and_no_other(file: Path) -> None:
    assert wrong(file, "question,Answers,team,team,count\n") == [
        (
            "survey.csv:1:1: the column 'year' is missing; "
            "the first line should be question,year,team,answer,count"
        ),
        (
            "survey.csv:1:1: the column 'answer' is missing; "
            "the first line should be question,year,team,answer,count"
        ),
        "survey.csv:1:10: there is no column 'Answers'; did you mean 'answer'?",
        "survey.csv:1:23: the column 'team' stands there twice; keep one",
    ]


def test_a_column_of_their_own_is_told_too(file: Path) -> None:
    assert wrong(file, "question,year,team,answer,count,response rate\n") == [
        (
            "survey.csv:1:33: there is no column 'response rate'; "
            "have question,year,team,answer,count only"
        )
    ]


def test_an_empty_file_lacks_every_column(file: Path) -> None:
    assert len(wrong(file, "")) == 5


def test_a_file_without_answers_says_so(file: Path) -> None:
    assert wrong(file, HEAD) == ["survey.csv:2:1: no line has an answer; write one a line"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Overtime?,2026,Duty,Often",
            (
                "2:1: there are 4 values, and the first line names 5 columns; "
                "put quotes around a value with a comma in it"
            ),
        ),
        (",2026,Duty,Often,12", "2:1: the question is empty; write it on every line"),
        ("Overtime?,2026,Duty, ,12", "2:21: the answer is empty; write it on every line"),
        (
            "Overtime?,26/27,Duty,Often,12",
            "2:11: the year is '26/27'; write a year in four digits, such as 2026",
        ),
        ("Overtime?,1926,Duty,Often,12", "2:11: the year is 1926; it should be from 2000 to 2100"),
        (
            "Overtime?,2026,Duty,Often,fewer than 10",
            (
                "2:27: the count is 'fewer than 10'; write how many gave this answer as a whole "
                "number, such as 12, and leave lines out that the survey does not tell"
            ),
        ),
        (
            'Overtime?,2026,Duty,Often,"1,200"',
            (
                "2:27: the count is '1,200'; write how many gave this answer as a whole "
                "number, such as 12, and leave lines out that the survey does not tell"
            ),
        ),
        (
            "Overtime?,2026,Duty,Often,-3",
            (
                "2:27: the count is '-3'; write how many gave this answer as a whole "
                "number, such as 12, and leave lines out that the survey does not tell"
            ),
        ),
        (
            "Overtime?,2026,Duty,Often,99999999",
            "2:27: the count is 99999999; it should be from 0 to 10000000",
        ),
        (
            '"Over\ntime?",2026,Duty,Often,12',
            "2:1: the question has a line break in it; write it on one line",
        ),
        (
            "Overtime?,2026,Du\u202ety,Often,12",
            "2:16: the team 'Du?ty' has a character that cannot be printed; take it out",
        ),
        (
            f"Overtime?,2026,Duty,{'x' * (LONGEST + 1)},12",
            "2:21: the answer has 301 characters; write 300 at most",
        ),
        (
            'Overtime?,2026,"Duty"x,Often,12',
            "2:1: this is no CSV (',' expected after '\"'); save it as CSV, UTF-8",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_would_be_right(
    file: Path, line: str, said: str
) -> None:
    assert wrong(file, f"{HEAD}{line}\n") == [f"survey.csv:{said}"]


def test_all_mistakes_are_told_at_once_and_in_order(file: Path) -> None:
    text = HEAD + "Overtime?,x,Duty,,12\n\nOvertime?,2026,Duty,Often,\nOk?,2026,Duty,Often,1\n"
    assert [one.split(": ")[0] for one in wrong(file, text)] == [
        "survey.csv:2:11",
        "survey.csv:2:18",
        "survey.csv:4:27",
    ]


def test_a_place_after_a_value_over_two_lines_is_right(file: Path) -> None:
    (_, count) = wrong(file, HEAD + 'Overtime?,2026,"Du\nty",Often,x\n')
    assert count.startswith("survey.csv:3:11: the count is 'x'")


def test_the_same_answer_twice_is_told_with_both_lines(file: Path) -> None:
    line = "Overtime?,2026,Duty,Often,12\n"
    assert wrong(file, HEAD + line + line) == [
        (
            "survey.csv:3:21: 'Often' stands in line 2 already for this question, year and team; "
            "keep one line, with the sum of both if they count different people"
        )
    ]


def test_teams_cannot_say_more_than_everybody(file: Path) -> None:
    lines = "O?,2026,Duty,Often,12\nO?,2026,Hub,Often,9\nO?,2026,,Never,4\nO?,2026,,Often,20\n"
    assert wrong(file, HEAD + lines) == [
        (
            "survey.csv:5:10: everybody gave the answer 'Often' 20 times and the teams 21; "
            "the line without a team should count all answers, or leave it out"
        )
    ]


def test_an_answer_that_everybody_lacks_is_found_at_the_team(file: Path) -> None:
    (found,) = wrong(file, HEAD + "O?,2026,Duty,Often,12\nO?,2026,,Never,4\n")
    assert found.startswith("survey.csv:2:14: everybody gave the answer 'Often' 0 times")


def test_another_encoding_is_told_with_its_place(file: Path) -> None:
    text = (HEAD + "Overtime?,2026,Duty,Oft\u00e9n,12\n").encode("cp1252")
    assert wrong(file, text) == ["survey.csv:2:24: this is not UTF-8; save it as CSV, UTF-8"]


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(SurveyError, match=r"No such file or directory\); name a CSV file"):
        read_survey(file)
