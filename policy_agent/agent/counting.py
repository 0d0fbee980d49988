"""What health and metrics ask of the store; see `policy_agent.agent.ports.Store`."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from policy_agent.domain.counts import (
    CalendarCounts,
    HoldCounts,
    NoteCounts,
    Said,
    Settled,
    WatchCounts,
)
from policy_agent.domain.outcomes import Reason


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

    def decision_counts(
        self, *, settled: datetime, known: Settled | None = None
    ) -> tuple[Mapping[Said, int], Settled]:
        """Count all decisions that were ever written, those that retention took away too.

        Before `settled` (tenant time) no more are written. What the answer says of those comes back
        as `known` with the next question, so that they are not counted again.
        """

    def meeting_look_counts(self) -> Mapping[tuple[str, Reason], int]:
        """Count the looks at meetings of which a rule had nothing to say, by rule and reason."""

    def clash_counts(self) -> Mapping[str, int]:
        """Count the clashes that are not over, by rule."""

    def exemption_counts(self, *, today: date) -> tuple[int, int, int]:
        """Count run-time exemptions: those to come, in force, and over or ended."""
