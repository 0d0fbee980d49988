"""`policy-agent test`: what was expected, what came, and the clause that decided."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main

ROOT = Path(__file__).parents[2]
SMALL = (ROOT / "tests" / "rulebook" / "good" / "small.yaml").read_text(encoding="utf-8")
SURPRISE = """\
examples:
  - rule: weekend-email
    title: a Friday mail waits
    given: { from: alice, to: bob, at: 2026-06-05 10:00 }
    expect: hold until 2026-06-08 08:30
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("POLICY_AGENT_RULES", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path / "rules"


def run(*arguments: str) -> Result:
    found = CliRunner().invoke(main, ["test", *arguments])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def test_examples_that_hold_are_shown_with_their_clause(rules: Path) -> None:
    found = run()
    assert found.exit_code == 0
    assert found.stdout == (
        "weekend-email (rules/small.yaml:20)\n"
        "  ok    a Saturday mail waits\n"
        "        hold until 2026-06-08 08:30: Sat 6 Jun 2026 is inside the window rest-days"
        " (rules/small.yaml:29)\n"
        "1 example, 1 as expected, 0 otherwise.\n"
    )


def test_a_difference_is_shown_and_is_status_1(rules: Path) -> None:
    text = SMALL.replace("hold until 2026-06-08", "hold until 2026-06-09")
    (rules / "small.yaml").write_text(text, encoding="utf-8")
    (rules / "more.examples.yaml").write_text(SURPRISE, encoding="utf-8")
    found = run("rules")
    assert found.exit_code == 1
    assert found.stdout == (
        "weekend-email (rules/small.yaml:20)\n"
        "  wrong a Saturday mail waits (rules/small.yaml:36:9)\n"
        "        expected: hold until 2026-06-09 08:30\n"
        "        came:     hold until 2026-06-08 08:30\n"
        "        because:  Sat 6 Jun 2026 is inside the window rest-days (rules/small.yaml:29)\n"
        "  wrong a Friday mail waits (rules/more.examples.yaml:2:5)\n"
        "        expected: hold until 2026-06-08 08:30\n"
        "        came:     deliver\n"
        "        because:  Fri 5 Jun 2026 is outside the window rest-days (rules/small.yaml:29)\n"
        "2 examples, 0 as expected, 2 otherwise.\n"
    )


def test_a_mail_that_nobody_inside_gets_says_so(rules: Path) -> None:
    found = run(str(ROOT / "tests" / "rulebook" / "bad" / "example-nobody-inside.yaml"))
    assert found.exit_code == 1
    assert "because:  nobody inside the organisation gets it\n" in found.stdout


def test_rules_without_an_example_are_named(rules: Path) -> None:
    text = SMALL[: SMALL.index("    examples:")] + SMALL[SMALL.index("\nexemptions:") :]
    (rules / "small.yaml").write_text(text, encoding="utf-8")
    found = run()
    assert found.exit_code == 0
    assert "no example: weekend-email\n" in found.stdout
    (rules / "more.examples.yaml").write_text(SURPRISE.replace("06-05", "06-06"), encoding="utf-8")
    assert "no example" not in run().stdout


def test_json_has_every_example(rules: Path) -> None:
    (rules / "more.examples.yaml").write_text(SURPRISE, encoding="utf-8")
    found = run("--format", "json")
    assert found.exit_code == 1
    said = json.loads(found.stdout)
    assert (said["ok"], said["problems"], said["rules_without_examples"]) == (False, [], [])
    assert [example["as_expected"] for example in said["examples"]] == [True, False]
    assert said["examples"][1] == {
        "rule": "weekend-email",
        "title": "a Friday mail waits",
        "where": {"file": "rules/more.examples.yaml", "line": 2, "column": 5},
        "as_expected": False,
        "expected": "hold until 2026-06-08 08:30",
        "came": "deliver",
        "reason": "outside_window",
        "because": "Fri 5 Jun 2026 is outside the window rest-days",
        "clause": {"file": "rules/small.yaml", "line": 29, "column": 5},
    }


def test_what_does_not_load_is_told_as_check_tells_it(rules: Path) -> None:
    (rules / "more.examples.yaml").write_text("examples: 3\n", encoding="utf-8")
    found = run()
    assert found.exit_code == 1
    assert found.stdout.startswith("rules/more.examples.yaml:1:11: examples: a list belongs here")
    (rules / "small.yaml").write_text("version: 2\n", encoding="utf-8")
    assert json.loads(run("--format", "json").stdout)["problems"][0]["line"] == 1
