"""What is watched: mailboxes, subscriptions, arrivals and the sweep's place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policy_agent.domain.copies import CopyRef, MailCopy
from policy_agent.domain.events import EventRef

Watched = Literal["inbox", "calendar"]

PERSONAL = frozenset({"user", "linked"})  # purposes; all others are rooms, equipment or shared


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """A mailbox in scope, and what the agent knows of it."""

    id: str  # Entra object id of its user
    since: datetime  # mail that arrived before is none of ours, aware UTC
    inbox: str | None = None  # folder id, once asked for
    delta_link: str | None = None  # where the sweep goes on
    parked_until: datetime | None = None  # not to be asked before (no licence, no grant)


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A change subscription on one mailbox's Inbox or calendar."""

    id: str
    mailbox: str
    client_state: str  # secret, random, its own
    expires: datetime  # aware UTC
    what: Watched = "inbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A notice that a copy is new, written down and not yet worked off."""

    copy: CopyRef
    seq: int  # grows with each notice of the same copy, so that a late one is not lost
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EventNotice:
    """A notice that an event changed, written down and not yet worked off."""

    event: EventRef
    change: str  # created, updated or deleted: what the last notice of it said
    seq: int  # grows with each notice of the same event
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CoveredCalendar:
    """The calendar of a mailbox that some rule about meetings is about; times are aware UTC."""

    id: str  # Entra object id of its user
    since: datetime  # covered from then on
    purpose: str | None = None  # as in `CalendarOwner`; None: nobody asked yet
    zone: str = ""  # IANA name; empty: not told
    language: str = ""
    working_days: frozenset[int] | None = None  # as in `CalendarOwner`
    owner_asked: datetime | None = None  # when its owner was last asked about
    viewed: datetime | None = None  # when it was last seen whole
    viewed_to: datetime | None = None  # up to what it was seen then
    viewed_by: str | None = None  # hash of the rulebook that it was judged by then
    changed_since: datetime | None = None  # everything that changed before then was seen
    parked_until: datetime | None = None  # not to be asked before (no licence, no grant)

    def readable(self, now: datetime) -> bool:
        """Whether it is a person's, as far as is known, and not parked: then its copies count."""
        return (
            self.purpose is not None
            and self.purpose in PERSONAL
            and (self.parked_until is None or self.parked_until <= now)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """What one delta round of a mailbox's Inbox brought."""

    copies: tuple[MailCopy, ...]  # new or changed, as they are now
    gone: tuple[CopyRef, ...]  # moved out or deleted
    delta_link: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A person as the organisation's directory describes them."""

    id: str
    addresses: tuple[str, ...]  # lower case; the main one first
