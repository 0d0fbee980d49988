"""Each mistake has a fixture named after it, and beside it the whole text its writer reads."""

from pathlib import Path

import pytest

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import MOST_PROBLEMS, RulebookError

BAD = Path(__file__).parent / "bad"
GOOD = Path(__file__).parent / "good"
MISTAKES = sorted(path for path in BAD.iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda path: path.stem)
def test_its_writer_reads_what_is_wrong_and_what_would_be_right(mistake: Path) -> None:
    golden = (BAD / f"{mistake.stem}.txt").read_text(encoding="utf-8")
    with pytest.raises(RulebookError) as refused:
        load(mistake, SHIPPED)
    assert f"{refused.value}\n" == golden


def test_no_text_is_left_without_its_mistake() -> None:
    assert {path.stem for path in BAD.glob("*.txt")} == {path.stem for path in MISTAKES}


def test_no_text_speaks_of_the_libraries_behind_it() -> None:
    for path in BAD.glob("*.txt"):
        text = path.read_text(encoding="utf-8").lower()
        for jargon in (
            "pydantic",
            "traceback",
            "validationerror",
            "input should",
            "nonetype",
            "literal_",
        ):
            assert jargon not in text, path.name


@pytest.mark.parametrize("path", sorted(GOOD.iterdir()), ids=lambda path: path.stem)
def test_a_good_rulebook_loads(path: Path) -> None:
    assert load(path, SHIPPED).rules


def test_a_thousand_problems_do_not_flood(tmp_path: Path) -> None:
    teams = "".join(f"  team-{number}: {{ group: nobody }}\n" for number in range(1_000))
    (tmp_path / "a.yaml").write_text(
        f"version: 1\norganisation: {{ name: N, domains: [n.example] }}\nteams:\n{teams}"
    )
    with pytest.raises(RulebookError) as refused:
        load(tmp_path, SHIPPED)
    lines = str(refused.value).splitlines()
    assert len(refused.value.problems) == 1_000
    assert len(lines) == MOST_PROBLEMS + 1
    assert lines[-1] == "and 800 more; put these right first and check again"


def test_problems_stand_in_the_order_of_file_line_and_column() -> None:
    with pytest.raises(RulebookError) as refused:
        load(BAD / "many-mistakes-at-once.yaml", SHIPPED)
    places = [problem.where for problem in refused.value.problems]
    assert places == sorted(places)
    assert len(places) == 9
