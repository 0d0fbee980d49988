"""Placing: which one team somebody counts in, in reports.

Teams of a rulebook overlap; in a report they must not, or a small one could be worked out from two
large ones. So everybody has one place: among the leaders where they are one, else in the first team
of the rulebook's `report: teams` that they are in, or, where the rulebook names none, in the
smallest team that they are in.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

NO_TEAM = ""  # the place of whoever is in no team of a report


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """From when until when somebody counted in a team; half-open."""

    person: str  # Entra object id
    team: str
    since: datetime | None  # aware UTC; None: as long as anything is known of them
    until: datetime | None  # None: still


def place(
    members: Mapping[str, frozenset[str]], order: Sequence[str] = (), leaders: str | None = None
) -> Mapping[str, str]:
    """Return each person's team by id; `members` are ids by team, `order` the rulebook's.

    With an `order`, who is in none of its teams is in `NO_TEAM`.
    """
    named = list(order) or sorted(members, key=lambda team: (len(members[team]), team))
    if leaders is not None:
        named = [leaders, *(team for team in named if team != leaders)]
    found: dict[str, str] = {}
    for team in named:
        for person in members.get(team, ()):
            found.setdefault(person, team)
    for people in members.values():
        for person in people:
            found.setdefault(person, NO_TEAM)
    return found


class Placed:
    """Tells who counted in which team at any moment."""

    def __init__(self, placements: Iterable[Placement]) -> None:
        self._of: dict[str, list[Placement]] = {}
        for one in placements:
            self._of.setdefault(one.person, []).append(one)

    def at(self, person: str, instant: datetime) -> str | None:
        """Return their place; None: they had none then, not even `NO_TEAM`."""
        for one in self._of.get(person, ()):
            if (one.since is None or one.since <= instant) and (
                one.until is None or instant < one.until
            ):
                return one.team
        return None

    def team(self, person: str, at: datetime) -> str:
        """Return somebody's team; `NO_TEAM` too where nothing is known of them then."""
        return self.at(person, at) or NO_TEAM


__all__ = ["NO_TEAM", "Placed", "Placement", "place"]
