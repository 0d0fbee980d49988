"""The operations of the description: which one is meant, and what it takes and gives."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.openapi.schemas import GRAPH, REF, StrictSchemas

_KEYED: Final = re.compile(r"([\w.]+)\('((?:[^']|'')*)'\)")
_CASTS: Final = {f"{GRAPH}user", f"{GRAPH}group"}
_IMMUTABLE: Final = re.compile(r"/users/\{user-id\}/(.*/)?(messages|events|calendarView)(/.*)?")
# The description says `2XX` of every answer; these are on the operations' own pages.
_ACTION_STATUS: Final = {
    "accept": 202,
    "cancel": 202,
    "copy": 201,
    "createForward": 201,
    "createReply": 201,
    "createReplyAll": 201,
    "decline": 202,
    "dismissReminder": 200,
    "forward": 202,
    "getSchedule": 200,
    "move": 201,
    "reauthorize": 204,
    "reply": 202,
    "replyAll": 202,
    "send": 202,
    "sendMail": 202,
    "snoozeReminder": 200,
    "tentativelyAccept": 202,
    "translateExchangeIds": 200,
}
# The page of these says that they take MIME, as text/plain, beside JSON: A/user-post-messages,
# C/outlook-send-mime-message.
_TAKES_MIME: Final = {
    "POST /users/{user-id}/messages",
    "POST /users/{user-id}/mailFolders/{mailFolder-id}/messages",
}
_STATUS: Final = {"GET": 200, "POST": 201, "PATCH": 200, "DELETE": 204}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one path template."""

    method: str
    template: str
    options: Mapping[str, Any]  # query options: name to schema
    required_options: frozenset[str]
    takes: Mapping[str, Any] | None  # schema of the request body
    takes_mime: bool  # also a whole message in base64, which the description leaves out
    gives: Mapping[str, Any] | None  # schema of a successful answer's JSON body
    gives_bytes: bool  # a successful answer is no JSON
    item: str | None  # named schema of the entity or of a collection's items
    is_collection: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def is_delta(self) -> bool:
        return self.template.removesuffix("()").endswith("/delta")

    @property
    def status(self) -> int:
        """The status of success."""
        last = self.template.rsplit("/", 1)[-1]
        return _ACTION_STATUS.get(last, _STATUS[self.method])

    @property
    def has_movable_ids(self) -> bool:
        """Whether it takes or gives ids that change on a move unless asked not to."""
        return _IMMUTABLE.fullmatch(self.template) is not None

    @property
    def is_directory(self) -> bool:
        """Whether Entra answers, and not Exchange."""
        return not self.template.startswith("/users/{user-id}/") or self.template.endswith(
            ("/manager", "emberOf")
        )


class Operations:
    """All operations of the description, found by method and path."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self.schemas = StrictSchemas(described["components"]["schemas"])
        self._components = described["components"]
        self._tree: dict[str, Any] = {}
        for template, item in described["paths"].items():
            node = self._tree
            for step in segments(template):
                node = node.setdefault("{}" if step.startswith("{") else step, {})
            node.setdefault("/", {}).update(
                {method.upper(): self._operation(template, method, item[method]) for method in item}
            )

    @classmethod
    def load(cls) -> "Operations":
        """Read the description beside this module."""
        text = Path(__file__).with_name("graph-openapi.json").read_text(encoding="utf-8")
        return cls(json.loads(text))

    def find(self, method: str, path: str) -> Operation | str:
        """Return the operation, or what is wrong with the method or path.

        `path` is decoded, under the version, without query; literal segments win over keys.
        """
        found = _descend(self._tree, segments(path))
        if not found:
            return "not a path of the description"
        operation: Operation | None = found.get(method)
        if operation is None:
            return f"not a method of this path, which has {', '.join(sorted(found))}"
        return operation

    def _operation(self, template: str, method: str, item: Mapping[str, Any]) -> Operation:
        parameters = [self._resolved(part) for part in item.get("parameters", [])]
        query = [part for part in parameters if part["in"] == "query"]
        takes = self._resolved(item.get("requestBody", {})).get("content", {})
        gives = self._resolved(item["responses"]["2XX"]).get("content", {})
        answer = gives.get("application/json", {}).get("schema")
        item_schema, is_collection = self._item(answer)
        return Operation(
            method=method.upper(),
            template=template,
            options={part["name"]: part["schema"] for part in query},
            required_options=frozenset(part["name"] for part in query if part.get("required")),
            takes=takes.get("application/json", {}).get("schema"),
            takes_mime=f"{method.upper()} {template}" in _TAKES_MIME,
            gives=answer,
            gives_bytes=bool(gives) and answer is None,
            item=item_schema,
            is_collection=is_collection,
        )

    def _item(self, answer: Mapping[str, Any] | None) -> tuple[str | None, bool]:
        schema = answer or {}
        name = schema.get("$ref", "").removeprefix(REF)
        if name and not name.endswith("CollectionResponse"):
            return name, False
        if name:
            schema = self._components["schemas"][name]
        items = schema.get("properties", {}).get("value", {}).get("items")
        if items is None:
            return None, False
        return items.get("allOf", [items])[0]["$ref"].removeprefix(REF), True

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in part:
            return part
        _, _, kind, name = part["$ref"].split("/")
        resolved: Mapping[str, Any] = self._components[kind][name]
        return resolved


def segments(path: str) -> list[str]:
    """Split a path; `mailFolders('inbox')` and `microsoft.graph.move` are other spellings."""
    steps: list[str] = []
    for step in path.strip("/").split("/"):
        keyed = _KEYED.fullmatch(step)
        if keyed:
            steps += [keyed[1], keyed[2].replace("''", "'")]
        elif step in _CASTS:
            steps.append(step)
        else:
            steps.append(step.removeprefix(GRAPH))
    return steps


def _descend(node: Mapping[str, Any], steps: list[str]) -> dict[str, Operation] | None:
    if not steps:
        return node.get("/")
    for branch in (steps[0], "{}"):
        if branch in node and (branch != "{}" or steps[0]):
            found = _descend(node[branch], steps[1:])
            if found:
                return found
    return None
