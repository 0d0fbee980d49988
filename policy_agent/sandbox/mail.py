"""What a mail is made of: Graph's message properties, checked and made complete."""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from policy_agent.sandbox import ids
from policy_agent.sandbox.clock import graph_time
from policy_agent.sandbox.mailboxes import Attachment, Message
from policy_agent.sandbox.refusals import GraphError, bad_request

PROPERTIES = frozenset(
    [
        "id",
        "categories",
        "changeKey",
        "createdDateTime",
        "lastModifiedDateTime",
        "bccRecipients",
        "body",
        "bodyPreview",
        "ccRecipients",
        "conversationId",
        "conversationIndex",
        "flag",
        "from",
        "hasAttachments",
        "importance",
        "inferenceClassification",
        "internetMessageHeaders",
        "internetMessageId",
        "isDeliveryReceiptRequested",
        "isDraft",
        "isRead",
        "isReadReceiptRequested",
        "parentFolderId",
        "receivedDateTime",
        "replyTo",
        "sender",
        "sentDateTime",
        "subject",
        "toRecipients",
        "uniqueBody",
        "webLink",
        "attachments",
        "singleValueExtendedProperties",
        "multiValueExtendedProperties",
    ]
)
# What PATCH may change on a message that is not a draft (A/message-update).
ALWAYS = frozenset(
    [
        "categories",
        "flag",
        "importance",
        "inferenceClassification",
        "isDeliveryReceiptRequested",
        "isRead",
        "isReadReceiptRequested",
    ]
)
ONLY_DRAFTS = frozenset(
    [
        "bccRecipients",
        "body",
        "ccRecipients",
        "from",
        "internetMessageId",
        "replyTo",
        "sender",
        "subject",
        "toRecipients",
    ]
)
RECIPIENTS = ("toRecipients", "ccRecipients", "bccRecipients")
_CHOICES = {
    "importance": ("low", "normal", "high"),
    "inferenceClassification": ("focused", "other"),
}
_FLAGS = ("notFlagged", "complete", "flagged")
_MARKUP = re.compile(r"<[^>]*>")
_MAX_HEADERS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail to deliver, whoever wrote it."""

    sender: Mapping[str, Any]  # a Graph recipient
    content: Mapping[str, Any]  # checked properties, as from `read_properties`
    headers: list[dict[str, str]] = field(default_factory=list)
    extended: Mapping[str, str] = field(default_factory=dict)
    meeting: Mapping[str, Any] = field(default_factory=dict)  # what makes it an eventMessage
    text: str = ""  # its plain-text part beside an HTML body
    attachments: tuple[Attachment, ...] = ()


def recipient(address: str, name: str | None = None) -> dict[str, Any]:
    """Return a Graph recipient."""
    return {"emailAddress": {"name": name or address, "address": address}}


def addresses(content: Mapping[str, Any], *names: str) -> list[str]:
    """Return the addresses among these properties, in order."""
    return [
        one["emailAddress"]["address"] for name in names for one in content.get(name) or () if one
    ]


def read_properties(given: Mapping[str, Any], writable: frozenset[str]) -> dict[str, Any]:
    """Check what a client writes into a message; unknown and read-only properties are refused."""
    content: dict[str, Any] = {}
    for name, value in given.items():
        if name.startswith("@") or "@" in name:
            continue
        if name not in PROPERTIES:
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.message'. Make "
                "sure to only use property names that are defined by the type.",
                code="RequestBodyRead",
            )
        if name not in writable:
            continue  # Graph ignores what it computes itself (docs issue 21523)
        content[name] = _read_property(name, value)
    return content


def read_headers(given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the custom headers of a message in a request body: 1 to 5, each `x-…`."""
    if "internetMessageHeaders" not in given:
        return []
    headers = given["internetMessageHeaders"]
    if not isinstance(headers, list) or not 1 <= len(headers) <= _MAX_HEADERS:
        raise bad_request(
            f"internetMessageHeaders must have 1 to {_MAX_HEADERS} items.",
            code="InvalidInternetMessageHeaderCollection",
        )
    for header in headers:
        name = header.get("name") if isinstance(header, dict) else None
        if not isinstance(name, str) or not name.lower().startswith("x-"):
            raise bad_request(
                f"The internet message header name '{name}' should start with 'x-' or 'X-'.",
                code="InvalidInternetMessageHeader",
            )
    return [{"name": h["name"], "value": str(h.get("value") or "")} for h in headers]


