"""Files that cannot be committed as fixtures: too large, too many, links, rights, other kinds."""

import os
from pathlib import Path

import pytest
import yaml

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook import reading
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError

SMALL = (Path(__file__).parent / "good" / "small.yaml").read_text(encoding="utf-8")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    return folder


def said(path: Path) -> str:
    with pytest.raises(RulebookError) as refused:
        load(path, SHIPPED)
    return str(refused.value)


def test_a_file_over_a_megabyte_is_refused(rules: Path) -> None:
    (rules / "big.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    assert said(rules) == (
        "rules/big.yaml:1:1: the file is not used: it has 1,048,577 bytes; at most 1,048,576 are"
        " read"
    )


def test_a_file_of_a_megabyte_is_read(rules: Path) -> None:
    (rules / "big.yaml").write_bytes(b"#" * (1024 * 1024))
    assert load(rules, SHIPPED).rules


def test_more_than_a_thousand_files_are_refused(rules: Path) -> None:
    for number in range(1_000):
        (rules / f"{number}.yaml").touch()
    assert said(rules) == "rules:1:1: there are 1,001 rulebook files; at most 1,000 are read"


def test_files_of_more_than_four_megabytes_together_are_refused(rules: Path) -> None:
    for number in range(5):
        (rules / f"{number}.yaml").write_bytes(b"#" * (1024 * 1024))
    assert said(rules) == (
        "rules/4.yaml:1:1: all files together have more than 4,194,304 bytes; use less"
    )


def test_a_missing_path_is_a_problem(tmp_path: Path) -> None:
    text = said(tmp_path / "nowhere")
    assert text.endswith("the file is not used: there is no such file; check its name")


def test_a_link_out_of_the_folder_is_refused(rules: Path) -> None:
    (rules.parent / "secret.yaml").write_text("teams: {}", encoding="utf-8")
    (rules / "link.yaml").symlink_to(rules.parent / "secret.yaml")
    assert said(rules) == (
        "rules/link.yaml:1:1: the file is not used: it leads out of the rules folder; put the file"
        " itself there"
    )


def test_a_link_within_the_folder_is_followed_as_in_a_mounted_config_map(rules: Path) -> None:
    (rules / "..data").mkdir()
    (rules / "small.yaml").rename(rules / "..data" / "small.yaml")
    (rules / "small.yaml").symlink_to(Path("..data") / "small.yaml")
    assert load(rules, SHIPPED).rules


def test_a_loop_of_folders_is_refused(rules: Path) -> None:
    (rules / "loop").symlink_to(rules)
    assert said(rules) == ("rules/loop:1:1: this is a link to a folder; put the folder itself here")


def test_a_loop_of_links_is_refused(rules: Path) -> None:
    (rules / "a.yaml").symlink_to(rules / "b.yaml")
    (rules / "b.yaml").symlink_to(rules / "a.yaml")
    assert len(said(rules).splitlines()) == 2


def test_a_pipe_is_refused_and_not_waited_for(rules: Path) -> None:
    os.mkfifo(rules / "pipe.yaml")
    assert said(rules) == (
        "rules/pipe.yaml:1:1: the file is not used: it is no plain file; name a file"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(rules: Path) -> None:
    (rules / "small.yaml").chmod(0)
    assert "it may not be read; give the agent's account the right to read it" in said(rules)


def test_an_ics_file_that_is_a_link_out_of_the_folder_is_refused(rules: Path) -> None:
    (rules.parent / "closures.ics").write_text("BEGIN:VCALENDAR", encoding="utf-8")
    (rules / "closures.ics").symlink_to(rules.parent / "closures.ics")
    text = SMALL.replace("[england-and-wales]", "[closures.ics]")
    (rules / "small.yaml").write_text(text, encoding="utf-8")
    assert said(rules) == (
        "rules/small.yaml:9:16: holidays: the calendar file 'closures.ics' is not used: it leads"
        " out of the rules folder; put the file itself there"
    )


def test_deep_folders_are_refused(rules: Path) -> None:
    deep = rules.joinpath(*("d" for _ in range(12)))
    deep.mkdir(parents=True)
    assert "folders nest deeper than 10" in said(rules)


@pytest.mark.parametrize(
    "text",
    ["[" * 500_000, "{" * 500_000, "- " * 250_000, "? " * 250_000, "a: 1\n" * 200_000],
    ids=["brackets", "braces", "dashes", "question marks", "keys"],
)
def test_a_file_that_would_take_long_is_left_at_its_limits(rules: Path, text: str) -> None:
    budget = reading.Budget()
    found = reading.read(text.encode(), "rules/a.yaml", budget)
    assert found.problems
    assert not found.trusted
    assert found.node is None


def test_the_budget_of_nodes_is_that_of_all_files_and_its_end_is_said_once(rules: Path) -> None:
    for name in ("x.yaml", "y.yaml", "z.yaml"):
        (rules / name).write_text(f"teams: [{'a,' * 40_000}]", encoding="utf-8")
    text = said(rules)
    assert text.count("the rulebook has more than 60,000 keys and values; make it smaller") == 1
    assert "rules/y.yaml:1:" in text


def test_the_pure_reader_reads_the_same(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = load(rules, SHIPPED)
    monkeypatch.setattr(reading, "_Loader", yaml.BaseLoader)
    assert load(rules, SHIPPED) == fast
    (rules / "bad.yaml").write_text("teams: [\n", encoding="utf-8")
    assert "rules/bad.yaml:2:1: this is not YAML" in said(rules)


def test_examples_that_would_take_long_are_not_tried(rules: Path) -> None:
    many = ", ".join(f"person-{number}" for number in range(600))
    text = SMALL.replace("to: bob,", f"to: [{many}],")
    (rules / "small.yaml").write_text(text, encoding="utf-8")
    assert said(rules) == (
        "rules/small.yaml:36:7: examples: trying them takes too long; write fewer, or with fewer"
        " people in each"
    )
