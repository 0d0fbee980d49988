"""The week's real mail traffic, as messages that can be delivered and recognised again."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DATA = Path(__file__).parent / "data"
PEOPLE = DATA / "people.csv"
GROUPS = DATA / "groups.csv"
MESSAGES = DATA / "messages-2023-08-24-to-30.csv"
DOMAIN = "northshire.example"
SERVICE = "policy-agent"  # the person whose mailbox the agent's messages go out from
ZONE = ZoneInfo("Europe/London")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One mail of the traffic."""

    row: int  # its row in the file, from 1
    sent: datetime  # aware UTC
    sender: str  # person id
    to: tuple[str, ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return each person it is delivered to, once."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.bcc)))

    @property
    def internet_message_id(self) -> str:
        return f"<message-{self.row}@{DOMAIN}>"

    def as_delivery(self) -> dict[str, Any]:
        """Return it as the sandbox tenant's control endpoint takes it."""
        return {
            "from": address(self.sender),
            "to": [address(person) for person in self.to],
            "cc": [address(person) for person in self.cc],
            "bcc": [address(person) for person in self.bcc],
            "subject": f"Message {self.row}",
            "body": f"The text of message {self.row}, which nobody but its people reads.",
            "internet_message_id": self.internet_message_id,
            "received": self.sent.isoformat().replace("+00:00", "Z"),
        }


def address(person: str) -> str:
    return f"{person}@{DOMAIN}"


def read_messages(path: Path = MESSAGES) -> list[Message]:
    """Read the messages in the order in which they were sent."""
    return sorted(_rows(path), key=lambda message: (message.sent, message.row))


def _rows(path: Path) -> Iterator[Message]:
    with path.open(newline="") as file:
        for row, line in enumerate(csv.DictReader(file), start=1):
            local = datetime.fromisoformat(line["sent_local"]).replace(tzinfo=ZONE)
            yield Message(
                row=row,
                sent=local.astimezone(UTC),
                sender=line["sender"],
                to=tuple(line["to"].split()),
                cc=tuple(line["cc"].split()),
                bcc=tuple(line["bcc"].split()),
            )


def read_teams(path: Path = PEOPLE) -> dict[str, frozenset[str]]:
    """Read each person's teams."""
    with path.open(newline="") as file:
        return {line["person"]: frozenset(line["teams"].split()) for line in csv.DictReader(file)}
