"""What measuring meetings needs of the store; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from policy_agent.domain.events import EventRef, Span
from policy_agent.domain.measuring import MeasuredMeeting


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


__all__ = ["MeetingStore"]
