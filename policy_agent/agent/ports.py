"""What the agent needs of Microsoft Graph and of the store.

Every call of the tenant is for many at once and answers per item: a value or a `CallFailure`.
One item's trouble never hides another's answer. Retries, throttling and batches are behind it.

Two clocks come in as arguments: `now` is the tenant's time, which decides what is due; `machine`
is this machine's, for leases and retries, which must not run fast in a rehearsal.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from policy_agent.agent.counting import CountStore
from policy_agent.agent.figures import FigureStore
from policy_agent.agent.held_mails import HeldMailStore
from policy_agent.agent.mail_figures import MailFigureStore
from policy_agent.agent.meetings.clash_store import ClashStore
from policy_agent.agent.meetings.findings import FindingStore
from policy_agent.agent.meetings.kept import KeptStore
from policy_agent.agent.meetings.measured import MeetingFigureStore, MeetingStore
from policy_agent.agent.meetings.ports import BlockOutStore
from policy_agent.agent.meetings.watching import WatchedCalendars
from policy_agent.agent.outbox import NoteStore
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.decisions import Decision
from policy_agent.domain.holds import Hold, HoldState
from policy_agent.domain.judged import Judged
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import Exemption
from policy_agent.domain.shown import ShownMail
from policy_agent.domain.watching import (
    Arrival,
    Mailbox,
    Member,
    Round,
    Subscription,
    Watched,
)


class Mail(Protocol):
    """Mail in mailboxes; ids are immutable ones throughout."""

    def read(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, MailCopy | CallFailure]:
        """Read the fields that rules need, never the text."""

    def show(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail | CallFailure]:
        """Read what may be shown of each to its own sender or recipient; never kept."""

    def move(self, folders: Mapping[CopyRef, str]) -> Mapping[CopyRef, CallFailure | None]:
        """Move each copy into the folder of that id; None: done. Doing it again is harmless."""

    def mark(
        self, categories: Mapping[CopyRef, tuple[str, ...]]
    ) -> Mapping[CopyRef, CallFailure | None]:
        """Mark each copy unread and set its categories; None: done."""

    def blind_recipients(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...] | CallFailure]:
        """Read bcc addresses from senders' Sent Items, by (mailbox id, internet message id)."""

    def sent_categories(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...] | CallFailure]:
        """Read categories of senders' own copies in Sent Items, by (mailbox id, message id)."""

    def sent_times(
        self, mailbox: str, since: datetime, until: datetime
    ) -> tuple[datetime, ...] | CallFailure:
        """Return when each mail in that mailbox's Sent Items was sent, newest first, in UTC.

        From `since` until before `until`; the last `SENT_AT_MOST` of them. What the agent itself
        sent from that mailbox is left out.
        """

    def inbox(self, mailboxes: Sequence[str]) -> Mapping[str, str | CallFailure]:
        """Return the id of each mailbox's Inbox."""

    def folder(self, mailboxes: Sequence[str], name: str) -> Mapping[str, str | CallFailure]:
        """Return the id of each mailbox's top folder of that name; make it where it is missing."""

    def lying_in(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Mapping[str, bool] | CallFailure]:
        """Return which messages lie in each, and whether each was opened, by (mailbox, folder)."""

    def items_in(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], int | CallFailure]:
        """Return how many items and folders lie in each, by (mailbox, folder id)."""

    def remove_folders(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], CallFailure | None]:
        """Delete each with all in it: into Deleted Items, and what lies there already for good.

        None: done, also where it is gone already.
        """

    def changes(self, since: Mapping[str, str | datetime]) -> Mapping[str, Round | CallFailure]:
        """Run a delta round of each mailbox's Inbox, from a delta link or from an instant."""


class Subscriptions(Protocol):
    """Change subscriptions of this app."""

    def existing(self) -> Sequence[tuple[str, str, datetime, str]]:
        """Return (id, resource, expiry, notification URL) of each that the service has."""

    def create(
        self,
        mailboxes: Sequence[str],
        *,
        what: Watched,
        url: str,
        expires: datetime,
        states: Mapping[str, str],
    ) -> Mapping[str, Subscription | CallFailure]:
        """Subscribe to each mailbox's Inbox or calendar; `states` are client states.

        Of an Inbox what is created is told, of a calendar what is changed and deleted too.
        """

    def renew(self, ids: Sequence[str], expires: datetime) -> Mapping[str, CallFailure | datetime]:
        """Extend each; answers the expiry that the service granted."""

    def delete(self, ids: Sequence[str]) -> Mapping[str, CallFailure | None]:
        """End each; one that is gone already counts as done."""


class People(Protocol):
    """The organisation's directory."""

    def group_members(self, address: str) -> Sequence[Member] | CallFailure:
        """Return everyone in the group of that mail address, nested groups included."""

    def members(self, addresses: Sequence[str]) -> Mapping[str, Member | CallFailure]:
        """Return the person of each mail address."""


