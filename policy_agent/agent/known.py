"""What the store adds to what a rulebook says: who is in which team, and whose mail was observed.

`policy_agent.rulebook.doubts` asks for both, from the command line and from the pages.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from policy_agent.domain.watching import Member


class KnownStore(Protocol):
    """What is asked of the store."""

    def people(self) -> tuple[Sequence[Member], Mapping[str, frozenset[str]]]:
        """Return everybody, and ids by team."""

    def observed_senders(self) -> Mapping[str, frozenset[str]]:
        """Return by rule whose mail it decided in a mode in which nothing moves, by person id."""


def known(
    store: KnownStore,
) -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Return the addresses in lower case by team, and by rule the teams whose mail it observed."""
    people, teams = store.people()
    addresses = {one.id: frozenset(map(str.lower, one.addresses)) for one in people}
    members = {
        team: frozenset[str]().union(*(addresses.get(id_, frozenset()) for id_ in ids))
        for team, ids in teams.items()
    }
    observed = {
        rule: frozenset(team for team, ids in teams.items() if ids & senders)
        for rule, senders in store.observed_senders().items()
    }
    return members, observed
