"""`policy-agent simulate`: rehearses a rulebook on past mail. Reads only; nothing moves.

What a source needs is imported only when it is asked for: CSV is rehearsed without a store, without
Graph and without their libraries.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from policy_agent.cli.output import (
    WRONG_USE,
    console,
    format_option,
    long_work,
    print_json,
)
from policy_agent.cli.simulate_report import Report, as_json, print_report
from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rehearsal.comparison import compare
from policy_agent.rehearsal.csv_traffic import read_messages, read_people
from policy_agent.rehearsal.decisions_file import refuse_bad_place, write_decisions
from policy_agent.rehearsal.figures import figures_of
from policy_agent.rehearsal.rehearse import Rehearsed, rehearse
from policy_agent.rehearsal.traffic import Traffic, TrafficProblem, unseen_teams, zone_of
from policy_agent.rulebook.load import load
from policy_agent.rulebook.problems import RulebookError

_THERE = click.Path(exists=True, path_type=Path)


@click.command()
@click.option(
    "--traffic",
    type=_THERE,
    help="Past mail: a .csv of sent_local,sender,to,cc,bcc.",
)
@click.option(
    "--people",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Who is in which team: a .csv of person,teams and, if you like, address.",
)
@click.option(
    "--rules",
    type=_THERE,
    default=Path("rules"),
    envvar="POLICY_AGENT_RULES",
    show_default=True,
    help="The rulebook to rehearse: a folder, or one file.",
)
@click.option("--against", type=_THERE, help="Another rulebook: print what changes against it.")
@click.option(
    "--decisions",
    type=click.Path(path_type=Path),
    help="Write a row for each copy to this .csv.",
)
@format_option()
def simulate(
    *,
    traffic: Path | None,
    people: Path | None,
    rules: Path,
    against: Path | None,
    decisions: Path | None,
    output_format: str,
) -> None:
    """Rehearse a rulebook on past mail: what it would have done, for whom and why.

    Modes are left aside: a rule that only observes is rehearsed as if it acted. Nothing is moved,
    and nothing is written but the file of --decisions.
    """
    with _explained():
        if decisions is not None:
            refuse_bad_place(decisions)
        rulebook = load(rules, SHIPPED)
        other = None if against is None else load(against, SHIPPED)
        found = _csv(traffic, people, rulebook)
        after = _rehearsed(rulebook, found, "rehearsing")
        before = None if other is None else _rehearsed(other, found, f"rehearsing {against}")
        if decisions is not None:
            write_decisions(decisions, after)
    report = Report(
        rules=str(rules),
        rulebook=rulebook.hash,
        traffic=found,
        figures=figures_of(after),
        unseen_teams=unseen_teams(rulebook, found),
        against=None if against is None else str(against),
        differences=None if before is None else compare(before, after),
        decisions=None if decisions is None else str(decisions),
    )
    if output_format == "json":
        print_json(as_json(report))
    else:
        print_report(console(), report)


def _csv(traffic: Path | None, people: Path | None, rulebook: Rulebook) -> Traffic:
    if traffic is None:
        raise click.UsageError("name past mail by --traffic FILE")
    if people is None:
        raise click.UsageError("--traffic needs --people FILE, to know who is in which team")
    everyone = read_people(people, rulebook.domains)
    return read_messages(traffic, everyone, zone_of(rulebook), people)


def _rehearsed(rulebook: Rulebook, traffic: Traffic, what: str) -> tuple[Rehearsed, ...]:
    with long_work(what, total=len(traffic.copies)) as progress:
        return rehearse(rulebook, traffic.copies, progress)


@contextmanager
def _explained() -> Iterator[None]:
    """Tell what is wrong with what was given, and end with the status of wrong use."""
    try:
        yield
    except (TrafficProblem, RulebookError) as problem:
        click.echo(str(problem), err=True)
        sys.exit(WRONG_USE)
