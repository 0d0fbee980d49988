"""One subscription, and what is posted to it (R/subscription, R/changenotification)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from policy_agent.sandbox.changes import Change, Kind
from policy_agent.sandbox.clock import graph_time


@dataclass(slots=True, kw_only=True)
class Subscription:
    """An app's wish to hear of changes in a mailbox or one of its folders."""

    id: str
    app_id: str
    kinds: frozenset[Kind]
    shown: dict[str, Any]  # as Graph shows it
    owner: str  # user id
    of: Literal["message", "event"]
    folder: str | None  # folder id; None is the whole mailbox
    immutable: bool
    expires: datetime

    @property
    def key(self) -> tuple[str, str, str, str | None, frozenset[Kind]]:
        return self.app_id, self.owner, self.of, self.folder, self.kinds


def envelope(one: Subscription, tenant_id: str) -> dict[str, Any]:
    """Return what every notification of a subscription says."""
    return {
        "id": str(uuid.uuid4()),
        "subscriptionId": one.id,
        "subscriptionExpirationDateTime": graph_time(one.expires),
        "clientState": one.shown["clientState"],
        "tenantId": tenant_id,
    }


def notification(
    one: Subscription, change: Change, tenant_id: str, *, spelling: int
) -> dict[str, Any]:
    """Return the notification of a change.

    Graph's own samples disagree on the spelling of `resource`: it goes round with a number, so
    that nobody relies on one (FACTS section 1).
    """
    item = change.immutable_id if one.immutable else change.mutable_id
    word = change.of.title()
    spellings = [
        f"Users/{change.owner}/{word}s/{item}",
        f"users/{change.owner}@{tenant_id}/{change.of}s/{item}",
        f"Users('{change.owner}')/{change.of}s('{item}')",
    ]
    return {
        **envelope(one, tenant_id),
        "changeType": change.kind.value,
        "resource": spellings[spelling % len(spellings)],
        "resourceData": {
            "@odata.type": f"#Microsoft.Graph.{word}",
            "@odata.id": f"Users/{change.owner}/{word}s/{item}",
            "@odata.etag": f'W/"{change.change_key}"',
            "id": item,
        },
    }
