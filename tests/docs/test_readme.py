"""The README is held to what is there: its commands, its settings, its rulebook."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.examples import run_examples
from policy_agent.rulebook.load import load
from policy_agent.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def settings_table() -> str:
    """Return what the README should say of the settings, from the settings themselves."""
    lines = ["| setting | what | default |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if name == "worker":
            said = "the machine's name"
        elif default is PydanticUndefined:
            said = "must be set"
        elif default is None:
            said = ""
        elif isinstance(default, timedelta):
            said = f"`{int(default.total_seconds())}s`"
        else:
            said = f"`{default}`"
        lines.append(f"| `{PREFIX}{name.upper()}` | {field.description} | {said} |")
    return "\n".join(lines)


def test_every_setting_is_documented() -> None:
    written = README.partition("<!-- settings -->\n")[2].partition("\n<!-- /settings -->")[0]
    assert written == settings_table()


def test_every_setting_named_is_one() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "SECRETS_DIR"}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", README)) <= known


def test_the_first_rulebook_loads_and_its_examples_hold(tmp_path: Path) -> None:
    (block,) = blocks("yaml")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "first.yaml").write_text(block)
    rulebook = load(tmp_path / "rules", SHIPPED)
    results = run_examples(rulebook)
    assert len(results) == 2
    assert all(result.as_expected for result in results)


@pytest.mark.parametrize("command", ["demo", "test", "run", "lint"])
def test_the_commands_are_in_the_makefile(command: str) -> None:
    assert re.search(rf"^{command}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    if command in {"demo", "test"}:
        assert f"$ make {command}" in README


def test_the_changelog_has_the_version_or_an_unreleased_part() -> None:
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text()
