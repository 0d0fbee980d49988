"""What of a mail may be shown to its own sender or recipient, read live and never kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policy_agent.domain.copies import CopyRef


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMail:
    """One copy as its own people know it; lives in memory only, and never goes into a log."""

    ref: CopyRef
    subject: str  # may be anything, as the names may
    sender_name: str  # display name; empty: the service names none
    sender_address: str  # lower case
    importance: Literal["low", "normal", "high"]
    received: datetime  # aware
    is_read: bool
    folder: str  # id of the folder it lies in now
    web_link: str  # opens it in Outlook on the web, for whoever may; https or empty
    to_count: int  # how many it is addressed to, to and cc


def most_important_first(mails: Iterable[ShownMail]) -> list[ShownMail]:
    """Order mails as somebody should look at them who comes back.

    Of high importance first, then what is addressed to nobody else, then the oldest first.
    """
    return sorted(
        mails, key=lambda mail: (mail.importance != "high", mail.to_count != 1, mail.received)
    )
