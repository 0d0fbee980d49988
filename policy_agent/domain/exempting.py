"""Exemptions that come at run time: what they say, and who made and ended them.

They work as those of the rulebook do. Where a rulebook's clause has file and line, theirs is
`exemption/NAME` and the row's number, so that a decision tells which of them freed a mail.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from policy_agent.domain.rules import Exemption
from policy_agent.domain.where import Where

_FOLDER = "exemption/"

ExemptionState = Literal["to come", "in force", "over", "ended"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunTimeExemption:
    """An exemption that the store has."""

    id: int
    exemption: Exemption
    created: datetime  # aware UTC, as below
    created_by: str
    ended: datetime | None = None  # somebody ended it before its time
    ended_by: str | None = None
    uses: int = 0  # how many copies it freed

    def state(self, today: date) -> ExemptionState:
        """Return where it stands on that day."""
        return "ended" if self.ended is not None else state_of(self.exemption, today)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExemptionEvent:
    """One change of a run-time exemption."""

    what: str  # added, ended
    at: datetime  # aware UTC
    who: str


def state_of(exemption: Exemption, today: date) -> ExemptionState:
    """Return where an exemption that nobody ended stands on that day."""
    if exemption.ends < today:
        return "over"
    return "to come" if today < exemption.starts else "in force"


def run_time_where(name: str, number: int = 1) -> Where:
    """Return the place of a run-time exemption, which is in no file."""
    return Where(file=f"{_FOLDER}{name}", line=number)


def run_time_name(where: Where) -> str | None:
    """Return the name of the run-time exemption at that place, if one is there."""
    return where.file.removeprefix(_FOLDER) if where.file.startswith(_FOLDER) else None
