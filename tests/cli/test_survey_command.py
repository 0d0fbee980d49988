"""`policy-agent survey`: import, all or nothing, and the index of questions."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.reports.questions import QUESTIONS
from policy_agent.store import Store

HEAD = "question,year,team,answer,count\n"
LINES = (
    "How often do you work overtime?,2026,Duty,Often,12\n"
    "How often do you work overtime?,2026,Duty,Never,20\n"
    "How often do you work overtime?,2026,Hub,Often,9\n"
    "Do you like the canteen?,2026,,Yes,30\n"
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.chdir(tmp_path)
    with closing(Store.open("sqlite:///policy-agent.db")) as opened:
        yield opened


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["survey", *arguments])


def take(text: str, *more: str) -> Result:
    Path("survey.csv").write_text(text)
    return call("import", "survey.csv", *more)


def test_a_file_is_imported_and_said_what_it_is_compared_with(store: Store) -> None:
    done = take(HEAD + LINES)
    assert done.exit_code == 0, done.output
    assert done.output == (
        "2026 'How often do you work overtime?': 3 lines of 2 teams were written; it is compared "
        "with overtime.\n"
        "2026 'Do you like the canteen?': 1 lines of 0 teams were written; it is shown on its own: "
        "the index has no question like it.\n"
    )
    found = store.survey(2026)
    assert found is not None
    assert len(found.answers) == 4


def test_importing_again_replaces_and_says_so(store: Store) -> None:
    take(HEAD + LINES)
    before = store.survey(2026)
    done = take(HEAD + LINES)
    assert "3 lines of 2 teams were written in place of 3; it is" in done.output
    assert store.survey(2026) == before


def test_a_dry_run_writes_nothing(store: Store) -> None:
    done = take(HEAD + LINES, "--dry-run")
    assert done.exit_code == 0
    assert "3 lines of 2 teams would be written; it is compared" in done.output
    assert store.survey(2026) is None
    take(HEAD + LINES)
    assert "would be written in place of 3" in take(HEAD + LINES, "--dry-run").output


def test_a_file_with_mistakes_is_refused_whole(store: Store) -> None:
    done = take(HEAD + LINES + "Stress?,2026,Duty,Often,many\n,2026,Duty,Often,3\n")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        (
            "survey.csv:6:25: the count is 'many'; write how many gave this answer as a whole "
            "number, such as 12, and leave lines out that the survey does not tell"
        ),
        "survey.csv:7:1: the question is empty; write it on every line",
        "Nothing was imported.",
    ]
    assert store.survey(2026) is None


def test_of_very_many_mistakes_the_first_are_told(store: Store) -> None:
    done = take(HEAD + "x,y,z,a,b\n" * 200)
    lines = done.output.splitlines()
    assert len(lines) == 202
    assert lines[-2] == "and 200 more"


def test_programs_get_json(store: Store) -> None:
    assert json.loads(take(HEAD + LINES, "--format", "json").output)["questions"][1] == {
        "year": 2026,
        "question": "Do you like the canteen?",
        "lines": 1,
        "teams": 0,
        "replaced": 0,
        "compared_with": None,
    }
    refused = json.loads(take(HEAD + "x,y,z,a,1\n", "--format", "json").output)
    assert refused == {
        "ok": False,
        "problems": [
            {
                "file": "survey.csv",
                "line": 2,
                "column": 3,
                "text": "the year is 'y'; write a year in four digits, such as 2026",
            }
        ],
    }


def test_a_store_that_is_not_there_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = take(HEAD + LINES)
    assert done.exit_code == 2
    assert "there is no such file" in done.output


def test_the_index_is_printed_whole() -> None:
    said = call("questions").output
    for one in QUESTIONS:
        assert f"{one.id} ({one.theme}): {one.asks}" in said
        assert f"compared with: {one.compared_with}" in said
        assert f"may differ: {one.differs}" in said
    listed = json.loads(call("questions", "--format", "json").output)
    assert [one["id"] for one in listed] == [one.id for one in QUESTIONS]
    assert listed[0]["compared_with"] == ["sent"]