def complete(content: Mapping[str, Any], *, now: datetime, received: datetime) -> dict[str, Any]:
    """Return all properties of a new message in one mailbox."""
    body = content.get("body") or {"contentType": "text", "content": ""}
    at = graph_time(received)
    return {
        "createdDateTime": graph_time(now),
        "lastModifiedDateTime": graph_time(now),
        "changeKey": "",
        "categories": list(content.get("categories") or ()),
        "receivedDateTime": at,
        "sentDateTime": at,
        "hasAttachments": bool(content.get("hasAttachments")),
        "internetMessageId": content.get("internetMessageId") or new_internet_message_id(),
        "subject": content.get("subject"),
        "bodyPreview": preview(body),
        "importance": content.get("importance") or "normal",
        "conversationId": content.get("conversationId") or ids.new_conversation_id(),
        "conversationIndex": content.get("conversationIndex") or ids.new_conversation_index(),
        "isDeliveryReceiptRequested": content.get("isDeliveryReceiptRequested"),
        "isReadReceiptRequested": bool(content.get("isReadReceiptRequested")),
        "isRead": bool(content.get("isRead")),
        "isDraft": False,
        "inferenceClassification": content.get("inferenceClassification") or "focused",
        "body": body,
        "sender": content.get("sender"),
        "from": content.get("from"),
        "toRecipients": list(content.get("toRecipients") or ()),
        "ccRecipients": list(content.get("ccRecipients") or ()),
        "bccRecipients": list(content.get("bccRecipients") or ()),
        "replyTo": list(content.get("replyTo") or ()),
        "flag": content.get("flag") or {"flagStatus": "notFlagged"},
        "internetMessageHeaders": list(content.get("internetMessageHeaders") or ()),
    }


def preview(body: Mapping[str, Any]) -> str:
    """Return the first 255 characters of a body as text."""
    return stripped(body)[:255].strip()


def stripped(body: Mapping[str, Any]) -> str:
    """Return a body without its markup."""
    return _MARKUP.sub("", body.get("content") or "")


def new_internet_message_id() -> str:
    return f"<{uuid.uuid4().hex.upper()}@sandbox.prod.outlook.example>"


def fingerprint(message: Message) -> str:
    """Return a hash of everything in a mail that nobody may ever change."""
    kept = {
        name: message.fields[name]
        for name in (
            "subject", "body", "from", "sender", "replyTo", *RECIPIENTS, "internetMessageId",
            "internetMessageHeaders", "importance", "receivedDateTime", "sentDateTime",
            "hasAttachments",
        )
    }  # fmt: skip
    kept["attachments"] = [
        (one.name, one.media_type, hashlib.sha256(one.content).hexdigest())
        for one in message.attachments
    ]
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def _read_property(name: str, value: Any) -> Any:
    if name in {*RECIPIENTS, "replyTo"}:
        return [_read_recipient(one) for one in _list(name, value)]
    if name in {"from", "sender"}:
        return None if value is None else _read_recipient(value)
    if name == "body":
        return read_body(value)
    if name == "flag":
        if not isinstance(value, dict) or value.get("flagStatus", "notFlagged") not in _FLAGS:
            raise _wrong(name)
        return value
    if name == "categories":
        return [_string(name, one) for one in _list(name, value)]
    if name in _CHOICES:
        found = {choice.lower(): choice for choice in _CHOICES[name]}.get(str(value).lower())
        if found is None:
            raise _wrong(name)
        return found
    if name.startswith("is"):
        if not isinstance(value, bool):
            raise _wrong(name)
        return value
    return None if value is None else _string(name, value)


def _read_recipient(value: Any) -> dict[str, Any]:
    email = value.get("emailAddress") if isinstance(value, dict) else None
    if not isinstance(email, dict) or not isinstance(email.get("address"), str):
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
    name = email.get("name")
    return recipient(email["address"], None if name is None else _string("name", name))


def read_body(value: Any) -> dict[str, Any]:
    kind = str(value.get("contentType", "text")).lower() if isinstance(value, dict) else ""
    if kind not in {"text", "html"}:
        raise _wrong("body")
    return {"contentType": kind, "content": _string("body", value.get("content") or "")}


def _list(name: str, value: Any) -> Iterable[Any]:
    if not isinstance(value, list):
        raise _wrong(name)
    return value


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(name)
    return value


def _wrong(name: str) -> GraphError:
    return bad_request(f"Cannot read the value of property '{name}'.", code="RequestBodyRead")
