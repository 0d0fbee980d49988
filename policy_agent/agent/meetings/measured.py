"""What measuring meetings, and counting a month of them, needs of the store.

Part of `policy_agent.agent.ports.Store`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from policy_agent.domain.clashes import ClashCourse
from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.kept_meetings import KeptMeeting
from policy_agent.domain.measuring import CountedMeeting, MeasuredMeeting
from policy_agent.domain.placing import Placement
from policy_agent.domain.rule_days import RuleDay


class MeetingStore(Protocol):
    """Measures of meetings, each as it was seen last before it began."""

    def put_meetings(
        self,
        measured: Collection[MeasuredMeeting],
        *,
        looked: Collection[EventRef] = (),
        whole: Mapping[str, Span] | None = None,
        gone: Collection[str] = (),
        now: datetime,
    ) -> int:
        """Write down what a look at calendars came to; returns how many rows changed.

        `looked` are series masters and single meetings of which everything ahead is among
        `measured`, `whole` the mailboxes of which everything in that span is. So others that are
        known of them and still ahead are gone, as those are that `gone` names: events or masters.
        """

    def meetings_between(self, start: datetime, end: datetime) -> Iterator[CountedMeeting]:
        """Go through those that start from `start` until before `end` and are not gone.

        In no order; all out of one transaction.
        """


class MeetingFigureStore(Protocol):
    """What else a month of meetings is counted from."""

    def rule_days_between(self, first: date, last: date) -> Sequence[RuleDay]:
        """Return those of the days `first` to `last`, both included, by day, rule and team."""

    def placements_between(self, start: datetime, end: datetime) -> Sequence[Placement]:
        """Return every placement that held at any moment from `start` until before `end`."""

    def clash_courses(self, start: datetime, end: datetime) -> Sequence[ClashCourse]:
        """Return the course of each clash found from `start` until before `end`, in that order."""

    def kept_between(self, rule: str, starts: datetime, before: datetime) -> Sequence[KeptMeeting]:
        """Return all of a rule that start from `starts` until before `before`, by their start."""

    def leave_days(self, first: date, before: date) -> Mapping[str, frozenset[date]]:
        """Return the days with leave on them from `first` until before `before`, by person."""


__all__ = ["MeetingFigureStore", "MeetingStore"]
