"""What keeping meetings needs of the store; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from policy_agent.domain.kept_meetings import KeptLook, KeptMeeting, Step


class KeptStore(Protocol):
    """Rows of kept meetings; see `policy_agent.domain.kept_meetings.KeptMeeting`."""

    def put_kept(self, looks: Collection[KeptLook], *, now: datetime) -> int:
        """Write down what was seen of meetings that rules name; returns how many rows changed."""

    def claim_kept(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[KeptMeeting]:
        """Take rows with something due that nobody has a running lease on, put off ones last."""

    def save_kept(
        self, steps: Mapping[KeptMeeting, Step], *, now: datetime, retry_at: datetime | None = None
    ) -> frozenset[int]:
        """Write down what became of each as it was read, unless it changed; ends the leases.

        None can be claimed before `retry_at` (machine time). Returns the ids of those written.
        """

    def kept(self, number: int) -> KeptMeeting | None:
        """Return the one of that id, if there is any."""

    def planned_kept(
        self, mailboxes: Collection[str], events: Collection[str]
    ) -> Sequence[KeptMeeting]:
        """Return planned ones looked at in these mailboxes, or whose event or series these are."""

    def kept_with(
        self, rule: str, people: Collection[str], *, starts: datetime, before: datetime
    ) -> Sequence[KeptMeeting]:
        """Return those of a rule with any of these people that start in a span, by their start."""

    def add_leave_days(self, people: Mapping[date, Collection[str]]) -> None:
        """Remember who was on leave on which day; again is harmless."""


__all__ = ["KeptStore"]
