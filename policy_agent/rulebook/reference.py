"""What each key of a rulebook is for, to read: made from the shapes that the loader checks by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from pydantic.fields import FieldInfo

from policy_agent.rulebook.example_shapes import FILED, ExampleFileShape
from policy_agent.rulebook.kinds import KINDS
from policy_agent.rulebook.shape import Shape, shape_in
from policy_agent.rulebook.shapes import FileShape

_BEFORE_RULES = ("organisation", "calendars", "teams", "windows")
_FILED_TITLES = (
    "An example there of kind defer-email",
    "An example there of kind protect-time",
    "An example there of kind meeting-etiquette or keep-meeting",
)
_IN_A_FILE = "stands once in a rulebook"  # such keys are asked for of all files together


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One key of an item of a rulebook."""

    path: str  # with the keys above it, such as release.at
    what: str  # a sentence
    example: str  # YAML, without the key
    required: bool
    default: str  # what leaving it out means; empty where that is nothing
    inner: type[Shape] | None  # the shape of its value, or of the items of its value


def keys_of(shape: type[Shape], above: str = "") -> Iterator[Key]:
    """Yield the keys of a shape and of what stands below each, in the order of the definition."""
    for name, field in shape.model_fields.items():
        path = f"{above}{field.alias or name}"
        inner = shape_in(field.annotation)
        yield Key(
            path=path,
            what=field.description or "",
            example=str((field.examples or [""])[0]),
            required=field.is_required(),
            default=_default(field),
            inner=inner,
        )
        if inner is not None:
            yield from keys_of(inner, f"{path}.")


def kind_as_text(kind: str) -> str:
    """Return the documentation of a kind of rule, to read on a terminal. KeyError: no such kind."""
    lines = [f"kind: {kind}", KINDS[kind].__doc__ or "", ""]
    for key in keys_of(KINDS[kind]):
        lines += [
            f"{key.path} ({_must(key)})",
            f"    {key.what}",
            f"    {key.path.rpartition('.')[2]}: {key.example}",
            "",
        ]
    return "\n".join(lines).rstrip()


def as_markdown() -> str:
    """Return the documentation of every key, a heading a shape."""
    parts = [_section("A file", FileShape, deep=False)]
    parts += [_section(key, _below(FileShape, key)) for key in _BEFORE_RULES]
    parts += [_section(f"rules: kind {kind}", shape) for kind, shape in KINDS.items()]
    parts += [_section(key, _below(FileShape, key)) for key in ("exemptions", "report")]
    parts.append(_section("A file of examples", ExampleFileShape))
    parts += [_section(title, shape) for title, shape in zip(_FILED_TITLES, FILED, strict=True)]
    return "\n\n".join(parts)


def _section(title: str, shape: type[Shape], *, deep: bool = True) -> str:
    lines = [f"### {title}", "", shape.__doc__ or "", ""]
    lines += ["| key | | what | such as |", "| --- | --- | --- | --- |"]
    for key in keys_of(shape):
        if deep or "." not in key.path:
            example = key.example.replace("|", "\\|")
            lines.append(f"| `{key.path}` | {_must(key)} | {key.what} | `{example}` |")
    return "\n".join(lines)


def _must(key: Key) -> str:
    if key.required:
        return "must be given"
    if _IN_A_FILE in key.what:
        return "must be given once"
    return f"{key.default} if left out" if key.default else "may be left out"


def _default(field: FieldInfo) -> str:
    default = None if field.is_required() else field.default
    match default:
        case str() if default:
            return str(default)
        case bool():
            return str(default).lower()
        case int():
            return str(default)
        case timedelta():
            return _length(default)
        case _:
            return ""


def _length(length: timedelta) -> str:
    """Return a length as it is written in a rulebook."""
    minutes = int(length.total_seconds()) // 60
    if not minutes:
        return "none"
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


def _below(shape: type[Shape], key: str) -> type[Shape]:
    found = shape_in(shape.model_fields[key].annotation)
    if found is None:
        raise KeyError(key)
    return found
