"""What the agent needs of the store to nudge people; see `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.nudging import Nudge, NudgeKind, NudgeState, PlannedNudge


class NudgeStore(Protocol):
    """The outbox's rows, what people chose, and keys."""

    def plan_nudges(self, wanted: Collection[PlannedNudge], *, now: datetime) -> Sequence[Nudge]:
        """Write them down; one whose key was used before is left out. Returns the new ones."""

    def claim_nudges(
        self,
        worker: str,
        *,
        kinds: Collection[NudgeKind],
        closed: Collection[str],
        limit: int,
        now: datetime,
        machine: datetime,
        lease: timedelta,
    ) -> Sequence[Nudge]:
        """Take what is to be sent, and what was sent and is not settled, of these kinds.

        `closed` are the calendars that are outside of their working hours.
        """

    def draft_nudges(self, drafts: Mapping[Nudge, str], *, now: datetime) -> Sequence[Nudge]:
        """Write down where the draft of each planned one lies; returns those it did change."""

    def end_nudges(
        self, ended: Collection[Nudge], to: NudgeState, *, why: str, now: datetime
    ) -> Sequence[Nudge]:
        """Bring each from the state it is given with to `SENT` or `GIVEN_UP`.

        Returns those that it did change. What is sent is claimed again until it is settled.
        """

    def settle_nudges(self, sent: Collection[Nudge]) -> None:
        """Be done with these: their kinds have heard that they were sent."""

    def retry_nudges(self, put_off: Collection[Nudge], *, at: datetime) -> None:
        """Give leases back, not to be claimed before `at` (machine time)."""

    def nudge(self, key: str) -> Nudge | None:
        """Return the one nudge of that key, if it was ever planned."""

    def nudged(
        self, kind: NudgeKind, people: Collection[str], *, since: datetime
    ) -> frozenset[str]:
        """Return who of these has an open nudge of that kind, or was sent one since then."""

    def nudges_sent(self, *, since: datetime) -> int:
        """Count what was sent since then (tenant time), of every kind."""

    def set_etiquette_nudges(self, person: str, *, on: bool, now: datetime) -> None:
        """Turn somebody's etiquette nudges on or off; again is harmless."""

    def without_etiquette_nudges(self, people: Collection[str]) -> frozenset[str]:
        """Return who of these turned them off."""

    def key(self, name: str, *, now: datetime) -> str:
        """Return the secret of that name; the first who asks makes it, for good and for all."""
