"""`policy-agent rollout`: how each rule does for each team, and whether it may become stronger."""

from datetime import timedelta
from pathlib import Path

import click

from policy_agent.cli.output import console, format_option, print_json, print_table
from policy_agent.cli.stores import opened, read_rules, rules_option, store_option
from policy_agent.clock import machine_now
from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.rolling_out import Gate, Progress, progress

_NOT_MEASURED = "not measured yet"


@click.command()
@click.option("--weeks", type=click.IntRange(1, 104), default=8, show_default=True,
              help="How many weeks to look back.")  # fmt: skip
@click.option("--gate-days", type=click.IntRange(min=1), default=Gate().days, show_default=True,
              help="Days that a rule is watched before the next mode.")  # fmt: skip
@click.option("--gate-overridden", type=click.FloatRange(0, 100, min_open=True),
              default=Gate().overridden * 100, show_default=True,
              help="Percent overridden that it has to stay below.")  # fmt: skip
@rules_option
@store_option
@format_option()
def rollout(
    *,
    weeks: int,
    gate_days: int,
    gate_overridden: float,
    rules: Path | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """Show for each rule and team how far its roll-out is.

    A team's mail is what its people send. «Urgent» is the share of the copies that would have been
    held, «sent now» that of the copies that were; both count as overridden. Figures of fewer than
    10 people are left out, also where another team's figures would give them away.
    """
    gate = Gate(days=gate_days, overridden=gate_overridden / 100)
    with opened(store_url) as store:
        rulebook = read_rules(rules, store)
        _, members = store.people()
        found = progress(
            rulebook,
            members,
            store.tallies_since(machine_now() - timedelta(weeks=weeks)),
            gate,
        )
    if output_format == "json":
        print_json({"weeks": weeks, "gate": gate, "teams": found})
        return
    if not found:
        click.echo("The rulebook has no rule.")
        return
    out = console()
    print_table(
        out,
        (
            "rule",
            "team",
            "mode",
            "days observed",
            "would hold a week",
            "urgent",
            "sent now",
            "gate",
        ),
        [_row(one) for one in found],
    )
    out.print(
        f"Last {weeks} weeks. The gate to the next mode: {gate.days} days observed, below "
        f"{gate.overridden:.0%} overridden: urgent, or sent now by the sender."
    )


def _row(one: Progress) -> tuple[object, ...]:
    first = (one.rule, one.team, one.mode)
    if not one.measured:
        return (*first, *[_NOT_MEASURED] * 4, _gate(one))
    if one.suppressed:
        return (*first, *[f"fewer than {FEWEST}"] * 5)
    return (
        *first,
        one.days,
        f"{one.held_a_week or 0:.1f}",
        "none yet" if one.urgent is None else f"{one.urgent:.1%}",
        "none held" if one.sent_now is None else f"{one.sent_now:.1%}",
        _gate(one),
    )


def _gate(one: Progress) -> str:
    if one.next_mode is None:
        return "in full force"
    if not one.measured:
        return f"{_NOT_MEASURED} for {one.next_mode}"
    if one.passed:
        return f"passed: {one.next_mode} is next"
    return f"not yet for {one.next_mode}: {one.missing}"
