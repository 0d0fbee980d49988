"""Nodes to shapes, with pydantic's findings told in our words at the place in the file."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from policy_agent.domain.where import Where
from policy_agent.rulebook.nodes import Entry, Mapping, Node, Scalar, Sequence, data, is_empty
from policy_agent.rulebook.problems import MOST_FOUND, Problem, listed, quoted
from policy_agent.rulebook.references import Names
from policy_agent.rulebook.shape import Shape, shape_in

S = TypeVar("S", bound=Shape)
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shaped(Generic[S]):
    """An entry of a section in its shape."""

    shape: S
    node: Node  # what it was made of, for places
    spared: frozenset[str | int] = frozenset()  # keys left out for problems, whole or in part

    @property
    def whole(self) -> bool:
        return not self.spared


def shape(
    kind: type[S], node: Node, names: Names, problems: list[Problem], *, place: Where
) -> Shaped[S] | None:
    """Return a node in its shape; add what is wrong to `problems`.

    What is wrong and can be spared is left out and the rest is kept, so that what depends on it is
    checked in the same go; None where too little is left. `place` is where an entry begins.
    """
    try:
        return Shaped(shape=kind.model_validate(data(node), context=names), node=node)
    except ValidationError as found:
        errors = found.errors(include_url=False, include_input=False)[: MOST_FOUND + 1]
    slips = {
        (*error["loc"][:-1], _meant(kind, error, names))
        for error in errors
        if error["type"] == "extra_forbidden"
    }
    problems += [
        _problem(kind, node, error, names, place)
        for error in errors
        if error["type"] != "missing" or error["loc"] not in slips  # one slip, one problem
    ]
    paths = {_plain(error) for error in errors if error["type"] != "missing"}
    rest = None if len(errors) > MOST_FOUND else _without(node, paths)
    if rest is None:
        return None
    spared = frozenset(path[0] for path in paths)
    try:
        return Shaped(
            shape=kind.model_validate(data(rest), context=names), node=rest, spared=spared
        )
    except ValidationError:
        return None


# pydantic's: tags of unions, and of a key itself
_MARKS = frozenset({"<list>", "<date>", "<line>", "<lines>", "[key]"})


def _plain(error: Any) -> Path:
    """Return pydantic's path without its own marks.

    Somebody may write a key that looks like one: of an unknown key the last step is the key.
    """
    *above, last = error["loc"] or ("[key]",)
    plain = tuple(step for step in above if step not in _MARKS)
    is_key = error["type"] == "extra_forbidden" or last not in _MARKS
    return (*plain, last) if is_key else plain


def _problem(kind: type[Shape], root: Node, error: Any, names: Names, place: Where) -> Problem:
    path = _plain(error)
    about_key = error["loc"][-1:] == ("[key]",) or error["type"] == "extra_forbidden"
    where, node = place, root
    for step in path:
        match node:
            case Mapping() if step in node.entries:
                entry = node.entries[str(step)]
                where = entry.key if about_key or is_empty(entry.value) else entry.value.where
                node, place = entry.value, entry.key
            case Sequence() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                where = place = node.where
            case _:
                break
    if error["type"] == "missing":
        where = place
    key = next((step for step in reversed(path) if isinstance(step, str)), "")
    said = _said(kind, path, error, names, written=not is_empty(node))
    return Problem(where=where, text=f"{key}: {said}" if key and _speaks_of_value(error) else said)


def _speaks_of_value(error: Any) -> bool:
    return error["type"] not in {"missing", "extra_forbidden"} and error["loc"][-1:] != ("[key]",)


def _said(kind: type[Shape], path: Path, error: Any, names: Names, *, written: bool) -> str:
    match error["type"]:
        case "rulebook":
            return str(error["ctx"]["said"])
        case "missing":
            key = str(path[-1])
            return f"{key} is missing; write for example {key}: {_example(kind, path)}"
        case "extra_forbidden":
            return _unknown_key(_kind_at(kind, path[:-1]), str(path[-1]), names)
        case "list_type":
            what = "a list belongs here"
        case _:
            what = "a mapping of keys and values belongs here"
    example = _example(kind, path)
    right = f"; write for example {example}"
    if not example:
        right = f"; its keys are {listed(_keys(kind), 'and')}"
    return f"{what}{right}" if written else f"nothing is written here{right}"


def _meant(kind: type[Shape], error: Any, names: Names) -> str | None:
    """Return the key that was meant by one that is not known."""
    parent = _kind_at(kind, _plain(error)[:-1])
    key = str(error["loc"][-1])
    return None if parent is None else names.suggestions.near(key, _keys(parent))


def _keys(kind: type[Shape]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items()]


def unknown_key(kind: type[Shape], key: str, names: Names) -> str:
    """Return what to say of a key that a shape does not have."""
    return _unknown_key(kind, key, names)


def _unknown_key(kind: type[Shape] | None, key: str, names: Names) -> str:
    if kind is None:
        return f"the key {quoted(key)} is not known here; take it away"
    known = _keys(kind)
    near = names.suggestions.near(key, known)
    right = f"did you mean {quoted(near)}?" if near else f"known are {listed(known, 'and')}"
    return f"the key {quoted(key)} is not known here; {right}"


def _example(kind: type[Shape], path: Path) -> str:
    """Return what the field at a path, or the one that it is an item of, could look like."""
    for length in range(len(path), 0, -1):
        parent = _kind_at(kind, path[: length - 1])
        field = None if parent is None else _field(parent, path[length - 1])
        if field is not None:
            example = str((field.examples or [""])[0])
            items = path[length:]
            return _item_of(example) if items and isinstance(items[0], int) else example
    return ""


def _item_of(example: str) -> str:
    return example.removeprefix("[").removesuffix("]").strip().split(", {")[0]


def _field(kind: type[Shape], key: str | int) -> FieldInfo | None:
    for name, field in kind.model_fields.items():
        if key == (field.alias or name):
            return field
    return None


def _kind_at(kind: type[Shape], path: Path) -> type[Shape] | None:
    """Return the shape at the end of a path."""
    found = kind
    for step in path:
        if isinstance(step, int):
            continue
        field = _field(found, step)
        inner = None if field is None else shape_in(field.annotation)
        if inner is None:
            return None
        found = inner
    return found


def _without(node: Node, paths: set[Path]) -> Node | None:
    """Return a copy of a node without what stands at the paths; None: nothing is left."""
    if () in paths:
        return None
    heads = {path[0] for path in paths}
    below: dict[str | int, set[Path]] = {head: set() for head in heads}
    for path in paths:
        if len(path) > 1:
            below[path[0]].add(path[1:])
    gone = {path[0] for path in paths if len(path) == 1}
    match node:
        case Mapping():
            entries: dict[str, Entry] = {}
            for key, entry in node.entries.items():
                if key in gone:
                    continue
                kept = _without(entry.value, below[key]) if key in heads else entry.value
                if kept is not None:
                    entries[key] = Entry(key=entry.key, value=kept)
            return Mapping(where=node.where, entries=entries)
        case Sequence():
            items: list[Node] = []
            for number, item in enumerate(node.items):
                if number in gone:
                    continue
                rest = _without(item, below[number]) if number in heads else item
                if rest is not None:
                    items.append(rest)
            return Sequence(where=node.where, items=items)
        case Scalar():
            return None
