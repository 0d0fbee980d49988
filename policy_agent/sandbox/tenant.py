"""The whole simulated tenant: what is where, and what time it is."""

import asyncio
import heapq
import itertools
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from policy_agent.sandbox.changes import Change
from policy_agent.sandbox.clock import TenantClock, graph_time
from policy_agent.sandbox.faults import Faults
from policy_agent.sandbox.ids import new_conversation_id, new_conversation_index
from policy_agent.sandbox.mail import (
    RECIPIENTS,
    Mail,
    addresses,
    complete,
    new_internet_message_id,
)
from policy_agent.sandbox.mailboxes import Mailbox, Message
from policy_agent.sandbox.people import Directory, User
from policy_agent.sandbox.refusals import GraphError, not_found
from policy_agent.sandbox.throttle import Throttle


@dataclass(frozen=True, kw_only=True, slots=True)
class Copy:
    """A copy of a mail that a delivery made."""

    user: User
    message: Message


class Tenant:
    """One organisation's users, groups and mailboxes.

    Everything here runs in one thread between two awaits, so a request is all or nothing.
    """

    def __init__(self, *, domain: str, clock: TenantClock, tenant_id: str | None = None) -> None:
        self.id = tenant_id or str(uuid.uuid4())
        self.clock = clock
        self.directory = Directory(domain)
        self.faults = Faults()
        self.throttle = Throttle()
        self.listeners: list[Callable[[Change], None]] = []
        self._mailboxes: dict[str, Mailbox] = {}
        self._waiting: list[tuple[datetime, int, Mailbox, Message]] = []
        self._order = itertools.count()
        self.gate = asyncio.Event()  # calls of Graph wait while it is shut
        self.gate.set()
        self.clock_changed = asyncio.Event()  # or a draft began to wait
        self.undeliverable = 0  # addresses inside the domain that nobody has
        self.links_given = 0  # delta links, numbered
        self.links_expired = 0  # those up to this number are gone

    def user(self, key: str) -> User:
        """Return the user with this id or userPrincipalName."""
        found = self.directory.find_user(key)
        if found is None:
            raise not_found(
                f"Resource '{key}' does not exist or one of its queried reference-property "
                "objects are not present.",
                code="Request_ResourceNotFound",
            )
        return found

    def mailbox(self, key: str) -> Mailbox:
        """Return a user's mailbox, unless the faults say that it is out of reach."""
        user = self.user(key)
        self.faults.check_mailbox(user.address)
        return self.mailbox_of(user)

    def mailbox_of(self, user: User) -> Mailbox:
        """Return a user's mailbox whatever the faults say."""
        found = self._mailboxes.get(user.id)
        if found is None:
            found = self._mailboxes[user.id] = Mailbox(user.id, self._announce)
        return found

    def mailboxes(self) -> list[Mailbox]:
        return list(self._mailboxes.values())

    def check_room(self, mailbox: Mailbox) -> None:
        """Refuse to add to a mailbox that is said to be full."""
        if self.directory.users[mailbox.owner].address.lower() in self.faults.full:
            raise GraphError(
                507, "ErrorQuotaExceeded", "The mailbox has exceeded its storage quota."
            )

    def deliver(
        self,
        mail: Mail,
        *,
        at: datetime | None = None,
        sent_item: Callable[[dict[str, Any]], Message] | None = None,
    ) -> list[Copy]:
        """Deliver a mail: one copy in each inside recipient's Inbox, and the sender's own.

        `sent_item` puts the sender's copy in its place; without it there is none.
        """
        now = self.clock.now()
        received = (at or now).astimezone(UTC)
        content = {
            **mail.content,
            "from": mail.content.get("from") or mail.sender,
            "sender": mail.sender,
            "internetMessageHeaders": mail.headers,
            "internetMessageId": mail.content.get("internetMessageId") or new_internet_message_id(),
            "conversationId": mail.content.get("conversationId") or new_conversation_id(),
            "conversationIndex": mail.content.get("conversationIndex") or new_conversation_index(),
        }
        copies = []
        if sent_item is not None:
            sender = self.user(mail.sender["emailAddress"]["address"])
            fields = complete({**content, "isRead": True}, now=now, received=received)
            copies.append(Copy(user=sender, message=sent_item(fields)))
        # categories travel with the mail inside an organisation; flags and bcc do not
        inside = {**content, "bccRecipients": (), "flag": None, "isRead": False}
        wanted = addresses(content, *RECIPIENTS)
        for user in self.directory.recipients(wanted):
            mailbox = self.mailbox_of(user)
            fields = complete(inside, now=now, received=received)
            fields.update(mail.meeting)
            message = mailbox.add(
                fields,
                mailbox.folder("inbox"),
                extended=dict(mail.extended),
                text=mail.text,
                attachments=mail.attachments,
            )
            copies.append(Copy(user=user, message=message))
        self.undeliverable += self._count_unknown(wanted)
        return copies

    def defer(self, mailbox: Mailbox, message: Message, at: datetime) -> None:
        """Let a draft wait in Drafts until the tenant's clock reaches this time."""
        message.send_at = at
        heapq.heappush(self._waiting, (at, next(self._order), mailbox, message))
        self.clock_changed.set()

    def next_due(self) -> datetime | None:
        """Return when the next waiting draft goes out."""
        while self._waiting and self._waiting[0][3].send_at != self._waiting[0][0]:
            heapq.heappop(self._waiting)
        return self._waiting[0][0] if self._waiting else None

    def due_drafts(self) -> Iterable[tuple[Mailbox, Message, datetime]]:
        """Take the drafts whose time has come, earliest first."""
        while (due := self.next_due()) is not None and due <= self.clock.now():
            _, _, mailbox, message = heapq.heappop(self._waiting)
            message.send_at = None
            yield mailbox, message, due

    def now_text(self) -> str:
        return graph_time(self.clock.now())

    def _announce(self, change: Change) -> None:
        for listener in self.listeners:
            listener(change)

    def _count_unknown(self, wanted: Iterable[str]) -> int:
        ending = "@" + self.directory.domain.lower()
        return sum(
            address.lower().endswith(ending)
            and self.directory.find_user(address) is None
            and self.directory.find_group(address) is None
            for address in wanted
        )
