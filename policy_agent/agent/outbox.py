"""What the agent needs of the store to write to people; see `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.notes import Note, NoteKind, NoteState, PlannedNote
from policy_agent.domain.own_time import OwnTime


class NoteStore(Protocol):
    """The outbox's rows, what people chose, and keys."""

    def plan_notes(self, wanted: Collection[PlannedNote], *, now: datetime) -> Sequence[Note]:
        """Write them down; one whose key was used before is left out. Returns the new ones."""

    def claim_notes(
        self,
        worker: str,
        *,
        kinds: Collection[NoteKind],
        closed: Collection[str],
        limit: int,
        now: datetime,
        machine: datetime,
        lease: timedelta,
    ) -> Sequence[Note]:
        """Take what is to be sent, and what was sent and is not settled, of these kinds.

        `closed` are the calendars that are outside of their working hours.
        """

    def draft_notes(self, drafts: Mapping[Note, str], *, now: datetime) -> Sequence[Note]:
        """Write down where the draft of each planned one lies; returns those it did change."""

    def end_notes(
        self, ended: Collection[Note], to: NoteState, *, why: str, now: datetime
    ) -> Sequence[Note]:
        """Bring each from the state it is given with to `SENT` or `GIVEN_UP`.

        Returns those that it did change. What is sent is claimed again until it is settled.
        """

    def settle_notes(self, sent: Collection[Note]) -> None:
        """Be done with these: their kinds have heard that they were sent."""

    def retry_notes(self, put_off: Collection[Note], *, at: datetime) -> None:
        """Give leases back, not to be claimed before `at` (machine time)."""

    def postpone_notes(self, put_off: Mapping[Note, datetime]) -> None:
        """Give leases back, each not to be claimed before its time (tenant time)."""

    def own_times(self, people: Collection[str]) -> Mapping[str, OwnTime]:
        """Return what is known of each one's time; who is like the calendar is left out."""

    def note(self, key: str) -> Note | None:
        """Return the one note of that key, if it was ever planned."""

    def told(self, kind: NoteKind, people: Collection[str], *, since: datetime) -> frozenset[str]:
        """Return who of these has an open note of that kind, or was sent one since then."""

    def notes_planned(
        self, kind: NoteKind, people: Collection[str], *, since: datetime
    ) -> Mapping[str, Sequence[datetime]]:
        """Return when notes of that kind were planned for each of these since then, in order."""

    def notes_sent(self, *, since: datetime) -> int:
        """Count what was sent since then (tenant time), of every kind."""

    def set_etiquette_nudges(self, person: str, *, on: bool, now: datetime) -> None:
        """Turn somebody's etiquette nudges on or off; again is harmless."""

    def without_etiquette_nudges(self, people: Collection[str]) -> frozenset[str]:
        """Return who of these turned them off."""

    def key(self, name: str, *, now: datetime) -> str:
        """Return the secret of that name; the first who asks makes it, for good and for all."""
