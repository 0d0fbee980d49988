"""Messages as the service writes them, read into copies."""

from collections.abc import Mapping
from typing import Any, Literal, cast

from policy_agent.domain.copies import CopyRef, MailCopy
from policy_agent.domain.shown import ShownMail
from policy_agent.graph.calls import instant

# What rules need, and nothing of the text (https://learn.microsoft.com/en-us/graph/api/resources/message).
SELECT = (
    "parentFolderId,internetMessageId,from,toRecipients,ccRecipients,receivedDateTime,"
    "subject,importance,categories,isRead,isDraft"
)
# What its own people are shown of a mail, and nothing of the text.
SHOWN = (
    "parentFolderId,from,toRecipients,ccRecipients,receivedDateTime,subject,importance,isRead,"
    "webLink"
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
        importance=_importance(message),
        categories=tuple(str(name) for name in categories if name is not None),
        is_read=bool(message["isRead"]),
        is_draft=bool(message["isDraft"]),
        is_meeting=str(message.get("@odata.type", "")).lower().startswith(_MEETING),
    )


def read_shown(ref: CopyRef, message: Mapping[str, Any]) -> ShownMail:
    """Read what may be shown; a message that the service has written otherwise is a ValueError."""
    try:
        author = (message.get("from") or {}).get("emailAddress") or {}
        link = str(message.get("webLink") or "")
        return ShownMail(
            ref=ref,
            subject=str(message.get("subject") or ""),
            sender_name=str(author.get("name") or ""),
            sender_address=str(author.get("address") or "").lower(),
            importance=_importance(message),
            received=instant(str(message["receivedDateTime"])),
            is_read=bool(message["isRead"]),
            folder=str(message["parentFolderId"]),
            web_link=link if link.startswith("https://") else "",
            to_count=len(addresses(message.get("toRecipients")))
            + len(addresses(message.get("ccRecipients"))),
        )
    except (AttributeError, LookupError) as unknown:
        raise ValueError("the service wrote the message in an unknown way") from unknown


def _importance(message: Mapping[str, Any]) -> Literal["low", "normal", "high"]:
    importance = str(message["importance"]).lower()
    if importance not in {"low", "normal", "high"}:
        raise ValueError(f"importance {importance!r} is none of low, normal, high")
    return cast("Literal['low', 'normal', 'high']", importance)


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


__all__ = ["SELECT", "SHOWN", "addresses", "is_whole", "read_copy", "read_shown"]
