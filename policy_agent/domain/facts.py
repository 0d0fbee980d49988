"""What a rule may know of a message or a meeting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policy_agent.domain.events import Response, ShowAs
from policy_agent.domain.people import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class MailFacts:
    """One recipient's copy of a mail, with its people resolved."""

    sender: Person
    recipient: Person  # whose copy this is
    recipients: tuple[Person, ...]  # everyone the mail is known to go to, the recipient included
    received: datetime  # the one instant of the decision: when the service received it, aware
    subject: str = ""
    importance: Literal["low", "normal", "high"] = "normal"
    categories: frozenset[str] = frozenset()  # lower case
    is_meeting: bool = False
    is_read: bool = False
    held_already: int = 0  # copies that the recipient has on hold now

    def __post_init__(self) -> None:
        if self.received.tzinfo is None:
            raise ValueError(f"received must be aware, got {self.received!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Invited:
    """Somebody in a meeting besides its organiser."""

    person: Person
    response: Response = Response.NONE
    optional: bool = False
    away: bool = False  # on leave at that time


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingFacts:
    """One meeting, or one occurrence of a series, with its people resolved."""

    starts: datetime  # aware; half-open with `ends`, and not after it
    ends: datetime
    all_day: bool = False
    organiser: Person | None = None  # None: it is not named
    organiser_away: bool = False  # on leave at that time
    invited: tuple[Invited, ...] = ()  # without the organiser and rooms
    recurs: bool = False
    cancelled: bool = False
    show_as: ShowAs = ShowAs.BUSY
    private: bool = False  # or personal, or confidential
    online: bool = False
    subject: str = ""
    categories: frozenset[str] = frozenset()  # lower case
    booked: datetime | None = None  # aware, when it was made, or its series; None: not known
    has_agenda: bool | None = None  # None: not known
    after: datetime | None = None  # aware, when the organiser's meeting before it ends, if any

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError(f"starts and ends must be aware, got {self.starts!r}, {self.ends!r}")
