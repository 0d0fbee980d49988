"""Pages that are written from the code: `make docs` writes them, tests hold them to it.

The text around the marks is written by hand; what is between them is not.
"""

import inspect
import json
from datetime import timedelta
from pathlib import Path

import click
from pydantic_core import PydanticUndefined

from policy_agent.cli.main import COMMANDS, main
from policy_agent.rulebook.reference import as_markdown
from policy_agent.rulebook.schema import rulebook_schema
from policy_agent.settings import PREFIX, Settings
from policy_agent.web.metrics.catalogue import METRICS

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
RULEBOOK_PAGE = ROOT / "docs" / "rulebook.md"
METRICS_PAGE = ROOT / "docs" / "metrics.md"
SCHEMA_FILE = ROOT / "rules" / "rulebook.schema.json"


def commands_text() -> str:
    """Return what there is to say of every command and its options."""
    context = click.Context(main, info_name="policy-agent")
    parts = []
    for name in sorted(COMMANDS):
        found = main.get_command(context, name)
        assert found is not None, name
        parts += _command(found, f"policy-agent {name}", context)
    return "\n\n".join(parts)


def _command(command: click.Command, path: str, above: click.Context) -> list[str]:
    context = click.Context(command, info_name=path.rpartition(" ")[2], parent=above)
    usage = " ".join(command.collect_usage_pieces(context))
    said = inspect.cleandoc(command.help or "").replace("\b\n", "")
    parts = [f"## {path}", f"```text\n{path} {usage}\n```", said]
    rows = [_row(option, context) for option in command.params if isinstance(option, click.Option)]
    if rows:
        parts.append("\n".join(["| option | what |", "| --- | --- |", *rows]))
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, name
            parts += _command(inner, f"{path} {name}", context)
    return parts


def _row(option: click.Option, context: click.Context) -> str:
    names, said = option.get_help_record(context) or ("", "")
    cells = (names.replace("|", "\\|"), " ".join(said.split()).replace("|", "\\|"))
    return f"| `{cells[0]}` | {cells[1]} |"


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


def metrics_table() -> str:
    """Return what there is to say of every metric, from the catalogue that the code goes by."""
    lines = ["| metric | type | labels | from | what |", "| --- | --- | --- | --- | --- |"]
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        cells = (f"`{metric.name}`", metric.type, labels, metric.source, metric.says)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def commands_table() -> str:
    """Return what the README should say of the commands: a line each."""
    context = click.Context(main, info_name="policy-agent")
    lines = ["| command | what |", "| --- | --- |"]
    for name in sorted(COMMANDS):
        found = main.get_command(context, name)
        assert found is not None, name
        lines.append(f"| `policy-agent {name}` | {found.get_short_help_str(limit=120)} |")
    return "\n".join(lines)


def between(page: str, mark: str) -> str:
    """Return what stands between a page's marks."""
    return page.partition(f"<!-- {mark} -->\n")[2].partition(f"\n<!-- /{mark} -->")[0]


def with_text(page: str, mark: str, text: str) -> str:
    """Return a page with other text between its marks."""
    before, opened, rest = page.partition(f"<!-- {mark} -->\n")
    _, closed, after = rest.partition(f"\n<!-- /{mark} -->")
    assert opened, f"the mark {mark} is missing"
    assert closed, f"the end of the mark {mark} is missing"
    return f"{before}{opened}{text}{closed}{after}"


def write() -> None:
    """Write all of them."""
    for path, mark, text in (
        (COMMANDS_PAGE, "commands", commands_text()),
        (RULEBOOK_PAGE, "keys", as_markdown()),
        (METRICS_PAGE, "metrics", metrics_table()),
        (README, "commands", commands_table()),
        (README, "settings", settings_table()),
    ):
        page = path.read_text(encoding="utf-8")
        path.write_text(with_text(page, mark, text), encoding="utf-8")
    schema = json.dumps(rulebook_schema(), indent=2, ensure_ascii=False)
    SCHEMA_FILE.write_text(f"{schema}\n", encoding="utf-8")


if __name__ == "__main__":
    write()
