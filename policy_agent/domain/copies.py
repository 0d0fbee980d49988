"""One recipient's copy of a mail, as the service has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

SENT_AT_MOST: Final = 1_000  # mails of one person's own that are looked at in one go


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class CopyRef:
    """Names one copy for good: an immutable id is stable over moves within a mailbox."""

    mailbox: str  # Entra object id of the mailbox's user
    message: str  # immutable id of the message


@dataclass(frozen=True, kw_only=True, slots=True)
class MailCopy:
    """The few fields of a copy that rules read; nothing of its text.

    The subject and the addresses live in memory only: neither is stored or logged.
    """

    ref: CopyRef
    folder: str  # id of the folder it lies in now
    internet_message_id: str  # the same in the sender's and every recipient's copy
    sender: str  # address of the author (`from`); empty when the service names none
    recipients: tuple[str, ...]  # addresses of to and cc, in order, repeats dropped
    received: datetime  # when the service received it, aware
    subject: str
    importance: Literal["low", "normal", "high"]
    categories: tuple[str, ...]
    is_read: bool
    is_draft: bool
    is_meeting: bool  # an invitation or an answer to one: the calendar rules look after those

    def __post_init__(self) -> None:
        if self.received.tzinfo is None:
            raise ValueError(f"received must be aware, got {self.received!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFailure:
    """Why the service did not do one thing that was asked of it."""

    kind: Literal["gone", "denied", "unlicensed", "full", "resync", "unavailable", "refused"]
    # gone: 404, moved under another id or deleted; denied: 403; unlicensed: no mailbox there;
    # full: mailbox over quota; resync: delta link expired; unavailable: worth another try later;
    # refused: any other answer, not worth another try
    what: str  # what was being done, and the service's own words, for a log line
    request_id: str = ""  # the service's request id, which its support asks for
