"""What the agent needs of the store for mails that senders ask for; see `ports.Store`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from policy_agent.domain.holds import Asked, HeldMail, Hold


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

    def unasked_mails(self, *, after: int, limit: int, now: datetime) -> Sequence[HeldMail]:
        """Return mails that wait and nobody asked for, above that id, of senders in scope."""
