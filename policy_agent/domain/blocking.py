"""Block-outs: a busy series without attendees that keeps a protected window free."""

from dataclasses import dataclass
from datetime import date, time

from policy_agent.domain.events import EventRef


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockOut:
    """The series that one mailbox should have for one rule; wall clock of the rule's calendar."""

    mailbox: str
    rule: str
    subject: str
    starts: time
    ends: time  # 00:00: the end of the day
    weekdays: frozenset[int]  # Monday is 0
    every_weeks: int
    first: date  # the first day on which it comes round; also the anchor of `every_weeks`
    zone: str  # IANA name
    skipped: tuple[date, ...]  # holidays and exempt days ahead on which it would come round, sorted


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedSeries:
    """A series of ours that lies in a mailbox, as its mark tells."""

    ref: EventRef
    mark: str  # what `add` wrote: the key of the block-out
