"""Sections of all files, put together: what each entry is called, and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from policy_agent.domain.where import Where
from policy_agent.rulebook.nodes import Mapping, Node, Scalar, Sequence, is_empty
from policy_agent.rulebook.problems import MOST_FOUND, Problem, quoted
from policy_agent.rulebook.reading import Reading
from policy_agent.rulebook.references import Names
from policy_agent.rulebook.shapes import FileShape
from policy_agent.rulebook.shaping import unknown_key

NAMED = {"calendars": "calendar", "teams": "team", "windows": "window"}  # mappings by name
LISTED = {"rules": "rule", "exemptions": "exemption"}  # lists whose items have a `name`
ONCE = ("version", "organisation", "exemption_days_at_most", "report", "champions")
MAY_BE_EMPTY = (*NAMED, *LISTED, "report", "champions")

_LOOKS_LIKE = {
    "calendars": "{ service: { timezone: Europe/London, working_days: mon-fri } }",
    "teams": "{ everyone: { group: all-staff@northshire.example } }",
    "windows": "{ rest-days: { calendar: service, days: non-working } }",
    "rules": "[ { name: weekend-email, kind: defer-email, … } ]",
    "exemptions": "[ { name: ofsted-week, rules: [weekend-email], … } ]",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """An entry of a section."""

    name: str  # empty where a rule or exemption has none
    where: Where  # of its name as a key, or of the item's beginning
    node: Node


@dataclass(kw_only=True, slots=True)
class Sections:
    """What all files say, by section."""

    entries: dict[str, list[Placed]] = field(
        default_factory=lambda: {section: [] for section in (*NAMED, *LISTED, *ONCE)}
    )
    unsure: set[str] = field(default_factory=set)  # sections that could not be read in full
    problems: list[Problem] = field(default_factory=list)

    def names(self, section: str) -> frozenset[str] | None:
        """Return the names a section defines; None: some may be missing."""
        if section in self.unsure:
            return None
        return frozenset(placed.name for placed in self.entries[section] if placed.name)


def put_together(readings: Iterable[Reading], names: Names) -> Sections:
    """Return the sections of all files; the same name twice is a problem at the second place."""
    sections = Sections()
    for reading in readings:
        sections.problems += reading.problems
        if not reading.trusted:
            sections.unsure |= sections.entries.keys()
        if reading.node is None or is_empty(reading.node):
            continue
        if isinstance(reading.node, Mapping):
            _add_file(sections, reading.node, names)
        else:
            sections.unsure |= sections.entries.keys()
            sections.problems.append(
                Problem(
                    where=reading.node.where,
                    text="a rulebook file has sections, such as version: 1 and then teams: …",
                )
            )
    for section in sections.entries:
        _refuse_twice(sections, section)
    return sections


def _add_file(sections: Sections, file: Mapping, names: Names) -> None:
    for section, entry in file.entries.items():
        if len(sections.problems) > MOST_FOUND:
            sections.unsure |= sections.entries.keys()
            return
        if section not in sections.entries:
            sections.problems.append(
                Problem(where=entry.key, text=unknown_key(FileShape, section, names))
            )
            # what was meant by it is unknown, and so are the names in it
            near = names.suggestions.near(section, tuple(sections.entries))
            sections.unsure |= {near} if near else set()
        elif section in ONCE and not (section in MAY_BE_EMPTY and is_empty(entry.value)):
            sections.entries[section].append(
                Placed(name=section, where=entry.key, node=entry.value)
            )
        elif not is_empty(entry.value):
            placed = _named(entry.value) if section in NAMED else _items(entry.value)
            if placed is None:
                sections.unsure.add(section)
                kind = "a mapping by name" if section in NAMED else "a list"
                sections.problems.append(
                    Problem(
                        where=entry.value.where,
                        text=f"{section}: {kind} belongs here; write for example"
                        f" {_LOOKS_LIKE[section]}",
                    )
                )
            else:
                sections.entries[section] += placed


def _named(node: Node) -> list[Placed] | None:
    if not isinstance(node, Mapping):
        return None
    return [
        Placed(name=name, where=entry.key, node=entry.value) for name, entry in node.entries.items()
    ]


def _items(node: Node) -> list[Placed] | None:
    if not isinstance(node, Sequence):
        return None
    return [Placed(name=_name_of(item), where=item.where, node=item) for item in node.items]


def _name_of(node: Node) -> str:
    if isinstance(node, Mapping) and "name" in node.entries:
        name = node.entries["name"].value
        if isinstance(name, Scalar):
            return name.text.strip()
    return ""


def _refuse_twice(sections: Sections, section: str) -> None:
    first: dict[str, Placed] = {}
    kept: list[Placed] = []
    for placed in sections.entries[section]:
        before = first.setdefault(placed.name, placed) if placed.name else placed
        if before is placed:
            kept.append(placed)
            continue
        what = f"the {_kind(section)} {quoted(placed.name)}" if section not in ONCE else section
        at = f"{before.where.file}:{before.where.line}"
        right = "a rulebook has one" if section in ONCE else "keep one, or give one another name"
        sections.problems.append(
            Problem(where=placed.where, text=f"{what} stands at {at} already; {right}")
        )
    sections.entries[section] = kept


def _kind(section: str) -> str:
    return NAMED.get(section) or LISTED[section]
