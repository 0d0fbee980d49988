"""People, their teams, and who an address belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody a mail is from or to."""

    id: str  # Entra object id; empty for an address that is no known person
    address: str  # lower case
    teams: frozenset[str] = frozenset()
    aliases: frozenset[str] = frozenset()  # their other addresses, lower case
    inside: bool = True  # is the address in one of the organisation's domains
    # The days of the week on which they work, where that is known and asked for; Monday is 0. Not
    # part of who somebody is: left out of equality.
    working_days: frozenset[int] | None = field(default=None, compare=False)

    @property
    def known(self) -> bool:
        return bool(self.id)


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Who is who: people by each of their addresses, and teams by their group's address."""

    domains: frozenset[str]  # the organisation's own, lower case
    people: Mapping[str, Person]  # by address, lower case; aliases included
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)  # group address -> teams
    by_id: Mapping[str, Person] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {p.id: p for p in self.people.values()})

    def person(self, address: str) -> Person:
        """Return whoever the address belongs to.

        An address that nobody has is a person without teams; a team's own group address counts as
        a member of that team, so that a mail to the Emergency Duty Team's list involves the team.
        """
        key = address.strip().lower()
        found = self.people.get(key)
        if found is not None:
            return found
        inside = key.rpartition("@")[2] in self.domains
        return Person(
            id="",
            address=key,
            teams=self.groups.get(key, frozenset()),
            inside=inside,
        )

    def members(self, teams: Iterable[str]) -> frozenset[str]:
        """Return the ids of everyone in any of the teams."""
        wanted = frozenset(teams)
        return frozenset(p.id for p in self.people.values() if p.teams & wanted)
