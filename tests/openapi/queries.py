"""OData query options held to the description: names, values, and the properties they speak of."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.openapi.operations import Operation
from tests.openapi.schemas import GRAPH, REF, StrictSchemas

# C/paging: `@odata.nextLink` of a list may carry a token instead of `$skip`.
_PAGING: Final = {"$skiptoken": {"type": "string"}}
_TOKENS: Final = {"$deltatoken", "$skiptoken"}
# A/message-delta and A/event-delta: what the description has and the pages refuse.
_REFUSED_BY_DELTA: Final = {
    f"{GRAPH}message": {"$search", "$skip", "$count"},
    f"{GRAPH}event": {"$select", "$expand", "$filter", "$orderby", "$search"},
}
_MESSAGE_DELTA_FILTER: Final = re.compile(r"receivedDateTime (ge|gt) \S+")
_MESSAGE_DELTA_ORDER: Final = "receivedDateTime desc"
_MOST_OUTLOOK, _MOST_DIRECTORY = 1000, 999  # C/query-parameters; A/user-list-messages
_BOOLEAN_OPTIONS: Final = {"$count", "includeHiddenFolders", "includeHiddenMessages"}
_CHANGE_TYPES: Final = {"created", "updated", "deleted"}
_EXPAND_OPTIONS: Final = {
    *("$count", "$expand", "$filter", "$levels", "$orderby", "$search", "$select", "$skip", "$top"),
}
_EXTENDED: Final = {"singleValueExtendedProperties", "multiValueExtendedProperties"}
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")

_LITERAL: Final = re.compile(
    r"'(?:[^']|'')*'|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?|-?\b\d+(?:\.\d+)?\b"
)
_WORD: Final = re.compile(r"[A-Za-z_][\w.]*(?:/[A-Za-z_][\w.]*)*")
_FILTER_WORDS: Final = {
    *("and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in", "has", "true", "false", "null"),
}
_FILTER_FUNCTIONS: Final = {
    *("startswith", "endswith", "contains", "cast", "isof", "tolower", "toupper", "length", "now"),
    *("substring", "indexof", "concat", "trim", "date", "time", "year", "month", "day", "hour"),
    *("minute", "second", "round", "floor", "ceiling"),
}


class Queries:
    """Checks query options against an operation and the properties of what it gives."""

    def __init__(self, schemas: StrictSchemas) -> None:
        self._schemas = schemas

    def problems(self, operation: Operation, query: Mapping[str, Any]) -> Iterator[str]:
        """Yield what is wrong with the decoded query of a request."""
        known = dict(operation.options)
        if operation.method == "GET" and operation.is_collection:
            known |= _PAGING
        for name, value in query.items():
            if name not in known:
                yield f"{name}: not a query option of this operation"
            elif not isinstance(value, str):
                yield f"{name}: given more than once, or not as text"
            else:
                yield from (f"{name}: {what}" for what in self._value(operation, name, value))
        # A/event-delta: the window is asked for in the first request of a round, then in the link
        needed = set(operation.required_options)
        if operation.is_delta and "calendarView" in operation.template:
            needed |= {"startDateTime", "endDateTime"}
        if _TOKENS.isdisjoint(query):
            yield from (f"{name}: needed here" for name in sorted(needed - set(query)))
        if operation.is_delta:
            yield from self._delta(operation, query)

    def _delta(self, operation: Operation, query: Mapping[str, Any]) -> Iterator[str]:
        refused = _REFUSED_BY_DELTA.get(operation.item or "", set())
        for name in sorted(refused & set(query)):
            yield f"{name}: not taken by this delta"
        if operation.item == f"{GRAPH}message":
            wanted = query.get("$filter", "receivedDateTime ge 2026-01-01T00:00:00Z")
            if not _MESSAGE_DELTA_FILTER.fullmatch(wanted):
                yield "$filter: a delta of messages takes only `receivedDateTime ge|gt …`"
            if query.get("$orderby", _MESSAGE_DELTA_ORDER) != _MESSAGE_DELTA_ORDER:
                yield f"$orderby: a delta of messages takes only `{_MESSAGE_DELTA_ORDER}`"

    def _value(self, operation: Operation, name: str, value: str) -> Iterator[str]:
        item = operation.item or ""
        if name in _BOOLEAN_OPTIONS and value not in {"true", "false"}:
            yield f"{value!r} is neither true nor false"
        elif name == "changeType" and value not in _CHANGE_TYPES:
            yield f"{value!r} is not one of {', '.join(sorted(_CHANGE_TYPES))}"
        elif name in {"startDateTime", "endDateTime"} and not _INSTANT.fullmatch(value):
            yield f"{value!r} is no ISO 8601 date and time"
        elif name == "$top":
            most = _MOST_DIRECTORY if operation.is_directory else _MOST_OUTLOOK
            if not value.isdecimal() or not 1 <= int(value) <= most:
                yield f"{value!r} is not a number from 1 to {most}"
        elif name == "$skip" and not value.isdecimal():
            yield f"{value!r} is not a number"
        elif name == "$select":
            yield from self._select(item, value)
        elif name == "$expand":
            yield from self._expand(item, value)
        elif name == "$orderby":
            yield from self._orderby(item, value)
        elif name == "$filter":
            yield from self._filter(item, value)

    def _select(self, item: str, value: str) -> Iterator[str]:
        for path in value.split(","):
            yield from self._unknown(item, path.strip())

    def _orderby(self, item: str, value: str) -> Iterator[str]:
        for part in value.split(","):
            path, _, order = part.strip().partition(" ")
            if order not in {"", "asc", "desc"}:
                yield f"{order!r} is neither asc nor desc"
            yield from self._unknown(item, path)

    def _expand(self, item: str, value: str) -> Iterator[str]:
        for part in _split(value, ","):
            path, has_options, rest = part.strip().partition("(")
            yield from self._unknown(item, path)
            target = self._resolve(item, path)
            if target is not None and not target.get("x-ms-navigationProperty"):
                yield f"{path} is not a navigation property"
            options: dict[str, str] = {}
            if has_options:
                if not rest.endswith(")"):
                    yield f"{part!r} has unbalanced parentheses"
                for option in _split(rest.removesuffix(")"), ";"):
                    name, _, inner = option.strip().partition("=")
                    options[name] = inner
            for name in sorted(set(options) - _EXPAND_OPTIONS):
                yield f"{name} is not an option inside $expand"
            if path in _EXTENDED and "$filter" not in options:
                # A/singlevaluelegacyextendedproperty-get: each is asked for by its id
                yield f"{path} needs ($filter=id eq '…')"
            inside = _named(target or {})
            if inside and "$filter" in options:
                yield from self._filter(inside, options["$filter"])
            if inside and "$select" in options:
                yield from self._select(inside, options["$select"])
            if inside and "$expand" in options:
                yield from self._expand(inside, options["$expand"])

    def _filter(self, item: str, value: str) -> Iterator[str]:
        if value.count("'") % 2 or value.count("(") != value.count(")"):
            yield f"{value!r} has unbalanced quotes or parentheses"
            return
        bare = _LITERAL.sub("0", value)
        variables = set(re.findall(r"\b(\w+):", bare))
        compared = False
        for word in _WORD.finditer(bare):
            text, after = word[0], bare[word.end() :].lstrip()
            first, last = text.split("/")[0], text.split("/")[-1].lower()
            if text.lower() in _FILTER_WORDS or text in variables or text.startswith("Edm."):
                compared = True
            elif after.startswith("(") and last in {"any", "all"}:
                yield from self._unknown(item, text.rpartition("/")[0])
            elif after.startswith("(") and "/" not in text:
                compared = True
                if text.lower() not in _FILTER_FUNCTIONS:
                    yield f"{text} is not a function of $filter"
            elif first not in variables:
                yield from self._unknown(item, text)
        if not compared:
            yield f"{value!r} compares nothing"

    def _unknown(self, item: str, path: str) -> Iterator[str]:
        if self._resolve(item, path) is None:
            yield f"{path!r} is not a property of {item}"

    def _resolve(self, item: str, path: str) -> Mapping[str, Any] | None:
        """Return the schema of a property path on a named schema; None if there is none."""
        first, _, rest = path.partition("/")
        if first.startswith(GRAPH):  # a cast to a derived type
            return self._resolve(first, rest) if first in self._schemas.derived(item) else None
        if item not in self._schemas.named:
            return None
        candidates = [item]
        if item == f"{GRAPH}directoryObject":  # the directory looks at the type each member has
            candidates += self._schemas.derived(item)
        for candidate in candidates:
            found: Mapping[str, Any] | None = self._schemas.properties(candidate).get(first)
            if found is not None:
                return self._resolve(_named(found), rest) if rest else found
        return None

    def asked_for(self, query: Mapping[str, Any]) -> tuple[set[str] | None, set[str]]:
        """Return the property names `$select` (None: all) and `$expand` let an answer have."""
        select, expand = query.get("$select"), query.get("$expand")
        expanded = {_last(part.partition("(")[0]) for part in _split(expand or "", ",")}
        if not isinstance(select, str):
            return None, expanded
        return {_last(path) for path in select.split(",")}, expanded


def _last(path: str) -> str:
    """Return the property a path begins with, past a cast."""
    steps = path.strip().split("/")
    return steps[1] if steps[0].startswith(GRAPH) and len(steps) > 1 else steps[0]


def _named(schema: Mapping[str, Any]) -> str:
    """Return the named schema that a property or its items refer to, or an empty string."""
    inner = schema.get("items", schema)
    inner = inner.get("anyOf", [inner])[0]
    return str(inner.get("$ref", "")).removeprefix(REF)


def _split(text: str, separator: str) -> list[str]:
    """Split at separators outside parentheses and quotes."""
    parts, depth, quoted, current = [], 0, False, ""
    for letter in text:
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
        if letter == separator and not depth and not quoted:
            parts.append(current)
            current = ""
        else:
            current += letter
    return [part for part in [*parts, current] if part]
