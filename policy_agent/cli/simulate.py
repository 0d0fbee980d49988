"""`policy-agent simulate`: rehearses a rulebook on past mail. Reads only; nothing moves."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from policy_agent.cli.output import (
    PROBLEMS,
    WRONG_USE,
    DayParam,
    console,
    format_option,
    long_work,
    print_json,
)
from policy_agent.cli.refusals import print_refused
from policy_agent.cli.simulate_report import Report, as_json, print_report
from policy_agent.cli.simulate_sources import Asked, read
from policy_agent.domain.rules import Rulebook
from policy_agent.rehearsal.comparison import compare
from policy_agent.rehearsal.decisions_file import refuse_bad_place, write_decisions
from policy_agent.rehearsal.figures import figures_of
from policy_agent.rehearsal.rehearse import Rehearsed, rehearse
from policy_agent.rehearsal.traffic import Traffic, TrafficProblem, unseen_teams
from policy_agent.rulebook.problems import RulebookError

_THERE = click.Path(exists=True, path_type=Path)


@click.command()
@click.option(
    "--traffic",
    type=_THERE,
    help="Past mail: a .csv of sent_local,sender,to,cc,bcc; an .mbox; .eml files or a folder. "
    "Meetings: an .ics.",
)
@click.option(
    "--people",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Who is in which team: a .csv of person,teams and, for archives, address.",
)
@click.option(
    "--store",
    "store_url",
    metavar="URL",
    help="Past mail as the agent recorded it in this store.",
)
@click.option(
    "--since",
    type=DayParam(),
    help="First day. Without --store: of the live tenant, with the daemon's settings, read only.",
)
@click.option("--until", type=DayParam(), help="Last day, included.")
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
    *, rules: Path, against: Path | None, decisions: Path | None, output_format: str, **source: Any
) -> None:
    """Rehearse a rulebook on past mail: what it would have done, for whom and why.

    Modes are left aside: a rule that only observes is rehearsed as if it acted. Nothing is moved,
    and nothing is written but the file of --decisions.

    Meetings of .ics files are judged by the rules about meetings, each occurrence by itself, and
    counted by rule, outcome and reason; a series for 13 weeks from its start on, or in the time of
    --since and --until. Without --people everybody inside is taken to be in the teams of `people`.
    Meetings of the live tenant and of the store are not rehearsed.
    """
    with _explained(output_format, rules):
        asked = Asked(rules=rules, against=against, **source)
        if decisions is not None:
            refuse_bad_place(decisions, read=(asked.traffic, asked.people, rules, against))
        given = read(asked)
        after = _rehearsed(given.rulebook, given.traffic, "rehearsing")
        before = (
            None
            if given.other is None
            else _rehearsed(given.other, given.traffic, f"rehearsing {against}")
        )
        if decisions is not None:
            write_decisions(decisions, after)
    report = Report(
        rules=str(rules),
        rulebook=given.rulebook.hash,
        traffic=given.traffic,
        figures=figures_of(after),
        unseen_teams=unseen_teams(given.rulebook, given.traffic) if given.has_mail else (),
        meetings=given.meetings,
        against=None if against is None else str(against),
        differences=None if before is None else compare(before, after),
        decisions=None if decisions is None else str(decisions),
    )
    if output_format == "json":
        print_json(as_json(report))
    else:
        print_report(console(), report)


def _rehearsed(rulebook: Rulebook, traffic: Traffic, what: str) -> tuple[Rehearsed, ...]:
    with long_work(what, total=len(traffic.copies)) as progress:
        return rehearse(rulebook, traffic.copies, progress)


@contextmanager
def _explained(output_format: str, rules: Path) -> Iterator[None]:
    """Tell what is wrong: traffic that cannot be used is wrong use, a broken rulebook a problem."""
    try:
        yield
    except RulebookError as refused:
        print_refused(refused, output_format, rules)
        sys.exit(PROBLEMS)
    except TrafficProblem as problem:
        click.echo(str(problem), err=True)
        sys.exit(WRONG_USE)
