"""What the agent needs of calendars, of the service mailbox and of the store for meetings.

See `policy_agent.agent.ports`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.block_outs import KeptBlockOut, WantedBlockOut
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
from policy_agent.domain.notes import Letter
from policy_agent.domain.repairing import Repairs

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


class BlockOutStore(Protocol):
    """Rows of block-outs; see `policy_agent.domain.block_outs.KeptBlockOut`."""

    def put_block_outs(self, wanted: Collection[WantedBlockOut]) -> int:
        """Make exactly these the series that should be there; returns how many rows changed."""

    def claim_block_outs(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[KeptBlockOut]:
        """Take rows with something to do that nobody has a running lease on, put off ones last."""

    def save_block_outs(
        self, rows: Collection[KeptBlockOut], *, now: datetime, retry_at: datetime | None = None
    ) -> frozenset[int]:
        """Write down what became of each, where nobody changed it meanwhile; ends the leases.

        Repairs that a row does not name any more are done. None of them can be claimed before
        `retry_at` (machine time). Returns the ids of those written.
        """

    def mend_block_outs(self, found: Mapping[int, Repairs], *, now: datetime) -> int:
        """Write down what of kept series has to be put back, by row id, once a day at most."""

    def block_outs(self, mailboxes: Collection[str] | None = None) -> Sequence[KeptBlockOut]:
        """Return every row that there ever was, or those of these mailboxes."""

    def block_outs_at(self, events: Collection[str]) -> Sequence[KeptBlockOut]:
        """Return the rows whose series has one of these ids."""

    def block_out_series(self, mailboxes: Collection[str]) -> frozenset[EventRef]:
        """Return the masters of our own series in these mailboxes: no meetings of anybody."""


__all__ = ["BlockOutStore", "Calendars", "Copies", "Decline", "Outgoing"]
