"""What the agent needs of the store for mails that senders ask for; see `ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from policy_agent.domain.holds import Asked, HeldMail, Hold
from policy_agent.domain.notes import PlannedNote
from policy_agent.domain.would_wait import WouldWait


class HeldMailStore(Protocol):
    """Mails of which copies are on hold, and releases that somebody asks for."""

    def held_mail(self, number: int) -> HeldMail | None:
        """Return the mail of that id, if there is one."""

    def holds_of_mail(self, number: int) -> Sequence[Hold]:
        """Return the holds on that mail's copies, over or not, in the order they were made."""

    def ask_release(
        self, holds: Collection[int], *, asked: Asked, who: str, now: datetime
    ) -> Sequence[Hold]:
        """Make these due now because somebody asked; returns those that it did change."""

    def ask_mail(self, number: int, *, who: str, now: datetime, why: str = "") -> Sequence[Hold]:
        """Do the same for every copy of that mail, for its sender, and for copies still to come.

        Once for good: returns none where the sender asked before. `why` stands in the events.
        """

    def untold_mails(self, *, after: int, limit: int) -> Sequence[HeldMail]:
        """Return mails with an id above that whose senders were not told, in their order.

        One of which a copy is still on its way into the hold folder, and none is there yet, is left
        out.
        """

    def tell_mails(
        self, mails: Collection[int], note: PlannedNote | None, *, now: datetime
    ) -> bool:
        """Write down that the senders of these are told, and the note that tells it.

        None: there is nothing to tell. False: somebody else told one of them meanwhile, and nothing
        was written.
        """

    def morning(self, mailbox: str, starts: datetime, ends: datetime) -> Sequence[Hold]:
        """Return every hold of that mailbox promised in that span, half-open, the oldest first."""

    def last_due(
        self, mailboxes: Collection[str], starts: datetime, ends: datetime
    ) -> Mapping[str, datetime]:
        """Return when the last open hold of each mailbox promised in that span is due."""

    def would_wait(self, sender: str, starts: datetime, ends: datetime) -> Sequence[WouldWait]:
        """Return copies of that sender's mail that a rule in `nudge` would have held until then."""

    def unasked_mails(self, *, after: int, limit: int, now: datetime) -> Sequence[HeldMail]:
        """Return mails that wait and nobody asked for, above that id, of senders in scope."""
