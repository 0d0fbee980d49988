"""What a rule may know of a message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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
