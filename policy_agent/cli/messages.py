"""One message as a person has it at hand: a mail file, JSON as Graph gives it, or words.

What is asked of a mail is when the service received it. The Date header is the sender's word and is
never looked at; in a file it is the topmost Received line, which the last server wrote.
"""

import email
import email.policy
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal

_LARGEST = 50_000_000  # bytes; a mail with its attachments
Importance = Literal["low", "normal", "high"]
IMPORTANCES = ("low", "normal", "high")


class MessageProblem(Exception):
    """A message that cannot be read; the text says what it is and what would be right."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What rules may know of a message, with addresses as they stand on it."""

    sender: str
    recipients: tuple[str, ...]  # to, cc, and bcc where it is named
    received: datetime | None  # aware; None: nothing in it says when the service received it
    subject: str = ""
    importance: Importance = "normal"
    categories: frozenset[str] = frozenset()  # lower case
    is_meeting: bool = False
    is_read: bool = False


def read_message(path: Path) -> Message:
    """Read an .eml file or JSON of one Graph message; `MessageProblem` says why it cannot be."""
    try:
        if path.stat().st_size > _LARGEST:
            raise MessageProblem(f"{path}: more than {_LARGEST:,} bytes is no single mail")
        text = path.read_bytes()
    except OSError as problem:
        raise MessageProblem(f"{path}: cannot be read ({problem.strerror})") from problem
    start = text.lstrip()[:20].upper()
    if start.startswith(b"{") or path.suffix.lower() == ".json":
        return _from_json(path, text)
    return _from_mail(path, text)


def _from_json(path: Path, text: bytes) -> Message:
    try:
        found = json.loads(text)
    except ValueError as problem:
        raise MessageProblem(f"{path}: this is no JSON ({problem})") from problem
    if isinstance(found, dict) and isinstance(found.get("value"), list):
        raise MessageProblem(f"{path}: this is a list of messages; give one of them")
    if not isinstance(found, dict):
        raise MessageProblem(f"{path}: this is no message as Graph gives it; give one object")
    if "toRecipients" not in found and "from" not in found:
        raise MessageProblem(
            f"{path}: this is no message as Graph gives it; from and toRecipients are missing"
        )
    received = found.get("receivedDateTime")
    importance = str(found.get("importance") or "normal").lower()
    people = [found.get(key) or [] for key in ("toRecipients", "ccRecipients", "bccRecipients")]
    try:
        return Message(
            sender=next(iter(_graph_addresses([found.get("from")])), ""),
            recipients=tuple(
                dict.fromkeys(address for some in people for address in _graph_addresses(some))
            ),
            received=None if received is None else _aware(str(received)),
            subject=str(found.get("subject") or ""),
            importance=_importance(importance),
            categories=frozenset(str(name).lower() for name in found.get("categories") or ()),
            is_meeting="eventmessage" in str(found.get("@odata.type", "")).lower(),
            is_read=bool(found.get("isRead")),
        )
    except (TypeError, ValueError, AttributeError) as problem:
        raise MessageProblem(f"{path}: this is no message as Graph gives it ({problem})") from None


def _graph_addresses(recipients: Iterable[Any]) -> list[str]:
    named = [(one or {}).get("emailAddress") or {} for one in recipients]
    return [str(one["address"]).strip().lower() for one in named if one.get("address")]


def _from_mail(path: Path, text: bytes) -> Message:
    mail = email.message_from_bytes(text, policy=email.policy.default)
    if mail.get("From") is None:
        raise MessageProblem(f"{path}: this is no mail; it has no From line")
    kinds = [part.get_content_type() for part in mail.walk()]
    invitation = "text/calendar" in kinds or "calendarmessage" in str(mail.get("Content-Class", ""))
    urgent = str(mail.get("Importance") or "").strip().lower()
    return Message(
        sender=next(iter(_mail_addresses(mail, "From")), ""),
        recipients=tuple(dict.fromkeys(_mail_addresses(mail, "To", "Cc", "Bcc"))),
        received=_received(mail),
        subject=str(mail.get("Subject") or ""),
        importance=_importance(urgent),
        categories=frozenset(
            word.strip().lower()
            for line in mail.get_all("Keywords", [])
            for word in str(line).split(",")
            if word.strip()
        ),
        is_meeting=invitation,
    )


def _mail_addresses(mail: EmailMessage, *headers: str) -> list[str]:
    lines = [str(line) for header in headers for line in mail.get_all(header, [])]
    return [address.strip().lower() for _, address in getaddresses(lines) if "@" in address]


def _received(mail: EmailMessage) -> datetime | None:
    line = next(iter(mail.get_all("Received", [])), None)
    if line is None:
        return None
    try:
        found = parsedate_to_datetime(str(line).rpartition(";")[2].strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _aware(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError(f"receivedDateTime {text!r} has no zone")
    return found


def _importance(text: str) -> Importance:
    match text:
        case "low" | "high":
            return text
        case _:
            return "normal"
