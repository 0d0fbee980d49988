"""Single-value extended properties, of messages and of events alike (R/extended-properties)."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from policy_agent.sandbox.calls import Call
from policy_agent.sandbox.refusals import bad_request

NAME = "singleValueExtendedProperties"
_ID = re.compile(r"^\w+ (0x[0-9A-Fa-f]{1,4}$|\{[0-9A-Fa-f-]{36}\} (Name|Id) .+$)")
_EXPANDED = re.compile(r"^\s*(\w+)\s*(?:\((.*)\))?\s*$", re.DOTALL)
_ASKED_IDS = re.compile(r"id\s+eq\s+'((?:[^']|'')*)'", re.IGNORECASE)


def read_extended(given: Mapping[str, Any]) -> dict[str, str]:
    """Return the extended properties in a request body, by id."""
    found: dict[str, str] = {}
    properties = given.get(NAME) or []
    if not isinstance(properties, list):
        raise bad_request(f"Cannot read the value of property '{NAME}'.", code="RequestBodyRead")
    for one in properties:
        if not isinstance(one, dict) or not isinstance(one.get("id"), str):
            raise bad_request("An extended property needs an id.", code="ErrorInvalidRequest")
        if not _ID.match(one["id"]):
            raise bad_request(
                f"The property ID '{one['id']}' is invalid.", code="ErrorInvalidProperty"
            )
        found[one["id"]] = str(one.get("value"))
    return found


def read_expand(call: Call) -> dict[str, list[str]]:
    """Return what `$expand` asks for: attachments, and extended properties by their ids."""
    text = call.query.get("$expand")
    if not text:
        return {}
    wanted: dict[str, list[str]] = {}
    for part in re.split(r",(?![^(]*\))", text):
        match = _EXPANDED.match(part)
        name = match[1] if match else ""
        if match is None or name not in {NAME, "attachments"}:
            raise bad_request(
                f"Parsing OData Select and Expand failed: '{part}' cannot be expanded.",
                code="RequestBroker--ParseUri",
            )
        ids = [found.replace("''", "'") for found in _ASKED_IDS.findall(match[2] or "")]
        if name == NAME and not ids:
            raise bad_request(
                "Expand of extended properties needs a filter on their ids.",
                code="ErrorInvalidRequest",
            )
        wanted[name] = ids
    return wanted


def expand(
    shown: dict[str, Any], expanded: Mapping[str, Iterable[str]], extended: Mapping[str, str]
) -> None:
    """Put what is expanded into an item's answer; a property that is not set is left out."""
    for name, ids in expanded.items():
        if name == "attachments":
            shown[name] = []
        elif found := [{"id": i, "value": extended[i]} for i in ids if i in extended]:
            shown[name] = found


def listed(extended: Mapping[str, str]) -> list[dict[str, str]]:
    """Return extended properties as `$filter` looks at them."""
    return [{"id": i, "value": value} for i, value in extended.items()]
