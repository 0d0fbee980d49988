"""Findings: what etiquette found about a series, and whether its organiser was told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policy_agent.domain.events import EventRef
from policy_agent.domain.meeting_rules import Check


class FindingState(StrEnum):
    """Where a finding is in its life."""

    OPEN = "open"  # it is so, and nobody was told
    TOLD = "told"  # for good: nobody is told twice
    OVER = "over"  # mended, cancelled, or not to be seen any more; opens again if it comes back


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What one check of one rule finds about a series, or a single meeting."""

    rule: str
    series: str  # key of the series, the same in all mailboxes
    check: Check
    person: str  # Entra object id of the organiser
    ref: EventRef  # the first occurrence ahead of which it is so, in the calendar that was judged
    starts: datetime  # aware UTC, of that occurrence
    more: int  # occurrences after that one of which it is so too


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A finding as the store has it."""

    id: int
    found: Found
    state: FindingState
    since: datetime  # aware UTC, when it was found, or found again
    nudge: str | None  # key of the nudge whose text names it
