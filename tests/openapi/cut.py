"""Cut Microsoft's description of Graph down to the calls this project makes or simulates.

Run it over a larger OpenAPI subset of Graph v1.0 to renew `graph-openapi.json`:

    python -m tests.openapi.cut <path of the larger description>

What is left out is left out on purpose where the service refuses it to an application or its own
pages advise against it (`findMeetingTimes`, a delta over all messages of a mailbox): a call to it
is then an unknown path, and a test says so.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEPT_PATHS = re.compile(
    r"/organization(/\{[^}]+\})?"
    r"|/subscriptions(/.*)?"
    r"|/groups(/delta(\(\))?|/\{group-id\}(/(members|transitiveMembers)(/microsoft\.graph\.user)?)?)?"
    r"|/users(/delta(\(\))?|/\{user-id\})?"
    r"|/users/\{user-id\}/(manager|memberOf|transitiveMemberOf|mailboxSettings|sendMail"
    r"|translateExchangeIds|outlook/masterCategories(/.*)?)"
    r"|/users/\{user-id\}/mailFolders(?!.*messageRules)(/.*)?"
    r"|/users/\{user-id\}/messages(?!/delta)(/.*)?"
    r"|/users/\{user-id\}/(calendar|calendars|calendarView|events)"
    r"(?!.*(calendarPermissions|events/delta))(/.*)?"
)
# Reached only through `@odata.type`, or, being posted by the service, not at all.
KEPT_SCHEMAS = (
    "changeNotificationCollection",
    "eventMessage",
    "eventMessageRequest",
    "eventMessageResponse",
    "fileAttachment",
    "group",
    "itemAttachment",
    "mailSearchFolder",
    "openTypeExtension",
    "organization",
    "referenceAttachment",
    "user",
)
DROPPED_SCHEMAS = re.compile(
    r"microsoft\.graph\.(chat|team|channel|conversation|calendarPermission|messageRule|planner|onenote"
    r"|drive|presence|profilePhoto|schedule$|inferenceClassificationOverride|authentication$"
    r"|employeeExperience|cloudClipboard|itemInsights|todo$|userPrint|userSettings|userSolution"
    r"|userTeamwork|organizationalBranding|outlookUser|giphy|onlineMeetingProvider(?!Type))"
)
PROSE = {"description", "summary", "externalDocs", "tags", "title", "example"}
REF = "#/components/schemas/"


def cut(described: dict[str, Any]) -> dict[str, Any]:
    """Return the kept paths, without prose, and the schemas they reach."""
    components = described["components"]
    paths = {path: item for path, item in described["paths"].items() if KEPT_PATHS.fullmatch(path)}
    shared = {
        kind: {
            name: part
            for name, part in components[kind].items()
            if f"#/components/{kind}/{name}" in set(_references(paths))
        }
        for kind in ("parameters", "requestBodies", "responses")
    }
    schemas = {name: _pruned(schema) for name, schema in components["schemas"].items()}
    reached: set[str] = set()
    waiting = [REF + f"microsoft.graph.{name}" for name in KEPT_SCHEMAS]
    waiting += [*_references(paths), *_references(shared)]
    while waiting:
        name = waiting.pop().removeprefix(REF)
        if name in schemas and name not in reached:
            reached.add(name)
            waiting += _references(schemas[name])
    kept = {name: schemas[name] for name in sorted(reached)}
    head = {key: described[key] for key in ("openapi", "info", "servers")}
    head["info"] = {
        "title": "Microsoft Graph v1.0: what policy_agent calls (subset)",
        "version": described["info"]["version"],
        "description": "See NOTICE beside this file for its origin and licence.",
    }
    body = {"paths": paths, "components": {**shared, "schemas": kept}}
    return {**head, **_without_prose(body)}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _pruned(part: Any) -> Any:
    """Replace what refers to a dropped schema by an open object that says so."""
    if isinstance(part, dict):
        if any(DROPPED_SCHEMAS.match(ref.removeprefix(REF)) for ref in _direct_references(part)):
            return {"type": "object", "x-pruned": True, "x-ms-navigationProperty": True}
        return {key: _pruned(value) for key, value in part.items()}
    return [_pruned(value) for value in part] if isinstance(part, list) else part


def _direct_references(part: dict[str, Any]) -> list[str]:
    alternatives = [part, *part.get("anyOf", [])]
    return [option["$ref"] for option in alternatives if isinstance(option.get("$ref"), str)]


def _without_prose(part: Any, *, names: bool = False) -> Any:
    """Drop prose keys; `names` marks a mapping whose keys are names, so that none is dropped."""
    if isinstance(part, dict):
        return {
            key: _without_prose(value, names=key in {"properties", "schemas", "paths"})
            for key, value in part.items()
            if names or key not in PROSE
        }
    return [_without_prose(value) for value in part] if isinstance(part, list) else part


def main() -> None:
    described = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target = Path(__file__).with_name("graph-openapi.json")
    target.write_text(json.dumps(cut(described), indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
