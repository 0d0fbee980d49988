"""What watching calendars needs of the store; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.events import CalendarOwner, EventRef, Span
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.watching import CoveredCalendar, EventNotice


class WatchedCalendars(Protocol):
    """Covered calendars, notices of events, and what was decided of meetings."""

    # covered calendars
    def put_calendars(self, ids: Collection[str], *, now: datetime) -> None:
        """Make exactly these the covered calendars; new ones are covered from `now` on."""

    def calendars(self, ids: Collection[str] | None = None) -> Sequence[CoveredCalendar]:
        """Return the covered calendars, by id: these, or all."""

    def put_owners(self, owners: Collection[CalendarOwner], *, now: datetime) -> None:
        """Remember what mailboxes' own settings say, and when each owner's replies are on."""

    def put_whole(
        self, ids: Collection[str], *, to: datetime, rulebook: str, since: datetime, now: datetime
    ) -> None:
        """Remember that calendars were seen whole up to `to` and judged by that rulebook.

        `since`: everything that changed before then was seen.
        """

    def put_changed(self, ids: Collection[str], *, since: datetime) -> None:
        """Remember that everything that changed before `since` was seen."""

    def park_calendars(self, ids: Collection[str], *, until: datetime) -> None:
        """Leave these calendars alone until then (tenant time); others' copies count meanwhile."""

    def put_leave(self, away: Mapping[str, Collection[Span]]) -> None:
        """Replace what is known of each person's leave from out-of-office events."""

    def leave_between(self, starts: datetime, ends: datetime) -> Mapping[str, tuple[Span, ...]]:
        """Return when each person is on leave, as far as it touches that span."""

    # notices of events
    def accept_events(self, changes: Mapping[EventRef, str], *, now: datetime) -> None:
        """Write down what changed, and how; an event that is written down gets a higher seq."""

    def claim_event_notices(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[EventNotice]:
        """Take notices, oldest first, that nobody has a running lease on and no retry keeps."""

    def finish_event_notices(self, notices: Collection[EventNotice]) -> None:
        """Forget them, but for those that were written down again since they were claimed."""

    def retry_event_notices(self, notices: Collection[EventNotice], *, at: datetime) -> None:
        """Give them back, not to be claimed before `at` (machine time); counts an attempt."""

    def pending_event_notices(self) -> int: ...

    # series of organisers whose calendars are not covered
    def series_uids(self, masters: Collection[EventRef]) -> Mapping[EventRef, str]:
        """Return the uid of each series master that is known, by where a copy of it lies."""

    def put_series_uids(self, uids: Mapping[EventRef, str]) -> None:
        """Remember the uid of each series master; it never changes."""

    def claim_judges(self, wanted: Mapping[str, str]) -> Mapping[str, str]:
        """Return in whose mailbox each meeting is judged, by uid: the first that asked for it."""

    def release_judges(self, seen: Mapping[str, Collection[str]]) -> None:
        """Let others judge what each mailbox, seen whole, has no more: all but these uids."""

    # decisions
    def record_meetings(
        self, judged: Collection[JudgedMeeting], *, rulebook: str, now: datetime
    ) -> int:
        """Write what is new or has changed, count the rest; returns how many were written."""
