"""`policy-agent kept`: how often meetings that should happen were held, moved and cancelled."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from policy_agent.cli.output import (
    PROBLEMS,
    MonthParam,
    console,
    format_option,
    print_json,
    print_table,
    today,
)
from policy_agent.cli.stores import opened, read_rules, rules_option, store_option
from policy_agent.clock import machine_now
from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.kept_figures import (
    SHORT_NOTICE,
    KeptFigures,
    Known,
    Period,
    figures,
    month_of,
    span_of,
    weeks_before,
)
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.rules import Rulebook
from policy_agent.store.store import Store


@click.command()
@click.option("--rule", "name", metavar="RULE", help="Only this keep-meeting rule; else all.")
@click.option("--month", type=MonthParam(), default=lambda: month_of(today()),
              show_default="this month, as far as it has come",
              help="The month in which the meetings start, such as 2026-10.")  # fmt: skip
@rules_option
@store_option
@format_option()
def kept(
    *,
    name: str | None,
    month: Period,
    rules: Path | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """Show how often meetings that should happen were held, moved, cancelled and missing.

    A meeting counts in the month in which it starts, and once for each team that has somebody in
    it whom the rule is about. Held: its end has passed, nobody had cancelled it, and at least two
    people in it had not declined. Moved: held, at another time than at first. Cancelled: its
    organiser cancelled or deleted it, or too many declined for two people to be left; at short
    notice: less than 24 hours before it was to start; rebooked: another one took its place within
    the working days that the rule gives.

    Missing: people who had none in the last whole weeks, as many as the rule expects one in, of
    those whose calendar was watched all that time and who were on leave for at most half of it.
    Figures of fewer than 10 people are left out, also where another team's figures would give them
    away.
    """
    with opened(store_url) as store:
        rulebook = read_rules(rules, store)
        chosen = _chosen(rulebook, name)
        found = {rule.name: _figures(store, rulebook, rule, month) for rule in chosen}
    said = f"{month.first:%Y-%m}"
    if output_format == "json":
        teams = [asdict(one) for some in found.values() for one in some]
        print_json({"month": said, "short_notice_hours": SHORT_NOTICE, "teams": teams})
        return
    if not chosen:
        click.echo("The rulebook has no keep-meeting rule.")
        return
    out = console()
    columns = ("rule", "team", "held", "moved", "cancelled", "at short notice", "rebooked",
               "missing")  # fmt: skip
    print_table(out, columns, [_row(one) for some in found.values() for one in some])
    out.print(f"Meetings that start in {said}. At short notice: less than {SHORT_NOTICE} hours.")
    for rule in chosen:
        weeks = weeks_before(rule, month, machine_now())
        if weeks is not None:
            out.print(
                f"{rule.name}: missing is of the {(weeks.after - weeks.first).days // 7} weeks"
                f" before {weeks.after}."
            )


def _chosen(rulebook: Rulebook, name: str | None) -> tuple[KeepMeeting, ...]:
    rules = rulebook.keep_meeting
    if name is None:
        return rules
    chosen = tuple(rule for rule in rules if rule.name == name)
    if not chosen:
        names = ", ".join(rule.name for rule in rules) or "none"
        click.echo(f"{name} is no keep-meeting rule; there are: {names}", err=True)
        sys.exit(PROBLEMS)
    return chosen


def _figures(
    store: Store, rulebook: Rulebook, rule: KeepMeeting, month: Period
) -> tuple[KeptFigures, ...]:
    now = machine_now()
    _, members = store.people()
    weeks = weeks_before(rule, month, now)
    known = Known(
        members={team: members[team] for team in rulebook.teams if team in members},
        meetings=store.kept_between(rule.name, *span_of(rule, month, now)),
        watched={one.id: one.since for one in store.calendars()},
        leave={} if weeks is None else store.leave_days(weeks.first, weeks.after),
    )
    return figures(rule, known, month, now)


def _row(one: KeptFigures) -> tuple[object, ...]:
    if one.suppressed:
        return (one.rule, one.team, *[f"fewer than {FEWEST}"] * 6)
    missing: object = "not asked for"
    if one.expects:
        missing = f"fewer than {FEWEST}"
    if one.missing is not None:
        missing = f"{one.missing} of {one.expected}"
    return (
        one.rule,
        one.team,
        one.held,
        one.moved,
        one.cancelled,
        one.at_short_notice,
        one.rebooked,
        missing,
    )
