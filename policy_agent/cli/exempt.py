"""`policy-agent exempt`: exemptions at run time, which need no change of the rulebook.

They are written into the store. A running daemon takes them up at its next tick, one that is down
at its next start.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from policy_agent.agent.run_time import Asking, Wanted
from policy_agent.cli.output import (
    OK,
    PROBLEMS,
    DayParam,
    console,
    format_option,
    print_json,
    print_table,
)
from policy_agent.cli.stores import (
    by_option,
    opened,
    read_people,
    read_rules,
    rules_option,
    store_option,
    who_asks,
)
from policy_agent.clock import machine_now
from policy_agent.domain.exempting import ExemptionState, RunTimeExemption
from policy_agent.domain.rules import Exemption
from policy_agent.rulebook.problems import Suggestions, quoted
from policy_agent.rulebook.run_time import ExemptionProblem, Field

_OPTIONS: Mapping[Field, str] = {
    "rule": "--rule",
    "team": "--team",
    "person": "--person",
    "whom": "--person or --team",
    "until": "--until",
    "because": "--because",
    "approved_by": "--approved-by",
    "name": "--name",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A run-time exemption as it is shown."""

    name: str
    state: ExemptionState
    rules: tuple[str, ...]
    people: tuple[str, ...]
    starts: date
    ends: date
    because: str
    approved_by: str
    uses: int
    created_by: str
    ended_by: str | None


@click.group()
def exempt() -> None:
    """Free people from a rule for a while: add, list, end.

    An exemption has a start, an end, a reason and an approver. It frees mail that was received on
    its days, also mail that is on hold by now: that is released at once.
    """


@exempt.command()
@click.option("--rule", "rule_names", multiple=True, required=True, help="The rule it lifts.")
@click.option("--person", "people", multiple=True, help="Address of somebody it is for.")
@click.option("--team", "teams", multiple=True, help="Team it is for.")
@click.option("--from", "starts", type=DayParam(), required=True, help="The first day.")
@click.option("--until", "ends", type=DayParam(), required=True, help="The last day, all of it.")
@click.option("--because", required=True, help="Why.")
@click.option("--approved-by", required=True, help="Who approved it.")
@click.option("--name", help="What it is called; made of rule and first day if not given.")
@by_option("adds it")
@rules_option
@store_option
@format_option()
def add(  # noqa: PLR0913 - a command's options
    *,
    rule_names: tuple[str, ...],
    people: tuple[str, ...],
    teams: tuple[str, ...],
    starts: date,
    ends: date,
    because: str,
    approved_by: str,
    name: str | None,
    by: str | None,
    rules: Path | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """Add an exemption; a daemon takes it up at its next tick."""
    wanted = Wanted(
        rules=rule_names,
        teams=teams,
        people=people,
        starts=starts,
        ends=ends,
        because=because,
        approved_by=approved_by,
        name=name,
    )
    who, now = who_asks(by), machine_now()
    with opened(store_url) as store:
        rulebook = read_rules(rules, store)
        asking = Asking(
            store=store,
            rulebook=rulebook,
            directory=read_people(rulebook, store),
            today=now.date(),
        )
        exemption = asking.add(wanted, by=who, now=now)
        if not isinstance(exemption, Exemption):
            raise click.UsageError("\n".join(map(_said, exemption)))
        kept = next(one for one in store.exemptions() if one.exemption.name == exemption.name)
    if output_format == "json":
        print_json(_listed(kept, now.date()))
    else:
        lifted = " and ".join(sorted(exemption.rules))
        click.echo(
            f"{exemption.name} was added: {lifted} does not apply to "
            f"{', '.join(_whom(exemption))} from {starts} to {ends}, both days included. A running "
            "daemon takes it up at its next tick; mail on hold that it frees is released at once."
        )


@exempt.command(name="list")
@click.option("--all", "everything", is_flag=True, help="Those that are over or ended too.")
@store_option
@format_option()
def list_(*, everything: bool, store_url: str | None, output_format: str) -> None:
    """List exemptions that were added at run time, and how many copies each has freed."""
    today = machine_now().date()
    with opened(store_url) as store:
        found = [_listed(kept, today) for kept in store.exemptions()]
    shown = [one for one in found if everything or one.state in {"to come", "in force"}]
    if output_format == "json":
        print_json(shown)
        return
    if not shown:
        hidden = len(found)
        click.echo(f"No exemption is in force or to come{f'; {hidden} are over' * bool(hidden)}.")
        return
    print_table(
        console(),
        ("name", "state", "rules", "for", "from", "until", "uses", "because", "approved by", "by"),
        [
            (
                one.name,
                one.state,
                ", ".join(one.rules),
                ", ".join(one.people),
                one.starts,
                one.ends,
                one.uses,
                one.because,
                one.approved_by,
                one.created_by,
            )
            for one in shown
        ],
    )


@exempt.command()
@click.argument("name")
@by_option("ends it")
@store_option
@format_option()
def end(*, name: str, by: str | None, store_url: str | None, output_format: str) -> None:
    """End an exemption before its last day. What it has freed stays free."""
    now = machine_now()
    with opened(store_url) as store:
        done = store.end_exemption(name, by=who_asks(by), now=now)
        events = store.exemption_events(name)
        names = [kept.exemption.name for kept in store.exemptions() if kept.ended is None]
    if output_format == "json":
        print_json({"name": name, "ended": done, "events": events})
    elif done:
        click.echo(f"{name} was ended. Mail that is received from now on waits again.")
    elif events:
        last = events[-1]
        click.echo(f"{name} was ended on {last.at:%Y-%m-%d %H:%M} UTC by {last.who} already.")
    else:
        click.echo(
            f"There is no exemption {quoted(name)} that was added at run time"
            f"{Suggestions().meant(name, names)}. One of the rulebook ends in its file."
        )
    sys.exit(OK if done else PROBLEMS)


def _said(problem: ExemptionProblem) -> str:
    return f"{_OPTIONS[problem.field]}: {problem.text}"


def _whom(exemption: Exemption) -> tuple[str, ...]:
    return (*sorted(exemption.teams), *sorted(exemption.addresses))


def _listed(kept: RunTimeExemption, today: date) -> Listed:
    exemption = kept.exemption
    return Listed(
        name=exemption.name,
        state=kept.state(today),
        rules=tuple(sorted(exemption.rules)),
        people=_whom(exemption),
        starts=exemption.starts,
        ends=exemption.ends,
        because=exemption.because,
        approved_by=exemption.approved_by,
        uses=kept.uses,
        created_by=kept.created_by,
        ended_by=kept.ended_by,
    )
