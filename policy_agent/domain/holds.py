"""Holds: one recipient's copy kept back, with a promised release."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policy_agent.domain.copies import CopyRef


class Asked(StrEnum):
    """Who asked to have a copy back before its promised time; a closed set."""

    SENDER = "sender"  # ends as `sent_now`
    RECIPIENT = "recipient"  # as all others, ends as `released`
    IT = "it"


class HoldState(StrEnum):
    """Where a hold is in its life."""

    PLANNED = "planned"  # decided and written down; the copy may or may not have been moved yet
    HELD = "held"  # the copy lies in the hold folder
    RELEASING = "releasing"  # due; the copy may or may not have been moved back yet
    RELEASED = "released"  # back in the Inbox
    SELF_RELEASED = "self_released"  # the person moved or deleted it: theirs
    SENT_NOW = "sent_now"  # the sender asked, and it is back in the Inbox
    ABANDONED = "abandoned"  # never moved: it stayed delivered


OPEN_STATES = frozenset({HoldState.PLANNED, HoldState.HELD, HoldState.RELEASING})

TRANSITIONS: dict[HoldState, frozenset[HoldState]] = {
    HoldState.PLANNED: frozenset(
        {HoldState.HELD, HoldState.ABANDONED, HoldState.SELF_RELEASED, HoldState.RELEASING}
    ),
    HoldState.HELD: frozenset({HoldState.RELEASING, HoldState.SELF_RELEASED}),
    HoldState.RELEASING: frozenset(
        {HoldState.RELEASED, HoldState.SENT_NOW, HoldState.SELF_RELEASED}
    ),
    HoldState.RELEASED: frozenset(),
    HoldState.SELF_RELEASED: frozenset(),
    HoldState.SENT_NOW: frozenset(),
    HoldState.ABANDONED: frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedHold:
    """A hold that a decision asks for, before it has a row of its own."""

    rule: str  # the rule with the latest promise
    promised: datetime  # release before spread: what people are told, aware UTC
    due: datetime  # the promise with its spread, aware UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A hold as the store has it."""

    id: int
    copy: CopyRef
    rule: str
    state: HoldState
    received: datetime  # aware UTC, as all below
    promised: datetime
    due: datetime
    mail: int | None = None  # id of the `HeldMail` it is a copy of; None: nobody known sent it
    asked: Asked | None = None  # somebody wants it now: `due` was brought forward for that


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMail:
    """A mail of which copies are, or were, on hold: what its sender is told of, and can send now.

    One row a sender and message, however many recipients.
    """

    id: int
    sender: str  # Entra object id; always somebody the directory knows
    internet_message_id: str  # the same in the sender's and every recipient's copy
    received: datetime  # of the first copy, aware UTC
    told: bool  # a receipt or a digest was planned for it
    sent_now: datetime | None = None  # when its sender asked, tenant time


def waits_for_sender(hold: Hold) -> bool:
    """Say whether a copy still waits, as far as its sender may know.

    What a recipient does is theirs: a copy that they opened, moved, deleted or asked for counts as
    one that waits for its promise. Until then its sender may send it now like any other.
    """
    if hold.state is HoldState.SELF_RELEASED or hold.asked is Asked.RECIPIENT:
        return True
    return hold.state in {HoldState.PLANNED, HoldState.HELD} and hold.asked is None


def spread_after(promised: datetime, spread: timedelta, message_id: str) -> datetime:
    """Return the moment of release: the promise plus a share of `spread`, whole seconds.

    The share is a hash of the message id: the same for the same message at every try, even over
    many, and never before the promise.
    """
    seconds = int(spread.total_seconds())
    if seconds <= 0:
        return promised
    digest = hashlib.sha256(message_id.encode()).digest()
    return promised + timedelta(seconds=int.from_bytes(digest[:8]) % seconds)
