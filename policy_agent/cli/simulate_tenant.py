"""The live tenant, for `policy-agent simulate`: signed in with the daemon's settings, read only."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from policy_agent.agent.scope import Membership, directory_of, read_membership, watched
from policy_agent.cli.output import long_work
from policy_agent.domain.decisions import Outcome, decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook
from policy_agent.graph.tenant import Tenant
from policy_agent.rehearsal.tenant_traffic import tenant_traffic
from policy_agent.rehearsal.traffic import Traffic, TrafficProblem, zone_of
from policy_agent.settings import read_settings
from policy_agent.wiring import PROBLEMS, signed_in


def read_directory(rulebook: Rulebook) -> Directory:
    """Ask the tenant who is in which team of the rulebook."""
    with _tenant() as (tenant, service):
        return directory_of(rulebook, read_membership(tenant.people, rulebook, service))


def read_tenant(
    rulebooks: Sequence[Rulebook], *, since: datetime, until: datetime | None
) -> Traffic:
    """Read what the mailboxes in scope of any of the rulebooks received."""
    with _tenant() as (tenant, service):
        together = _together(rulebooks)
        membership = read_membership(tenant.people, together, service)
        mailboxes = sorted(_watched(rulebooks, membership))
        if not mailboxes:
            raise TrafficProblem("no mailbox is in scope; is there anybody in the rules' `to`?")
        with long_work("reading mailboxes", total=len(mailboxes)) as progress:
            return tenant_traffic(
                tenant.past,
                mailboxes,
                directory_of(together, membership),
                since=since,
                until=until,
                zone=zone_of(together),
                holds=lambda facts: _holds(rulebooks, facts),
                progress=progress,
            )


def _watched(rulebooks: Sequence[Rulebook], membership: Membership) -> frozenset[str]:
    return frozenset[str]().union(*(watched(book, membership) for book in rulebooks))


def _holds(rulebooks: Sequence[Rulebook], facts: MailFacts) -> bool:
    return any(said.outcome is Outcome.HOLD for book in rulebooks for said in decide(book, facts))


def _together(rulebooks: Sequence[Rulebook]) -> Rulebook:
    """Return the first rulebook with everybody's teams; the same name must mean the same team."""
    first = rulebooks[0]
    teams = dict(first.teams)
    for book in rulebooks[1:]:
        for name, team in book.teams.items():
            known = teams.setdefault(name, team)
            if (known.group, known.people) != (team.group, team.people):
                raise TrafficProblem(
                    f"{team.where}: the team {name} is another one in {known.where}; "
                    "compare rulebooks that mean the same teams"
                )
    return replace(first, teams=teams)


@contextmanager
def _tenant() -> Iterator[tuple[Tenant, str | None]]:
    """Sign in; whatever is wrong with that is the traffic's problem here.

    The service mailbox comes along: it is in no team, as for the daemon.
    """
    try:
        settings = read_settings()
        with signed_in(settings) as tenant:
            yield tenant, settings.service_mailbox
    except PROBLEMS as problem:
        raise TrafficProblem(str(problem)) from problem