class Store(
    WatchedCalendars,
    BlockOutStore,
    NoteStore,
    HeldMailStore,
    FindingStore,
    ClashStore,
    KeptStore,
    MeetingStore,
    MeetingFigureStore,
    CountStore,
    FigureStore,
    MailFigureStore,
    Protocol,
):
    """Rows that outlive the process. Every method is one transaction, committed on return."""

    # arrivals
    def accept(self, copies: Collection[CopyRef], *, now: datetime) -> None:
        """Write down that these are new; a copy that is written down already gets a higher seq."""

    def claim_arrivals(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[Arrival]:
        """Take arrivals, oldest first, that nobody has a running lease on and no retry keeps."""

    def finish_arrivals(self, arrivals: Collection[Arrival]) -> None:
        """Forget them, but for those that were written down again since they were claimed."""

    def retry_arrivals(self, arrivals: Collection[Arrival], *, at: datetime) -> None:
        """Give them back, not to be claimed before `at` (machine time); counts an attempt."""

    def pending_arrivals(self) -> int: ...

    # decisions and holds
    def judged(self, copies: Collection[CopyRef]) -> frozenset[CopyRef]:
        """Return those that have decisions already."""

    def record(
        self,
        judged: Collection[Judged],
        *,
        worker: str,
        rulebook: str,
        now: datetime,
        machine: datetime,
        lease: timedelta,
    ) -> Sequence[Hold]:
        """Write decisions, facts and planned holds, all or nothing; skip copies judged already.

        Uses of run-time exemptions are counted with them. Returns the new holds, leased to
        the worker.
        """

    def held_counts(self, mailboxes: Collection[str]) -> Mapping[str, int]:
        """Count open holds by mailbox."""

    def claim_planned(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[Hold]:
        """Take holds that are still planned and that nobody has a running lease on."""

    def claim_due(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[Hold]:
        """Take holds that are due or asked for, and held, and make them `releasing`.

        Oldest promise first. Those that are `releasing` already and whose lease ran out are taken
        too. What was put off comes after what was not.
        """

    def advance(
        self, holds: Collection[Hold], to: HoldState, *, why: str, now: datetime
    ) -> Sequence[Hold]:
        """Bring each from the state it is given with into another, by compare-and-set.

        Writes an event row for each; ends the lease; returns those that it did change, in their
        new state. A transition that `TRANSITIONS` does not know is a ValueError.
        """

    def bring_forward(
        self, holds: Mapping[Hold, Sequence[Decision]], *, to: datetime, why: str, now: datetime
    ) -> Sequence[Hold]:
        """Make the release of each planned or held one due at `to` where that is earlier.

        The decisions beside a hold are what frees it; run-time exemptions among them are counted
        as used. Writes an event row for each that it did change, and returns those.
        """

    def holds_after(self, number: int) -> Sequence[Hold]:
        """Return planned and held ones with an id above that, in the order they were made."""

    def facts_of(self, copies: Collection[CopyRef]) -> Mapping[CopyRef, RecordedFacts]:
        """Return the recorded facts of each copy that has any."""

    def exemptions_since(self, day: date) -> tuple[Exemption, ...]:
        """Return run-time exemptions that nobody ended and that hold on that day or later."""

    def retry_holds(self, holds: Collection[Hold], *, at: datetime) -> None:
        """Give leases back, not to be claimed before `at` (machine time)."""

    def running_leases(self, machine: datetime, lease: timedelta) -> Mapping[str, datetime]:
        """Return who works on something now, and until when at most (machine time)."""

    def forget_leases(self, worker: str) -> None:
        """Drop every lease of a worker of that name: it has just started, so it holds none."""

    def holds(self, states: Collection[HoldState]) -> Sequence[Hold]: ...

    def open_holds(self) -> tuple[int, datetime | None]:
        """Count holds that are not over, and return when the oldest of them is due."""

    # what is watched
    def put_mailboxes(self, ids: Collection[str], *, now: datetime) -> None:
        """Make exactly these the mailboxes in scope; new ones are watched from `now` on."""

    def mailboxes(self, ids: Collection[str] | None = None) -> Sequence[Mailbox]:
        """Return the mailboxes in scope: these, or all."""

    def set_inboxes(self, folders: Mapping[str, str]) -> None:
        """Remember the Inbox's folder id of each mailbox."""

    def hold_folders(self, ids: Collection[str] | None = None) -> Mapping[str, tuple[str, ...]]:
        """Return the folders that held mail of these mailboxes, or all, was ever put into.

        The last of a mailbox is the one in use.

        They are remembered for good, also for a mailbox that is out of scope by now: its held
        mail has to find back.
        """

    def add_hold_folders(self, folders: Mapping[str, str]) -> None:
        """Remember the hold folder that is in use in each mailbox from now on."""

    def set_delta_links(self, links: Mapping[str, str | None]) -> None:
        """Remember where each mailbox's sweep goes on; None: from an instant again."""

    def park(self, ids: Collection[str], *, until: datetime) -> None:
        """Leave these mailboxes alone until then: they have no licence, or we no grant."""

    def subscriptions(self) -> Sequence[Subscription]: ...

    def save_subscriptions(self, subscriptions: Collection[Subscription]) -> None: ...

    def forget_subscriptions(self, ids: Collection[str]) -> None: ...

    # people and calendars
    def put_people(
        self, members: Collection[Member], teams: Mapping[str, frozenset[str]], *, now: datetime
    ) -> None:
        """Replace what is known of the directory: people, and ids by team."""

    def people(self) -> tuple[Sequence[Member], Mapping[str, frozenset[str]]]: ...

    def feed(self, division: str) -> tuple[str, str | None] | None:
        """Return the last good iCalendar text of a holiday feed and its ETag."""

    def put_feed(self, division: str, text: str, etag: str | None, *, now: datetime) -> None: ...


__all__ = ["Judged", "Mail", "People", "Store", "Subscriptions"]
