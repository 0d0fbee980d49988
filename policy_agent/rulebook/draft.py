"""A rulebook in the making: what was understood so far, and everything that is wrong with it."""

from dataclasses import dataclass, field
from typing import TypeVar

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.rules import Exemption, Rule, Team
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window
from policy_agent.holidays.source import HolidaySource
from policy_agent.rulebook.files import Files
from policy_agent.rulebook.nodes import Mapping, Node, Sequence
from policy_agent.rulebook.problems import MOST_FOUND, Problem
from policy_agent.rulebook.references import Names
from policy_agent.rulebook.sections import Placed, Sections
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.shaping import Shaped, shape
from policy_agent.rulebook.trying import ExampleResult

S = TypeVar("S", bound=Shape)


@dataclass(kw_only=True, slots=True)
class Draft:
    """What the modules that give sections their meaning share."""

    files: Files
    sections: Sections
    names: Names
    holidays: HolidaySource
    problems: list[Problem] = field(default_factory=list)
    refuses_surprises: bool = True  # False: an example that fails is no problem, only a result
    results: list[ExampleResult] = field(default_factory=list)  # of the examples that were tried
    effort: int = 0  # that trying examples has taken so far, see `examples.effort`
    calendars: dict[str, Calendar] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    windows: dict[str, Window] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    exemptions: list[Exemption] = field(default_factory=list)

    def say(self, where: Where, what: str) -> None:
        self.problems.append(Problem(where=where, text=what))

    def shaped(self, kind: type[S], placed: Placed) -> Shaped[S] | None:
        """Return an entry in its shape; None where it has none, or enough is known to be wrong."""
        if len(self.problems) > MOST_FOUND:
            return None
        return shape(kind, placed.node, self.names, self.problems, place=placed.where)


def value_at(node: Node, *path: str | int) -> Where:
    """Return where the value at a path stands, or the nearest that was written."""
    return node_at(node, *path).where


def node_at(node: Node, *path: str | int) -> Node:
    """Return the node at a path, or the nearest that was written."""
    for step in path:
        match node:
            case Mapping() if step in node.entries:
                node = node.entries[str(step)].value
            case Sequence() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            case _:
                break
    return node


def key_at(node: Node, key: str) -> Where | None:
    """Return where a key of a mapping stands; None: it was not written."""
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return None if entry is None else entry.key
