"""Messages as the service writes them, read into copies."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from policy_agent.domain.copies import CopyRef, MailCopy
from policy_agent.graph.calls import instant

# What rules need, and nothing of the text (https://learn.microsoft.com/en-us/graph/api/resources/message).
SELECT = (
    "parentFolderId,internetMessageId,from,toRecipients,ccRecipients,receivedDateTime,"
    "subject,importance,categories,isRead,isDraft"
)
_NEEDED = ("parentFolderId", "receivedDateTime", "isRead", "isDraft", "toRecipients", "importance")
_MEETING = "#microsoft.graph.eventmessage"  # and its -Request and -Response


def is_whole(message: Mapping[str, Any]) -> bool:
    """Say whether a message has what a copy needs: a delta may name only what has changed."""
    return all(message.get(name) is not None for name in _NEEDED)


def read_copy(ref: CopyRef, message: Mapping[str, Any]) -> MailCopy:
    """Read a whole message; one that the service has written otherwise is a ValueError.

    Meeting mail is told by its type, which the service names even where `$select` does not.
    """
    importance = str(message["importance"]).lower()
    if importance not in {"low", "normal", "high"}:
        raise ValueError(f"importance {importance!r} is none of low, normal, high")
    people = [*addresses(message.get("toRecipients")), *addresses(message.get("ccRecipients"))]
    categories = message.get("categories") or []
    if not isinstance(categories, list):
        raise ValueError("categories are no list")  # noqa: TRY004 - the answer's fault, not a caller's
    return MailCopy(
        ref=ref,
        folder=str(message["parentFolderId"]),
        internet_message_id=str(message.get("internetMessageId") or ""),
        sender=next(iter(addresses([message.get("from")])), ""),
        recipients=tuple(dict.fromkeys(people)),
        received=instant(str(message["receivedDateTime"])),
        subject=str(message.get("subject") or ""),
        importance=cast("Literal['low', 'normal', 'high']", importance),
        categories=tuple(str(name) for name in categories if name is not None),
        is_read=bool(message["isRead"]),
        is_draft=bool(message["isDraft"]),
        is_meeting=str(message.get("@odata.type", "")).lower().startswith(_MEETING),
    )


def addresses(recipients: object) -> list[str]:
    """Return the addresses of `recipient` objects, lower case; those without one are left out."""
    if not isinstance(recipients, list):
        return []
    found = []
    for recipient in recipients:
        if isinstance(recipient, Mapping):
            inner = recipient.get("emailAddress")
            address = inner.get("address") if isinstance(inner, Mapping) else None
            if isinstance(address, str) and address.strip():
                found.append(address.strip().lower())
    return found


__all__ = ["SELECT", "addresses", "is_whole", "read_copy"]
