"""OData's query options, as far as Graph's mail and directory take them."""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from policy_agent.sandbox.calls import Answer, Call
from policy_agent.sandbox.refusals import GraphError, bad_request

Getter = Callable[[str], Any]
Predicate = Callable[[Getter], bool]
_Item = TypeVar("_Item")
Render = Callable[[_Item], dict[str, Any]]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)"
    r"|(?P<number>-?\d+)"
    r"|(?P<name>[A-Za-z_][\w./]*)"
    r"|(?P<mark>[(),:]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
}


@lru_cache(maxsize=65536)
def instant(text: str) -> datetime:
    """Read an instant; one without an offset is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"Invalid date time '{text}'.", code="ErrorInvalidRequest") from None
    if found.tzinfo is None:
        found = datetime.fromisoformat(f"{text[:10]}T{text[11:] or '00:00:00'}+00:00")
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """A parsed `$filter`."""

    matches: Predicate
    properties: tuple[str, ...]  # in the order in which it names them


class _Reader:
    def __init__(self, text: str, allowed: Iterable[str]) -> None:
        self.tokens: list[tuple[str, str]] = []
        self.allowed = {name.lower() for name in allowed}
        self.properties: list[str] = []
        self.variables: set[str] = set()
        end = 0
        for match in _TOKEN.finditer(text):
            if match.start() != end:
                break
            self.tokens.append((match.lastgroup or "", match[match.lastgroup or 0]))
            end = match.end()
        if text[end:].strip() or not self.tokens:
            raise bad_request(f"Invalid filter clause: '{text}'.")
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1].lower() if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> tuple[str, str]:
        if self.at >= len(self.tokens) or (wanted and self.peek() != wanted):
            raise bad_request(f"Invalid filter clause: '{wanted or 'more'}' expected.")
        self.at += 1
        return self.tokens[self.at - 1]

    def either(self) -> Predicate:
        parts = [self.both()]
        while self.peek() == "or":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else lambda get: any(part(get) for part in parts)

    def both(self) -> Predicate:
        parts = [self.one()]
        while self.peek() == "and":
            self.take()
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else lambda get: all(part(get) for part in parts)

    def one(self) -> Predicate:
        word = self.peek()
        if word == "not":
            self.take()
            inner = self.one()
            return lambda get: not inner(get)
        if word == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        if word in _TESTS:
            return self.function()
        if word.endswith("/any"):
            return self.any_of()
        return self.comparison()

    def function(self) -> Predicate:
        test = _TESTS[self.take()[1].lower()]
        self.take("(")
        value = self.operand()
        self.take(",")
        wanted = str(self.literal()).casefold()
        self.take(")")
        return lambda get: test(str(value(get) or "").casefold(), wanted)

    def any_of(self) -> Predicate:
        path = self.property(self.take()[1].rpartition("/")[0])
        self.take("(")
        variable = self.take()[1]
        self.take(":")
        self.variables.add(variable)
        inner = self.either()
        self.take(")")

        def within(item: Any) -> Getter:
            return lambda name: dig(item, name.partition("/")[2]) if "/" in name else item

        def holds(get: Getter) -> bool:
            return any(inner(within(item)) for item in get(path) or ())

        return holds

    def comparison(self) -> Predicate:
        value = self.operand()
        word = self.take()[1].lower()
        if word == "in":
            choices = self.choices()
            return lambda get: _folded(value(get)) in choices
        if word not in _COMPARE:
            raise bad_request(f"Invalid filter clause: '{word}' is not an operator.")
        compare, wanted = _COMPARE[word], self.literal()
        if isinstance(wanted, datetime):
            return lambda get: _holds(compare, _as_instant(value(get)), wanted)
        if isinstance(wanted, str):
            folded = wanted.casefold()
            return lambda get: _holds(compare, _folded(value(get)), folded)
        return lambda get: _holds(compare, value(get), wanted)

    def choices(self) -> set[Any]:
        self.take("(")
        found = {_folded(self.literal())}
        while self.peek() == ",":
            self.take()
            found.add(_folded(self.literal()))
        self.take(")")
        return found

    def operand(self) -> Callable[[Getter], Any]:
        kind, text = self.take()
        if kind != "name":
            raise bad_request(f"Invalid filter clause: a property expected, not {text}.")
        if text.lower() == "cast":
            self.take("(")
            inner = self.operand()
            self.take(",")
            self.take()
            self.take(")")
            return inner
        path = self.property(text)
        return lambda get: get(path)

    def property(self, path: str) -> str:
        root = path.partition("/")[0]
        if root in self.variables:
            return path
        if root.lower() not in self.allowed:
            raise bad_request(f"Could not find a property named '{root}' to filter by.")
        self.properties.append(path)
        return path

    def literal(self) -> Any:
        kind, text = self.take()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "time":
            return instant(text)
        if kind == "number":
            return int(text)
        words = {"true": True, "false": False, "null": None}
        if text.lower() not in words:
            raise bad_request(f"Invalid filter clause: '{text}' is not a value.")
        return words[text.lower()]


def _holds(compare: Callable[[Any, Any], bool], found: Any, wanted: Any) -> bool:
    """Compare; of things that have no order, nothing holds, as in OData for null."""
    try:
        return bool(compare(found, wanted))
    except TypeError:
        return False


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _as_instant(value: Any) -> datetime | None:
    return instant(value) if isinstance(value, str) else None


def dig(item: Any, path: str) -> Any:
    """Return what an object has at `a/b/c`, or None."""
    for name in path.split("/"):
        if not isinstance(item, Mapping):
            return None
        item = item.get(name)
    return item


@lru_cache(maxsize=1024)
def read_filter(text: str, allowed: frozenset[str]) -> Filter:
    """Parse a `$filter` over these properties, or refuse it with 400 as Graph does."""
    reader = _Reader(text, allowed)
    matches = reader.either()
    if reader.at != len(reader.tokens):
        raise bad_request(f"Invalid filter clause: '{text}'.")
    return Filter(matches=matches, properties=tuple(reader.properties))


def read_select(call: Call, known: frozenset[str], type_name: str) -> tuple[str, ...] | None:
    """Return the properties `$select` names, or None if all are wanted."""
    text = call.query.get("$select")
    if not text:
        return None
    names = [name.strip() for name in text.split(",") if name.strip()]
    spelled = {name.lower(): name for name in known}
    for name in names:
        if name.lower() not in spelled and not name.startswith("microsoft.graph."):
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named "
                f"'{name}' on type 'microsoft.graph.{type_name}'.",
                code="RequestBroker--ParseUri",
            )
    return tuple(spelled[name.lower()] for name in names if name.lower() in spelled)


def read_order(call: Call, known: frozenset[str]) -> list[tuple[str, bool]]:
    """Return `$orderby` as (property, descending)."""
    order = []
    for part in filter(None, (p.strip() for p in call.query.get("$orderby", "").split(","))):
        name, _, direction = part.partition(" ")
        if name.partition("/")[0] not in known or direction.strip().lower() not in {
            "",
            "asc",
            "desc",
        }:
            raise bad_request(f"Invalid $orderby: '{part}'.", code="RequestBroker--ParseUri")
        order.append((name, direction.strip().lower() == "desc"))
    return order


def sortable(value: Any) -> tuple[bool, Any]:
    """Return what `$orderby` compares: nothing comes first, the case of letters does not count."""
    return value is not None, value.casefold() if isinstance(value, str) else value


def check_efficient(chosen: Filter | None, order: Sequence[tuple[str, bool]]) -> None:
    """Refuse an `$orderby` whose properties do not lead the `$filter` (A/user-list-messages)."""
    if chosen is None or not order:
        return
    distinct = list(dict.fromkeys(chosen.properties))
    if distinct[: len(order)] != [name for name, _ in order]:
        raise GraphError(
            400, "InefficientFilter", "The restriction or sort order is too complex for this "
            "operation.",
        )  # fmt: skip


def read_number(call: Call, name: str, *, default: int, low: int, high: int) -> int:
    """Return a whole number among the query options, within its limits."""
    text = call.query.get(name)
    if text is None:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise bad_request(
            f"Invalid value '{text}' for {name}: it must be from {low} to {high}.",
            code="ErrorInvalidUrlQuery",
        )
    return int(text)


def link(call: Call, **changes: str) -> str:
    """Return this call's URL with other query options, for the next page."""
    query = {**call.query, **changes}
    return f"{call.base}{quote(call.path, safe='/()$@=')}?{urlencode(query, safe='$', quote_via=quote)}"  # noqa: E501


def page(
    call: Call,
    items: Sequence[Any],
    render: Callable[[Any], Mapping[str, Any]],
    *,
    context: str,
    default_top: int = 10,
    max_top: int = 1000,
    option: str = "$skip",
) -> Answer:
    """Answer one page of a collection, with the link to the next one."""
    top = read_number(call, "$top", default=default_top, low=1, high=max_top)
    preferred = call.preferences.get("odata.maxpagesize", "")
    if "$top" not in call.query and preferred.isdecimal():
        top = max(1, min(int(preferred), max_top))
    skip = read_number(call, option, default=0, low=0, high=2**31)
    body: dict[str, Any] = {"@odata.context": f"{call.base}/$metadata#{context}"}
    if call.query.get("$count", "").lower() == "true":
        body["@odata.count"] = len(items)
    body["value"] = [render(item) for item in items[skip : skip + top]]
    if skip + top < len(items):
        body["@odata.nextLink"] = link(call, **{option: str(skip + top)})
    return Answer(body=body)
