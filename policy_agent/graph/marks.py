"""Marks on what we make in mailboxes: it is found again by them, whatever the store knows.

A mark is an extended property, which nobody sees and which stays as the item is moved
(https://learn.microsoft.com/en-us/graph/api/resources/extended-properties-overview). Each name of
one uses up a named property of the mailbox for good, so there are these two, spelled as ever.
"""

from collections.abc import Mapping
from typing import Any, Final

from policy_agent.graph.calls import literal

_SET: Final = "{f6d63512-d12f-403e-a0c0-4b2f118206a6}"
KIND: Final = f"String {_SET} Name policy-agent"  # what it is: `block-out`
KEY: Final = f"String {_SET} Name policy-agent-key"  # which one it is
EXPAND_KEY: Final = f"singleValueExtendedProperties($filter=id eq {literal(KEY)})"


def marks(kind: str, key: str) -> list[dict[str, str]]:
    """Return the marks of a new item, as its `singleValueExtendedProperties`."""
    return [{"id": KIND, "value": kind}, {"id": KEY, "value": key}]


def marked_with(mark: str, value: str) -> str:
    """Return the `$filter` for items that have a mark of that value; case does not count in it."""
    return (
        f"singleValueExtendedProperties/Any(ep: ep/id eq {literal(mark)}"
        f" and ep/value eq {literal(value)})"
    )


def key_of(item: Mapping[str, Any]) -> str:
    """Return the key of an item that was asked for with `EXPAND_KEY`; empty where it has none."""
    for one in item.get("singleValueExtendedProperties") or ():
        if str(one.get("id")).casefold() == KEY.casefold():
            return str(one.get("value") or "")
    return ""


__all__ = ["EXPAND_KEY", "KEY", "KIND", "key_of", "marked_with", "marks"]
