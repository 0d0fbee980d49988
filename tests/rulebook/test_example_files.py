"""Files of examples beside a rulebook: what they may say, and how they come out."""

import shutil
from pathlib import Path

import pytest

from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.example_files import run_example_files
from policy_agent.rulebook.load import load, load_with_places
from policy_agent.rulebook.problems import RulebookError

HERE = Path(__file__).parent
SMALL = HERE / "good" / "small.yaml"
BAD = HERE / "bad-examples"
MISTAKES = sorted(BAD.glob("*.yaml"))

HELD = """\
  - rule: weekend-email
    title: a Saturday mail waits
    given: { from: alice, to: bob, at: 2026-06-06 10:00 }
    expect: hold until 2026-06-08 08:30
"""
SURPRISE = """\
  - rule: weekend-email
    title: a Friday mail waits
    given: { from: alice, to: [bob, carol], at: 2026-06-05 10:00 }
    expect: hold until 2026-06-08 08:30
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    shutil.copy(SMALL, folder / "small.yaml")
    return folder


@pytest.fixture(scope="module")
def small() -> Rulebook:
    return load(SMALL, SHIPPED)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda path: path.name.partition(".")[0])
def test_its_writer_reads_what_is_wrong_and_what_would_be_right(
    mistake: Path, rules: Path, small: Rulebook
) -> None:
    golden = mistake.with_name(f"{mistake.name.partition('.')[0]}.txt")
    shutil.copy(mistake, rules / mistake.name)
    with pytest.raises(RulebookError) as refused:
        run_example_files(rules, small)
    assert f"{refused.value}\n" == golden.read_text(encoding="utf-8")


def test_every_golden_text_has_its_mistake() -> None:
    texts = {path.stem for path in BAD.glob("*.txt")}
    assert texts == {path.name.partition(".")[0] for path in MISTAKES}
    assert len(texts) > 10


def test_examples_of_all_files_are_tried_with_the_clause_that_decided(
    rules: Path, small: Rulebook
) -> None:
    (rules / "sub").mkdir()
    (rules / "sub" / "b.examples.yml").write_text(f"examples:\n{SURPRISE}")
    (rules / "a.examples.yaml").write_text(f"examples:\n{HELD}")
    (rules / "empty.examples.yaml").write_text("# nothing yet\n")
    held, surprise = run_example_files(rules, small)
    assert held.as_expected
    assert str(held.example.where) == "rules/a.examples.yaml:2"
    assert (surprise.expected, surprise.came) == ("hold until 2026-06-08 08:30", "deliver")
    assert str(surprise.example.where) == "rules/sub/b.examples.yml:2"
    assert surprise.decision is not None
    assert surprise.decision.detail == "Fri 5 Jun 2026 is outside the window rest-days"


def test_a_failing_example_beside_the_rulebook_keeps_nothing_from_loading(rules: Path) -> None:
    (rules / "a.examples.yaml").write_text(f"examples:\n{SURPRISE}")
    assert load(rules, SHIPPED).rules


def test_beside_one_file_stands_one_file_of_its_name(rules: Path, small: Rulebook) -> None:
    (rules / "small.examples.yaml").write_text(f"examples:\n{HELD}")
    (rules / "other.examples.yaml").write_text(f"examples:\n{SURPRISE}")
    assert len(run_example_files(rules / "small.yaml", small)) == 1
    assert len(run_example_files(rules, small)) == 2


def test_a_rulebook_without_such_files_is_fine(rules: Path, small: Rulebook) -> None:
    assert run_example_files(rules, small) == ()


def test_examples_beside_a_rulebook_that_would_take_long_are_not_tried(
    rules: Path, small: Rulebook
) -> None:
    many = ", ".join(f"person-{number}" for number in range(600))
    (rules / "a.examples.yaml").write_text(f"examples:\n{HELD.replace('to: bob', f'to: [{many}]')}")
    with pytest.raises(RulebookError, match="trying the examples takes too long"):
        run_example_files(rules, small)


def test_a_load_can_keep_examples_that_fail_as_results(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        SMALL.read_text().replace("hold until 2026-06-08", "hold until 2026-06-09")
    )
    with pytest.raises(RulebookError, match="expected hold until 2026-06-09 08:30"):
        load(tmp_path, SHIPPED)
    (result,) = load_with_places(tmp_path, SHIPPED, refuses_surprises=False).results
    assert not result.as_expected
