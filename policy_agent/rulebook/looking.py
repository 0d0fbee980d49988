"""A look over a rulebook that loads: what it may go by, and how doubts are told."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from policy_agent.domain.rules import Rulebook
from policy_agent.domain.where import Where
from policy_agent.rulebook.load import Loaded
from policy_agent.rulebook.nodes import Mapping as MappingNode
from policy_agent.rulebook.nodes import Node, Sequence
from policy_agent.rulebook.problems import Problem

Observed = Mapping[str, frozenset[str]]  # teams by rule
Members = Mapping[str, frozenset[str]]  # addresses in lower case, by team; a team left out: unknown
Found = Iterator[tuple[bool, Problem]]  # whether it is certain, and what it is


def certain(where: Where, text: str) -> tuple[bool, Problem]:
    return True, Problem(where=where, text=text)


def unknown(where: Where, text: str) -> tuple[bool, Problem]:
    return False, Problem(where=where, text=text)


class Look:
    """What a look over a rulebook goes by."""

    def __init__(
        self, loaded: Loaded, today: date, members: Members, observed: Observed | None
    ) -> None:
        self._loaded = loaded
        self.book: Rulebook = loaded.rulebook
        self.today = today
        self.observed = observed
        self._members = _known_members(self.book, members)

    def place(self, section: str, name: str, *path: str | int) -> Where:
        for placed in self._loaded.sections.entries[section]:
            if placed.name == name:
                return _key_at(placed.node, path) or placed.where
        raise KeyError(name)  # every entry of a loaded rulebook was written somewhere

    def of(self, teams: Collection[str]) -> frozenset[str] | None:
        """Return the addresses of everybody in the teams; None: some cannot be known."""
        if any(team not in self._members for team in teams):
            return None
        return frozenset[str]().union(*(self._members[team] for team in teams))


def _known_members(book: Rulebook, members: Members) -> dict[str, frozenset[str]]:
    known: dict[str, frozenset[str]] = {}
    for team in book.teams.values():
        if team.group is None:
            known[team.name] = frozenset(team.people)
        if team.name in members:
            known[team.name] = members[team.name] | frozenset(team.people)
    return known


def _key_at(node: Node, path: tuple[str | int, ...]) -> Where | None:
    """Return where the key at a path stands, or the nearest above it; None: not even the first."""
    where = None
    for step in path:
        match node:
            case MappingNode() if step in node.entries:
                entry = node.entries[str(step)]
                where, node = entry.key, entry.value
            case Sequence() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                where = node.where
            case _:
                break
    return where


def said_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
