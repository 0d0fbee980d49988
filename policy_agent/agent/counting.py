"""What health asks of the store; see `policy_agent.agent.ports.Store`."""

from datetime import datetime
from typing import Protocol

from policy_agent.domain.counts import CalendarCounts, HoldCounts, NoteCounts, WatchCounts


class CountStore(Protocol):
    """Counts and times, and nothing of people."""

    def hold_counts(self, *, overdue_before: datetime) -> HoldCounts:
        """Count holds that are not over; overdue are those that were due before that instant."""

    def watch_counts(self, *, now: datetime) -> WatchCounts:
        """Count what is watched (tenant time)."""

    def calendar_counts(self, *, now: datetime) -> CalendarCounts:
        """Count covered calendars (tenant time)."""

    def note_counts(self, *, since: datetime) -> NoteCounts:
        """Count messages that wait, and those that could not be sent since then (tenant time)."""
