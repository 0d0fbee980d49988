"""What happened to an item of a mailbox, in the words that subscribers hear."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """What happened to an item, in the words of `changeType`."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something subscribers may want to hear of."""

    kind: Kind
    owner: str  # user id
    of: Literal["message", "event"]
    folder: str | None  # id of a message's folder
    immutable_id: str
    mutable_id: str
    change_key: str
