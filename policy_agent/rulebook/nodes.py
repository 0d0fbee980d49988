"""What YAML says before anybody asks what it means: text, lists and mappings, each with its place.

Scalars stay text, so that `12:30` is never 750 and `off` never a boolean.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from policy_agent.domain.where import Where


@dataclass(kw_only=True, slots=True)
class Scalar:
    """A piece of text; empty when nothing was written."""

    where: Where
    text: str


@dataclass(kw_only=True, slots=True)
class Sequence:
    """A list."""

    where: Where
    items: list["Node"] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Entry:
    """A key of a mapping with its value."""

    key: Where
    value: "Node"


@dataclass(kw_only=True, slots=True)
class Mapping:
    """Keys and values, in the order in which they were written."""

    where: Where
    entries: dict[str, Entry] = field(default_factory=dict)


Node: TypeAlias = Scalar | Sequence | Mapping


def data(node: Node) -> Any:
    """Return a node as text, lists and dicts."""
    match node:
        case Scalar():
            return node.text
        case Sequence():
            return [data(item) for item in node.items]
        case Mapping():
            return {key: data(entry.value) for key, entry in node.entries.items()}


def is_empty(node: Node) -> bool:
    """Whether nothing was written: `exemptions:` and no more."""
    return isinstance(node, Scalar) and not node.text
