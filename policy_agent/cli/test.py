"""`policy-agent test`: the examples of a rulebook, expected and come."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from policy_agent.cli.output import (
    OK,
    PROBLEMS,
    console,
    format_option,
    print_json,
    rules_argument,
)
from policy_agent.cli.refusals import print_refused
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.where import Where
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.example_files import run_example_files
from policy_agent.rulebook.examples import ExampleResult
from policy_agent.rulebook.load import load_with_places
from policy_agent.rulebook.problems import RulebookError


@click.command()
@rules_argument
@format_option()
def test(*, rules: Path, output_format: str) -> None:
    """Try the examples in a rulebook and in *.examples.yaml beside it.

    RULES is a folder or a file, `rules` if not given; beside one file a.yaml stands
    a.examples.yaml. Shows what was expected, what came, and the clause that decided, and which
    rules have no example. Exit status 1 tells that an example came out otherwise.
    """
    try:
        loaded = load_with_places(rules, SHIPPED, refuses_surprises=False)
        results = (*loaded.results, *run_example_files(rules, loaded.rulebook))
    except RulebookError as refused:
        print_refused(refused, output_format, rules)
        sys.exit(PROBLEMS)
    tried = Counter(result.rule for result in results)
    without = [rule.name for rule in loaded.rulebook.rules if not tried[rule.name]]
    if output_format == "json":
        _print_json(results, without)
    else:
        _print_text(loaded.rulebook, results, without)
    sys.exit(OK if all(result.as_expected for result in results) else PROBLEMS)


def _print_text(
    rulebook: Rulebook, results: Sequence[ExampleResult], without: Sequence[str]
) -> None:
    out = console()
    for rule in rulebook.rules:
        own = [result for result in results if result.rule == rule.name]
        if own:
            out.print(Text.assemble((rule.name, "bold"), f" ({rule.where})"))
        for result in own:
            example = result.example
            if result.as_expected:
                out.print(Text.assemble("  ", ("ok", "green"), f"    {example.title}"))
                out.print(f"        {result.expected}: {_because(result)}")
            else:
                place = f"{example.where}:{example.where.column}"
                out.print(Text.assemble("  ", ("wrong", "bold red"), f" {example.title} ({place})"))
                out.print(f"        expected: {result.expected}")
                out.print(f"        came:     {result.came}")
                out.print(f"        because:  {_because(result)}")
    for name in without:
        out.print(Text.assemble(("no example", "yellow"), f": {name}"))
    wrong = sum(not result.as_expected for result in results)
    out.print(
        f"{len(results)} {'example' if len(results) == 1 else 'examples'},"
        f" {len(results) - wrong} as expected, {wrong} otherwise."
    )


def _because(result: ExampleResult) -> str:
    decision = result.decision
    return result.nobody if decision is None else f"{decision.detail} ({decision.where})"


def _print_json(results: Sequence[ExampleResult], without: Sequence[str]) -> None:
    print_json(
        {
            "ok": all(result.as_expected for result in results),
            "problems": [],
            "examples": [_as_json(result) for result in results],
            "rules_without_examples": without,
        }
    )


def _as_json(result: ExampleResult) -> dict[str, Any]:
    decision = result.decision
    clause: Where | None = None if decision is None else decision.where
    return {
        "rule": result.rule,
        "title": result.example.title,
        "where": result.example.where,
        "as_expected": result.as_expected,
        "expected": result.expected,
        "came": result.came,
        "reason": None if decision is None else decision.reason,
        "because": result.nobody if decision is None else decision.detail,
        "clause": clause,
    }
