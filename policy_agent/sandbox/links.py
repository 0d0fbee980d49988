"""The links of delta queries: each holds all that is needed to follow it, none is remembered."""

import base64
import binascii
import dataclasses
import json
from collections.abc import Callable
from typing import Any, TypeVar

from policy_agent.sandbox.calls import Call
from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.tenant import Tenant

_Token = TypeVar("_Token")
FIRST = 2**53  # number of a first round's own link, which keeps it out of `expire_delta`


def pack(token: Any) -> str:
    """Return what stands in a link for a token, a dataclass of plain values."""
    packed = json.dumps(dataclasses.asdict(token), separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def unpack(kind: Callable[..., _Token], text: str) -> _Token:
    """Return the token of a link, or refuse it."""
    try:
        packed: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return kind(**packed)
    except (binascii.Error, ValueError, TypeError):
        raise bad_request("Badly formed token.", code="ErrorInvalidUrlQuery") from None


def check_link(tenant: Tenant, given: int) -> None:
    """Refuse a link that `expire_delta` has made too old."""
    if given <= tenant.links_expired:
        raise GraphError(
            410,
            "SyncStateNotFound",
            "The sync state generation is not found; generation is missing or was evicted.",
        )


def page_size(call: Call, top: str) -> int:
    """Return how many items a page of a round may have."""
    preferred = call.preferences.get("odata.maxpagesize", "")
    size = preferred if preferred.isdecimal() else top if top.isdecimal() else "10"
    return max(1, min(int(size), 1000))
