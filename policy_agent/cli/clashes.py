"""`policy-agent clashes`: meetings over protected time that are ahead, by the owner of their rule.

Times, ids and teams only, out of the store: what a meeting is about stands in its own calendar.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from policy_agent.cli.output import console, format_option, print_json, print_table
from policy_agent.cli.stores import opened, read_people, read_rules, rules_option, store_option
from policy_agent.domain.clashes import LIVE, Clash, ClashState
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook

_GONE = "no rule of that name any more"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A clash as it is shown."""

    id: int
    owner: str  # of the rule
    rule: str
    state: str
    organiser: str | None  # person id
    teams: tuple[str, ...]  # of the organiser
    first: datetime
    ahead: int
    every: bool
    found: datetime
    told: datetime | None
    act_at: datetime | None


@click.command()
@click.option("--rule", "rule_names", multiple=True, help="Of this rule alone; may be repeated.")
@click.option("--listed", is_flag=True, help="Only those that were booked before the rule.")
@rules_option
@store_option
@format_option()
def clashes(
    *,
    rule_names: tuple[str, ...],
    listed: bool,
    rules: Path | None,
    store_url: str | None,
    output_format: str,
) -> None:
    """List meetings over protected time that are still ahead, by the owner of the rule.

    One line a rule and series. Those that are «listed» were booked before the rule's booked_from:
    nobody is nudged about them and nothing is declined; the owner may want to speak with their
    organisers. Organisers stand by their id, with their teams; subjects are not kept, so none are
    shown. Times are UTC.
    """
    with opened(store_url) as store:
        rulebook = read_rules(rules, store)
        directory = read_people(rulebook, store)
        found = store.clashes([ClashState.LISTED] if listed else LIVE)
    shown = [
        _listed(clash, rulebook, directory)
        for clash in found
        if not rule_names or clash.rule in rule_names
    ]
    shown.sort(key=lambda one: (one.owner, one.rule, one.first, one.id))
    if output_format == "json":
        print_json(shown)
    elif not shown:
        click.echo("No meeting that is ahead lies over protected time, as far as is known.")
    else:
        print_table(
            console(),
            ("owner", "rule", "state", "organiser", "teams", "first", "ahead", "told", "acts"),
            [
                (
                    one.owner,
                    one.rule,
                    one.state,
                    one.organiser or "not known",
                    ", ".join(one.teams),
                    _when(one.first),
                    f"{one.ahead}, all there are" if one.every else one.ahead,
                    _when(one.told),
                    _when(one.act_at),
                )
                for one in shown
            ],
        )


def _listed(clash: Clash, rulebook: Rulebook, directory: Directory) -> Listed:
    owners = {rule.name: rule.owner for rule in rulebook.protect_time}
    organiser = directory.by_id.get(clash.organiser or "")
    return Listed(
        id=clash.id,
        owner=owners.get(clash.rule, _GONE),
        rule=clash.rule,
        state=clash.state,
        organiser=clash.organiser,
        teams=() if organiser is None else tuple(sorted(organiser.teams)),
        first=clash.first,
        ahead=clash.ahead,
        every=clash.every,
        found=clash.found,
        told=clash.told,
        act_at=clash.act_at,
    )


def _when(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"
