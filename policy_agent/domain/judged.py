"""What was found out about one copy or meeting, as it is handed over to be written down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision
from policy_agent.domain.events import EventRef
from policy_agent.domain.holds import PlannedHold
from policy_agent.domain.recorded import RecordedFacts


class Judged(Protocol):
    """One copy with its decisions and the hold that they ask for, if any.

    A shape and no class: whoever judges may carry more along (the subject, for a receipt), and
    none of that can be written down.
    """

    @property
    def copy(self) -> CopyRef: ...
    @property
    def received(self) -> datetime: ...
    @property
    def internet_message_id(self) -> str: ...  # empty: not known
    @property
    def decisions(self) -> tuple[Decision, ...]: ...  # at least one
    @property
    def hold(self) -> PlannedHold | None: ...
    @property
    def facts(self) -> RecordedFacts | None: ...  # None: nothing of it can be judged again


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedMeeting:
    """One meeting, or one occurrence of a series, with what each rule says of it."""

    uid: str  # its `iCalUId`
    ref: EventRef  # the copy that was judged
    organiser: str | None  # person id; None: nobody the directory knows
    starts: datetime  # aware UTC
    ends: datetime
    decisions: tuple[Decision, ...]  # in the rulebook's order
