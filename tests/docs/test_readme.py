"""The README is held to what is there: its commands, its settings, its rulebook."""

import re
from pathlib import Path

import pytest

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.examples import run_examples
from policy_agent.rulebook.load import load
from policy_agent.settings import PREFIX, Settings
from tests.docs.pages import between, settings_table

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_every_setting_is_documented() -> None:
    assert between(README, "settings") == settings_table(), "run make docs"


def test_every_setting_named_is_one() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "SECRETS_DIR"}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", README)) <= known


def test_the_first_rulebook_loads_and_its_examples_hold(tmp_path: Path) -> None:
    first, meetings = blocks("yaml")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "first.yaml").write_text(first)
    rulebook = load(tmp_path / "rules", SHIPPED)
    results = run_examples(rulebook)
    assert len(results) == 2
    assert all(result.as_expected for result in results)
    # a rulebook may be split: the rules about meetings go beside it
    (tmp_path / "rules" / "meetings.yaml").write_text(meetings)
    (lunch,) = load(tmp_path / "rules", SHIPPED).protect_time
    assert lunch.block_out


@pytest.mark.parametrize("command", ["demo", "test", "run", "lint"])
def test_the_commands_are_in_the_makefile(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    if command in {"demo", "test"}:
        assert f"$ make {command}" in README


def test_the_changelog_has_the_version_or_an_unreleased_part() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
