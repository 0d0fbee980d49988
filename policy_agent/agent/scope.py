"""Scope: who is in which team, and whose mailboxes are watched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.scope import covered
from policy_agent.agent.ports import People
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.placing import place
from policy_agent.domain.rules import Mode, Rulebook
from policy_agent.domain.watching import Member

log = structlog.get_logger()


class DirectoryProblem(Exception):
    """The organisation's directory did not say who is in a team."""

    def __init__(self, text: str, *, passing: bool) -> None:
        super().__init__(text)
        self.passing = passing  # may be over in a while, without anybody's doing


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """People, and who of them is in which team."""

    members: Sequence[Member]
    teams: Mapping[str, frozenset[str]]  # ids by team name


def read_membership(people: People, rulebook: Rulebook, service_mailbox: str | None) -> Membership:
    """Ask the directory for every team of the rulebook, all or nothing.

    A team that cannot be read is a `DirectoryProblem`: half a picture of who is exempt could hold
    a mail that must go through. The service mailbox is left out: it is nobody, so no rule is about
    what the agent itself writes, or about what comes back.
    """
    members: dict[str, Member] = {}
    teams: dict[str, frozenset[str]] = {}
    for team in rulebook.teams.values():
        inside: set[str] = set()
        if team.group is not None:
            answer = people.group_members(team.group)
            if isinstance(answer, CallFailure):
                raise DirectoryProblem(
                    f"{team.where}: team {team.name}: the group {team.group} could not be read: "
                    f"{answer.what}; check the group's mail address and GroupMember.Read.All",
                    passing=answer.kind == "unavailable",
                )
            members |= {member.id: member for member in answer}
            inside |= {member.id for member in answer}
        for address, found in people.members(team.people).items():
            if isinstance(found, CallFailure):
                raise DirectoryProblem(
                    f"{team.where}: team {team.name}: {address} could not be read: {found.what}",
                    passing=found.kind == "unavailable",
                )
            members[found.id] = found
            inside.add(found.id)
        teams[team.name] = frozenset(inside)
    ours = {m.id for m in members.values() if (service_mailbox or "").lower() in m.addresses}
    return Membership(
        members=tuple(member for member in members.values() if member.id not in ours),
        teams={name: ids - ours for name, ids in teams.items()},
    )


def directory_of(rulebook: Rulebook, membership: Membership) -> Directory:
    """Return who is who, for decisions."""
    teams_of: dict[str, set[str]] = {}
    for name, ids in membership.teams.items():
        for id_ in ids:
            teams_of.setdefault(id_, set()).add(name)
    people: dict[str, Person] = {}
    for member in membership.members:
        person = Person(
            id=member.id,
            address=member.addresses[0] if member.addresses else "",
            aliases=frozenset(member.addresses[1:]),
            teams=frozenset(teams_of.get(member.id, ())),
        )
        people |= dict.fromkeys(member.addresses, person)
    groups: dict[str, frozenset[str]] = {}
    for team in rulebook.teams.values():
        if team.group is not None:
            groups[team.group] = groups.get(team.group, frozenset()) | {team.name}
    return Directory(domains=rulebook.domains, people=people, groups=groups)


def watched(rulebook: Rulebook, membership: Membership) -> frozenset[str]:
    """Return the ids of everyone whose copies some rule is about, by any of its modes."""
    wanted: set[str] = set()
    for rule in rulebook.mail_rules:
        if rule.mode is not Mode.OFF or any(m is not Mode.OFF for m in rule.mode_for.values()):
            wanted |= rule.to_teams
    return frozenset(id_ for team in wanted for id_ in membership.teams.get(team, ()))


def put_scope(
    context: AgentContext, rulebook: Rulebook, membership: Membership, moment: Moment
) -> None:
    """Write down who is who, who counts where, and what is watched from now on."""
    store, reporting = context.store, rulebook.reporting
    store.put_people(membership.members, membership.teams, now=moment.now)
    places = place(membership.teams, reporting.teams, reporting.leaders)
    store.place(places, now=moment.now)
    store.put_mailboxes(watched(rulebook, membership), now=moment.now)
    store.put_calendars(covered(rulebook, membership.teams), now=moment.now)
