"""`policy-agent schema`: for editors and for people."""

import json

import pytest
from click.testing import CliRunner, Result

from policy_agent.cli.main import main
from policy_agent.rulebook.kinds import KINDS
from policy_agent.rulebook.reference import keys_of
from policy_agent.rulebook.schema import kind_schema, rulebook_schema


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["schema", *arguments])


@pytest.mark.parametrize("options", [[], ["--format", "json"]])
def test_without_a_kind_it_is_json_schema_whatever_the_format(options: list[str]) -> None:
    found = run(*options)
    assert found.exit_code == 0
    said = json.loads(found.stdout)
    assert said == rulebook_schema()
    assert said["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_explained_key_by_key(kind: str) -> None:
    lines = run(kind).stdout.splitlines()
    keys = list(keys_of(KINDS[kind]))
    assert len(keys) > 30
    for key in keys:
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{key.path} ("))
        assert lines[at + 1] == f"    {key.what}"
        assert lines[at + 2] == f"    {key.path.rpartition('.')[2]}: {key.example}"


def test_keys_say_what_leaving_them_out_means() -> None:
    lines = run("defer-email").stdout.splitlines()
    for line in (
        "name (must be given)",
        "mode (observe if left out)",
        "exempt (may be left out)",
        "release.at (must be given)",
        "release.spread (none if left out)",
        "examples.given.importance (normal if left out)",
    ):
        assert line in lines


def test_a_kind_as_json_is_its_schema() -> None:
    said = json.loads(run("defer-email", "--format", "json").stdout)
    assert said == kind_schema(KINDS["defer-email"])
    assert said["properties"]["kind"]["const"] == "defer-email"


def test_markdown_has_a_heading_for_each_part() -> None:
    text = run("--format", "markdown").stdout
    assert "### rules: kind defer-email" in text
    assert "| `release.at` | must be given | " in text


def test_an_unknown_kind_is_wrong_use() -> None:
    found = run("protect-tme")
    assert found.exit_code == 2
    assert "'protect-tme' is not one of 'defer-email', 'protect-time', " in found.stderr
