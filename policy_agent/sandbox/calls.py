"""A call of Graph and its answer, and the table that says who answers what.

Calls arrive over HTTP or as parts of a `$batch`; past this module nobody knows which.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.tenant import Tenant

_CASTS = ("microsoft.graph.user", "microsoft.graph.group")
_KEY = re.compile(r"^([A-Za-z$.]+)\('((?:[^']|'')*)'\)$")
_PREFERENCE = re.compile(r'([A-Za-z.-]+)\s*=\s*"?([^",;]*)"?')
_OPTIONS = frozenset(
    [
        "select",
        "filter",
        "orderby",
        "top",
        "skip",
        "skiptoken",
        "deltatoken",
        "expand",
        "count",
        "search",
        "format",
    ]
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back to the caller."""

    status: int = 200
    body: Any = None  # what JSON can say; a str goes out as it is, with its own Content-Type
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of Graph, past the version in its URL."""

    method: str
    path: str  # under the version, decoded, without the query
    segments: tuple[str, ...]  # of the path, keys in parentheses made segments of their own
    query: Mapping[str, str]  # `$` put before the names of OData options that came without
    headers: Mapping[str, str]  # names in lower case
    body: Any = None
    base: str = ""  # https://host:port/v1.0, for the links in answers
    app_id: str = ""  # of the token
    params: tuple[str, ...] = ()  # what stood where the route has {…}

    @property
    def preferences(self) -> dict[str, str]:
        """Return what `Prefer` asks for, names in lower case."""
        header = self.headers.get("prefer")
        if not header:
            return {}
        return {name.lower(): value for name, value in _PREFERENCE.findall(header)}

    @property
    def immutable(self) -> bool:
        """Whether ids in the answer are to survive a move (C/outlook-immutable-id)."""
        return self.preferences.get("idtype", "").lower() == "immutableid"

    def json(self) -> dict[str, Any]:
        """Return the body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise bad_request("Empty Payload. JSON content expected.", code="BadRequest")
        return self.body


def split_path(raw: str) -> tuple[str, tuple[str, ...]]:
    """Split a still encoded path under the version into its decoded text and its segments.

    `mailFolders('inbox')`, `delta()` and `microsoft.graph.move` are spellings Graph takes
    for `mailFolders/inbox`, `delta` and `move`.
    """
    segments: list[str] = []
    for part in raw.strip("/").split("/"):
        text = unquote(part)
        if text.startswith("microsoft.graph.") and text not in _CASTS:
            text = text.removeprefix("microsoft.graph.")
        keyed = _KEY.match(text)
        if keyed:
            segments += [keyed[1], keyed[2].replace("''", "'")]
        else:
            segments.append(text.removesuffix("()"))
    return "/" + unquote(raw.strip("/")), tuple(segments)


def read_query(text: str) -> dict[str, str]:
    """Read a query string; OData's option names may come without their `$`."""
    return {
        (f"${name}" if name in _OPTIONS else name): value
        for name, value in parse_qsl(text, keep_blank_values=True)
    }


Handler: TypeAlias = "Callable[[Tenant, Call], Answer | Awaitable[Answer]]"


@dataclass(slots=True)
class _Node:
    words: "dict[str, _Node]" = field(default_factory=dict)
    key: "_Node | None" = None
    handlers: dict[str, tuple[Handler, str]] = field(default_factory=dict)  # and the template


class Routes:
    """Which handler answers which path; words match whatever their case, as at Graph."""

    def __init__(self) -> None:
        self._added: list[tuple[str, str, Handler]] = []
        self._root = _Node()

    def add(self, method: str, *templates: str) -> Callable[[Handler], Handler]:
        """Register the decorated handler; `{…}` in a template takes any one segment."""

        def register(handler: Handler) -> Handler:
            for template in templates:
                self._added.append((method, template, handler))
                node = self._root
                for segment in template.strip("/").split("/"):
                    if segment.startswith("{"):
                        node.key = node.key or _Node()
                        node = node.key
                    else:
                        node = node.words.setdefault(segment.lower(), _Node())
                node.handlers[method] = handler, template
            return handler

        return register

    def include(self, other: "Routes") -> None:
        """Take over another table."""
        for method, template, handler in other._added:  # noqa: SLF001 - the same class
            self.add(method, template)(handler)

    def find(self, method: str, segments: tuple[str, ...]) -> tuple[Handler, str, tuple[str, ...]]:
        """Return who answers, the template, and what stood in the places of `{…}`."""
        node, params = self._root, []
        for segment in segments:
            word = node.words.get(segment.lower())
            if word is None:
                if node.key is None:
                    raise bad_request(f"Resource not found for the segment '{segment}'.")
                params.append(segment)
                word = node.key
            node = word
        found = node.handlers.get(method)
        if found is None:
            if node.handlers:
                raise GraphError(405, "BadRequest", "Specified HTTP method is not allowed.")
            raise bad_request(f"Resource not found for the segment '{segments[-1]}'.")
        return (*found, tuple(params))
