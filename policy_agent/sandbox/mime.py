"""Messages in MIME: a draft is made of one, and any message can be had as one.

Sources: C/outlook-send-mime-message, C/outlook-get-mime-message, A/user-post-messages. What the
service does with each header is not written there: here the known ones become properties, `x-` ones
stay headers, and the others are dropped. Files are kept with the message.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from policy_agent.sandbox import mail
from policy_agent.sandbox.mailboxes import Attachment
from policy_agent.sandbox.refusals import GraphError

LARGEST = 4 * 1024 * 1024  # bytes as sent (A/user-post-messages)
_POLICY = policy.default.clone(raise_on_defect=False)
_IMPORTANCE = frozenset({"low", "normal", "high"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A message as it was written in MIME."""

    content: Mapping[str, Any]  # Graph's properties
    headers: list[dict[str, str]]  # those that begin with x-
    text: str  # its plain-text part beside an HTML one; empty: none
    attachments: tuple[Attachment, ...]


def read_mime(body: str) -> Written:
    """Read a request body: base64 of a whole message."""
    if len(body) > LARGEST:
        raise GraphError(413, "ErrorMessageSizeExceeded", "The message is larger than 4 MB.")
    try:
        raw = base64.b64decode("".join(body.split()), validate=True)
    except (binascii.Error, ValueError):
        raise GraphError(
            400,
            "ErrorMimeContentInvalidBase64String",
            "Invalid base64 string for MIME content.",
        ) from None
    try:
        return _read(message_from_bytes(raw, policy=_POLICY))
    except (AttributeError, LookupError, MessageError, UnicodeError, ValueError):
        raise _invalid() from None


def _read(written: EmailMessage) -> Written:
    if not written.keys():
        raise _invalid()
    html, text = (written.get_body(preferencelist=(kind,)) for kind in ("html", "plain"))
    said, plain = (_text(part) for part in (html, text))
    content: dict[str, Any] = {
        "subject": str(written.get("Subject", "")),
        "body": {
            "contentType": "text" if html is None else "html",
            "content": plain if html is None else said,
        },
    }
    for name in mail.RECIPIENTS:
        header = written.get(name.removesuffix("Recipients").title())
        content[name] = [_recipient(one) for one in getattr(header, "addresses", ())]
    author = getattr(written.get("From"), "addresses", ())
    if author:
        content["from"] = _recipient(author[0])
    if message_id := str(written.get("Message-ID", "")).strip():
        content["internetMessageId"] = message_id
    attachments = tuple(_attachment(part) for part in written.iter_attachments())
    content["hasAttachments"] = bool(attachments)
    importance = str(written.get("Importance", "normal")).strip().lower()
    content["importance"] = importance if importance in _IMPORTANCE else "normal"
    return Written(
        content=content,
        headers=[
            {"name": name, "value": str(value)}
            for name, value in written.items()
            if name.lower().startswith("x-")
        ],
        text="" if html is None else plain,
        attachments=attachments,
    )


def write_mime(fields: Mapping[str, Any], text: str, attachments: Sequence[Attachment]) -> str:
    """Return a message of the tenant in MIME, with both its parts and its files."""
    written = EmailMessage(policy=policy.SMTP)
    for header in fields["internetMessageHeaders"]:
        written[header["name"]] = _line(header["value"])
    if fields["from"]:
        written["From"] = fields["from"]["emailAddress"]["address"]
    for name in mail.RECIPIENTS[:2]:
        if named := mail.addresses(fields, name):
            written[name.removesuffix("Recipients").title()] = ", ".join(named)
    written["Subject"] = _line(fields["subject"] or "")
    written["Message-ID"] = fields["internetMessageId"]
    written["Date"] = format_datetime(datetime.fromisoformat(fields["sentDateTime"]))
    body = fields["body"]
    if body["contentType"] == "html":
        written.set_content(text or mail.stripped(body))
        written.add_alternative(body["content"], subtype="html")
    else:
        written.set_content(body["content"])
    for one in attachments:
        kind, _, subtype = one.media_type.partition("/")
        written.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    return written.as_string()


def _text(part: Any) -> str:
    if part is None:
        return ""
    content = part.get_content()
    if not isinstance(content, str):
        raise _invalid()
    return content.replace("\r\n", "\n")


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):  # a whole mail, or something in several parts
        return Attachment(name="", media_type="application/octet-stream", content=part.as_bytes())
    return Attachment(
        name=_line(part.get_filename() or ""),
        media_type=part.get_content_type(),
        content=content,
    )


def _recipient(address: Address) -> dict[str, Any]:
    return mail.recipient(address.addr_spec, address.display_name or None)


def _line(value: str) -> str:
    return " ".join(value.split())


def _invalid() -> GraphError:
    return GraphError(400, "ErrorMimeContentInvalid", "The MIME content is invalid.")
