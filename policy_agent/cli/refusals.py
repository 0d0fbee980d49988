"""A rulebook that cannot be used, printed: the same for every command that reads one."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from policy_agent.cli.annotations import annotation
from policy_agent.cli.output import print_json
from policy_agent.rulebook.problems import MOST_PROBLEMS, Problem, RulebookError


def print_refused(refused: RulebookError, output_format: str, rules: Path) -> None:
    """Print every problem of a rulebook; the command then ends with status 1."""
    if output_format == "json":
        print_json({"ok": False, "problems": problems_as_json(refused.problems)})
    elif output_format == "github":
        for problem in refused.problems[:MOST_PROBLEMS]:
            click.echo(annotation("error", problem, rules))
    else:
        click.echo(str(refused))


def problems_as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems as JSON has them."""
    return [
        {
            "file": problem.where.file,
            "line": problem.where.line,
            "column": problem.where.column,
            "text": problem.text,
        }
        for problem in problems
    ]
