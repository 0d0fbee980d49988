"""What is watched: mailboxes, subscriptions, arrivals and the sweep's place."""

from dataclasses import dataclass
from datetime import datetime

from policy_agent.domain.copies import CopyRef, MailCopy


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
    """A change subscription on one mailbox's Inbox."""

    id: str
    mailbox: str
    client_state: str  # secret, random, its own
    expires: datetime  # aware UTC


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A notice that a copy is new, written down and not yet worked off."""

    copy: CopyRef
    seq: int  # grows with each notice of the same copy, so that a late one is not lost
    attempts: int


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
