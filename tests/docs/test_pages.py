"""The pages on commands and keys are held to what there is; so is the pre-commit hook."""

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from policy_agent.cli.main import COMMANDS, main
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.example_files import run_example_files
from policy_agent.rulebook.load import load
from policy_agent.rulebook.reference import as_markdown
from policy_agent.rulebook.shape import Shape
from tests.docs.pages import (
    COMMANDS_PAGE,
    ROOT,
    RULEBOOK_PAGE,
    between,
    commands_table,
    commands_text,
    with_text,
)

README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def all_commands() -> list[tuple[str, click.Command]]:
    """Return commands and those below them, by what is typed."""
    found = []
    waiting = [(name, command(name)) for name in COMMANDS]
    while waiting:
        name, one = waiting.pop()
        found.append((name, one))
        if isinstance(one, click.Group):
            waiting += [(f"{name} {inner}", below) for inner, below in one.commands.items()]
    return sorted(found, key=lambda item: item[0])


@pytest.mark.parametrize(("name", "found"), all_commands(), ids=lambda part: str(part)[:20])
def test_every_command_and_option_says_what_it_does(name: str, found: click.Command) -> None:
    assert found.help, name
    for option in found.params:
        if isinstance(option, click.Option):
            assert option.help, (name, option.name)
    told = CliRunner().invoke(main, [*name.split(), "--help"])
    assert told.exit_code == 0
    assert told.output.startswith(f"Usage: main {name} ")


def test_the_page_of_commands_is_up_to_date() -> None:
    page = COMMANDS_PAGE.read_text(encoding="utf-8")
    assert between(page, "commands") == commands_text(), "run make docs"


@pytest.mark.parametrize(("name", "found"), all_commands(), ids=lambda part: str(part)[:20])
def test_the_page_of_commands_names_every_option(name: str, found: click.Command) -> None:
    page = COMMANDS_PAGE.read_text(encoding="utf-8")
    section = re.split(r"^## ", page.partition(f"## policy-agent {name}\n")[2], flags=re.MULTILINE)[
        0
    ]
    assert section
    for option in found.params:
        for typed in (*option.opts, *option.secondary_opts):
            if typed.startswith("-"):
                assert typed in section, (name, typed)


def test_the_readme_names_every_command() -> None:
    assert between(README, "commands") == commands_table(), "run make docs"
    assert all(f"`policy-agent {name}`" in README for name in COMMANDS)


def test_the_page_of_the_rulebook_is_up_to_date() -> None:
    page = RULEBOOK_PAGE.read_text(encoding="utf-8")
    assert between(page, "keys") == as_markdown(), "run make docs"


def test_the_page_of_the_rulebook_has_every_key_of_every_shape() -> None:
    keys = between(RULEBOOK_PAGE.read_text(encoding="utf-8"), "keys")
    written = {
        path.rpartition(".")[2] for path in re.findall(r"^\| `([^`]+)` \|", keys, re.MULTILINE)
    }
    shapes = [Shape]
    for shape in shapes:
        shapes += shape.__subclasses__()
    known = {field.alias or name for shape in shapes for name, field in shape.model_fields.items()}
    assert written == known


def test_the_examples_of_the_page_come_out(tmp_path: Path) -> None:
    page = RULEBOOK_PAGE.read_text(encoding="utf-8")
    (block,) = re.findall(r"```text\n(examples:\n.*?)```", page, flags=re.DOTALL)
    shutil.copy(ROOT / "rules" / "northshire.yaml", tmp_path)
    (tmp_path / "page.examples.yaml").write_text(block, encoding="utf-8")
    results = run_example_files(tmp_path, load(tmp_path, SHIPPED))
    assert [result.rule for result in results] == ["weekend-email", "protected-lunch"]
    assert all(result.as_expected for result in results)


# of https://pre-commit.com/#new-hooks; `pre-commit validate-manifest` says the same
HOOK_KEYS = {
    "id", "name", "description", "entry", "language", "files", "pass_filenames", "types", "exclude",
    "args", "stages", "require_serial", "always_run", "minimum_pre_commit_version",
}  # fmt: skip


def test_the_pre_commit_hooks_start_commands_that_there_are() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["policy-agent-check", "policy-agent-test"]
    for hook in hooks:
        assert set(hook) <= HOOK_KEYS
        assert hook["language"] == "python"
        program, name = shlex.split(hook["entry"])
        assert program == "policy-agent"
        assert name in COMMANDS
        assert hook["pass_filenames"] is False  # a rulebook is checked as a whole
        assert re.search(hook["files"], "rules/northshire.yaml")
        assert re.search(hook["files"], "rules/teams/closures.ics")
        assert not re.search(hook["files"], "docs/rules.md")


def test_writing_between_marks_keeps_the_rest() -> None:
    page = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n"
    assert with_text(page, "x", "new") == "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n"
    with pytest.raises(AssertionError):
        with_text(page, "y", "new")
