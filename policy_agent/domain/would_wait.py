"""Mail that a rule in `nudge` would have held: what its sender may be told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Copies of one mail arrive within that. What tells mails apart, the message id, is kept for mail
# that is held and for no other.
TOGETHER: Final = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class WouldWait:
    """One copy that would have waited."""

    recipients: tuple[str, ...]  # person ids; the same for all copies of a mail
    received: datetime  # aware, as below
    rule: str
    promised: datetime  # until when it would have waited


def mails_among(copies: Sequence[WouldWait]) -> int:
    """Return of how many mails these are the copies, given oldest first.

    Copies to the same people that arrive together are one mail. Two mails that somebody sends to
    the same people within two minutes count as one.
    """
    last: dict[frozenset[str], datetime] = {}
    count = 0
    for copy in copies:
        people = frozenset(copy.recipients)
        before = last.get(people)
        if before is None or copy.received - before > TOGETHER:
            count += 1
        last[people] = copy.received
    return count


__all__ = ["TOGETHER", "WouldWait", "mails_among"]
