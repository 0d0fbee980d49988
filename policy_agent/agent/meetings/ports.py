"""What the agent needs of calendars and of the service mailbox; see `policy_agent.agent.ports`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.blocking import BlockOut, MarkedSeries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import (
    CalendarOwner,
    Decline,
    EventCopy,
    EventRef,
    FreeBusy,
    Span,
)
from policy_agent.domain.nudging import Letter, Nudge, NudgeKind, NudgeState, PlannedNudge

Copies = tuple[EventCopy, ...]


class Calendars(Protocol):
    """Default calendars of mailboxes; ids are immutable ones throughout, times UTC.

    `agenda` asks whether there is anything about the meeting beside what the service itself writes
    there; the text never leaves the room that reads it.
    """

    def owners(self, mailboxes: Sequence[str]) -> Mapping[str, CalendarOwner | CallFailure]:
        """Read what each mailbox is for, its zone, language and automatic replies."""

    def view(
        self, spans: Mapping[str, Span], *, agenda: bool
    ) -> Mapping[str, Copies | CallFailure]:
        """Return every event of each mailbox in its span, series expanded by the service."""

    def changed(self, since: Mapping[str, datetime]) -> Mapping[str, Copies | CallFailure]:
        """Return the singles and series masters of each mailbox that changed since then.

        What was deleted does not come: notices and the next whole view tell that.
        """

    def instances(
        self, series: Mapping[EventRef, Span], *, agenda: bool
    ) -> Mapping[EventRef, Copies | CallFailure]:
        """Return the occurrences of each series master in its span."""

    def read(
        self, refs: Sequence[EventRef], *, agenda: bool
    ) -> Mapping[EventRef, EventCopy | CallFailure]:
        """Read single events, occurrences or masters."""

    def find(
        self, wanted: Mapping[tuple[str, str], Span]
    ) -> Mapping[tuple[str, str], EventCopy | CallFailure]:
        """Find somebody's own copy of a meeting, by (mailbox, uid) and where it lies in time.

        One that is not there is a failure of kind `gone`.
        """

    def decline(self, answers: Mapping[EventRef, Decline]) -> Mapping[EventRef, CallFailure | None]:
        """Decline as the mailbox's person; None: done. A meeting that is gone is `gone`."""

    def cancel(self, comments: Mapping[EventRef, str]) -> Mapping[EventRef, CallFailure | None]:
        """Cancel as the organiser, attendees are told by the service; None: done."""

    def free_busy(
        self, asker: str, addresses: Sequence[str], span: Span
    ) -> Mapping[str, FreeBusy | CallFailure]:
        """Ask when people are taken, 20 a call, through the mailbox `asker`; under 42 days."""

    def add_block_outs(
        self, wanted: Mapping[str, BlockOut]
    ) -> Mapping[str, EventRef | CallFailure]:
        """Make a series a key; again with the same key makes no second one.

        `skipped` is not looked at; `category` and mark come from the adapter's own settings.
        """

    def marked(
        self, mailboxes: Sequence[str]
    ) -> Mapping[str, tuple[MarkedSeries, ...] | CallFailure]:
        """Return every series of ours in each mailbox, whatever the store knows."""

    def restore(self, wanted: Mapping[EventRef, BlockOut]) -> Mapping[EventRef, CallFailure | None]:
        """Give a series its times, recurrence, show-as, category and subject back."""

    def restore_occurrences(
        self, wanted: Mapping[EventRef, Span]
    ) -> Mapping[EventRef, CallFailure | None]:
        """Give occurrences of our series their time back, each by its own id, and make them busy.

        One of them was moved or set free by itself; the series and the others stay as they are.
        """

    def remove(self, refs: Collection[EventRef]) -> Mapping[EventRef, CallFailure | None]:
        """Delete events without attendees; one that is gone counts as done."""


class Outgoing(Protocol):
    """The service mailbox, from which messages go out, each exactly once where that can be known.

    A message is made as a draft that carries its key as a mark, then sent. The immutable id of the
    draft stays that of the sent message, so where it is tells what became of it.
    """

    def draft(self, letters: Sequence[Letter]) -> Mapping[str, str | CallFailure]:
        """Make a draft a letter, by key; one that is there already, or was sent, is found."""

    def send(self, drafts: Mapping[str, str]) -> Mapping[str, CallFailure | None]:
        """Send each draft, by key; one that was sent already counts as done."""


class NudgeStore(Protocol):
    """The outbox's rows, what people chose, and keys; see `policy_agent.agent.ports.Store`."""

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


__all__ = ["Calendars", "Copies", "Decline", "NudgeStore", "Outgoing"]
