"""Who is who for `policy-agent explain`: by the store, by `--team`, or as examples have it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from policy_agent.cli.stores import read_people
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import DeferEmail, Rule, Rulebook
from policy_agent.rulebook.problems import Suggestions, quoted
from policy_agent.store.store import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    """Who an address is."""

    directory: Directory
    given: dict[str, frozenset[str]]  # teams by address
    rulebook: Rulebook
    guess: bool  # nobody said anything of teams

    def person(self, address: str, usual: Callable[[Rulebook], frozenset[str]]) -> Person:
        found = self.directory.person(address)
        teams = found.teams | self.given.get(found.address, frozenset())
        if self.guess and found.inside and not teams:
            teams = usual(self.rulebook)
        return replace(found, id=found.id or found.address, teams=teams)


def people_of(rulebook: Rulebook, store: Store | None, teams: Iterable[str]) -> People:
    """Return who is who; `teams` are the words of --team."""
    given: dict[str, frozenset[str]] = {}
    for written in teams:
        name, _, team = written.partition("=")
        if not name or not team:
            raise click.UsageError(
                f"--team: write NAME=TEAM, such as bob=emergency-duty, not {written!r}"
            )
        if team not in rulebook.teams:
            near = Suggestions().meant(team, rulebook.teams)
            raise click.UsageError(f"--team: there is no team {quoted(team)}{near}")
        address = address_of(name, rulebook)
        given[address] = given.get(address, frozenset()) | {team}
    groups = {team.group: frozenset({team.name}) for team in rulebook.teams.values() if team.group}
    directory = (
        Directory(domains=rulebook.domains, people={}, groups=groups)
        if store is None
        else read_people(rulebook, store)
    )
    return People(
        directory=directory, given=given, rulebook=rulebook, guess=store is None and not given
    )


def usual_senders(rulebook: Rulebook) -> frozenset[str]:
    return _usual(rulebook.mail_rules, [rule.from_teams for rule in rulebook.mail_rules])


def usual_recipients(rulebook: Rulebook) -> frozenset[str]:
    return _usual(rulebook.mail_rules, [rule.to_teams for rule in rulebook.mail_rules])


def usual_in_meetings(rulebook: Rulebook) -> frozenset[str]:
    """Return what everybody in a meeting is in."""
    rules = [rule for rule in rulebook.rules if not isinstance(rule, DeferEmail)]
    return _usual(rules, [rule.people for rule in rules])


def _usual(rules: Iterable[Rule], teams: Iterable[frozenset[str]]) -> frozenset[str]:
    """Return what somebody who is named nowhere is in; exempt teams only where no other is left."""
    exempt = [rule.exempt.teams for rule in rules if rule.exempt is not None]
    wanted = frozenset[str]().union(*teams)
    return wanted - frozenset[str]().union(*exempt) or wanted


def address_of(name: str, rulebook: Rulebook) -> str:
    """Return an address; a bare name stands for one inside."""
    key = name.strip().lower()
    return key if "@" in key else f"{key}@{min(rulebook.domains)}"


def instant_of(text: str, rulebook: Rulebook, option: str = "--at") -> datetime:
    """Return a time as somebody wrote it; without a zone it is the first rule's wall clock."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise click.UsageError(
            f"{option}: {text!r} is not a time such as 2026-05-23 10:00 or 2026-05-23T09:00Z"
        ) from problem
    return found if found.tzinfo is not None else found.replace(tzinfo=first_zone(rulebook))


def first_zone(rulebook: Rulebook) -> ZoneInfo:
    calendars = [rule.window.calendar for rule in rulebook.mail_rules]
    calendars += rulebook.calendars.values()
    return calendars[0].zone if calendars else ZoneInfo("UTC")
