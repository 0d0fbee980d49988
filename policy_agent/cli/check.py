"""`policy-agent check`: whether a rulebook is right, and what it means."""

import sys
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from policy_agent.cli.annotations import annotation
from policy_agent.cli.known import Known
from policy_agent.cli.output import (
    OK,
    PROBLEMS,
    DayParam,
    console,
    format_option,
    print_json,
    rules_argument,
    today,
)
from policy_agent.cli.own_texts import text_problems
from policy_agent.cli.refusals import print_refused, problems_as_json
from policy_agent.domain.where import Where
from policy_agent.rulebook.doubts import Doubts, doubts
from policy_agent.rulebook.load import Loaded, load_with_places
from policy_agent.rulebook.problems import RulebookError
from policy_agent.rulebook.readback import read_exemption, read_reporting, read_rule


@click.command()
@rules_argument
@format_option("github")
@click.option(
    "--today",
    "day",
    type=DayParam(),
    help="Warn as on this day; today if not given.",
)
@click.option("--strict", is_flag=True, help="Exit with status 1 for warnings too.")
@click.option(
    "--store",
    "store_url",
    metavar="URL",
    help="A store to ask who is in which team, what was observed, and for holidays it refreshed.",
)
def check(
    *, rules: Path, output_format: str, day: date | None, strict: bool, store_url: str | None
) -> None:
    """Check a rulebook: every problem with its line, then each rule in one English sentence.

    RULES is a folder or a file, `rules` if not given. Warnings tell of what loads and may not be
    what was meant: ended or unused exemptions, holidays that run out, rules without examples,
    windows that never come round, enforcing what was never observed. The organisation's own texts
    of messages, in the folder messages beside the rules, are each written once with made-up values.
    The format github annotates a pull request. The store is only read.
    """
    try:
        known = _known(store_url)
        loaded = _load(rules, known)
    except RulebookError as refused:
        print_refused(refused, output_format, rules)
        sys.exit(PROBLEMS)
    found = doubts(loaded, day or today(), members=known.members, observed=known.observed)
    match output_format:
        case "json":
            _print_json(loaded, found)
        case "github":
            for one in found.warnings:
                click.echo(annotation("warning", one, rules))
        case _:
            _print_text(loaded, found)
    sys.exit(PROBLEMS if strict and found.warnings else OK)


def _load(rules: Path, known: Known) -> Loaded:
    """Load a rulebook; RulebookError with all that is wrong with it and with texts beside it."""
    texts = text_problems(rules)
    try:
        loaded = load_with_places(rules, known.holidays)
    except RulebookError as refused:
        raise RulebookError([*refused.problems, *texts]) from refused
    if texts:
        raise RulebookError(texts)
    return loaded


def _known(store_url: str | None) -> Known:
    if store_url is None:
        return Known()
    # half a second of imports that a check without a store can do without
    from policy_agent.cli.stored import read_known  # noqa: PLC0415

    return read_known(store_url)


def _print_text(loaded: Loaded, found: Doubts) -> None:
    out = console()
    book = loaded.rulebook
    for rule in book.rules:
        _print_read(out, rule.name, rule.where, read_rule(rule))
    for exemption in book.exemptions:
        _print_read(out, exemption.name, exemption.where, read_exemption(exemption, book))
    for name, said in read_reporting(book.reporting):
        _print_read(out, name, loaded.where(name), said)
    for level, style, told in (
        ("warning", "yellow", found.warnings),
        ("not looked at", "dim", found.not_looked_at),
    ):
        for one in told:
            place = f"{one.where}:{one.where.column}: "
            out.print(Text.assemble(place, (level, style), f": {one.text}"))
    if found.not_looked_at:
        out.print("Who is in a team, and what was observed, the store knows: give --store URL.")
    out.print(
        f"{book.organisation}: {_count(len(book.rules), 'rule')},"
        f" {_count(len(loaded.results), 'example')} as expected,"
        f" {_count(len(found.warnings), 'warning')}."
    )


def _print_read(out: Console, name: str, where: Where, said: str) -> None:
    out.print(Text.assemble((name, "bold"), f" ({where})"))
    out.print(Padding(said, (0, 0, 0, 2)) if out.is_terminal else f"  {said}")


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _print_json(loaded: Loaded, found: Doubts) -> None:
    book = loaded.rulebook
    print_json(
        {
            "ok": True,
            "problems": [],
            "warnings": problems_as_json(found.warnings),
            "not_looked_at": problems_as_json(found.not_looked_at),
            "rules": [
                {"name": rule.name, "where": rule.where, "reads": read_rule(rule)}
                for rule in book.rules
            ],
            "exemptions": [
                {"name": one.name, "where": one.where, "reads": read_exemption(one, book)}
                for one in book.exemptions
            ],
            "reporting": [
                {"name": name, "where": loaded.where(name), "reads": said}
                for name, said in read_reporting(book.reporting)
            ],
            "examples": len(loaded.results),
            "hash": book.hash,
        }
    )
