"""Traffic from mail archives: an `.mbox`, an `.eml`, or a folder of `.eml` files.

The time of a mail is that of its topmost `Received` header, which the last server wrote: the `Date`
header is only the sender's word. Mail without one was never received, and is left out and counted.
Every known person inside among its recipients has a copy; others only take part.
"""

import io
import mailbox
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Literal
from zoneinfo import ZoneInfo

from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Directory, Person
from policy_agent.rehearsal.traffic import PastCopy, Traffic, TrafficProblem, local_time

_LISTED = 3  # messages named in a note
_HIGH = frozenset({"1", "2"})  # X-Priority
_LOW = frozenset({"4", "5"})


def read_archive(path: Path, directory: Directory, zone: ZoneInfo) -> Traffic:
    """Return the copies of an archive, in its order; TrafficProblem where it cannot be read."""
    copies: list[PastCopy] = []
    unreceived: list[str] = []
    seen: set[str] = set()
    number = 0
    for name, message in _messages(path):
        id_ = str(message.get("Message-ID", "")).strip()
        if id_ and id_ in seen:
            continue
        seen.add(id_)
        received = _received(message)
        if received is None:
            unreceived.append(name)
            continue
        number += 1
        copies += _copies(number, message, received.astimezone(zone), directory)
    notes = ["the time of a mail is that of its topmost Received header, never its Date"]
    if unreceived:
        named = ", ".join(unreceived[:_LISTED])
        notes.append(
            f"{len(unreceived)} messages without a readable Received header were left out: {named}"
            + (" …" if len(unreceived) > _LISTED else "")
        )
    if number and not copies:
        raise TrafficProblem(
            f"{path}: nobody on these {number} messages is a person we know; "
            "give --people a column `address` with their addresses"
        )
    return Traffic(source=str(path), copies=tuple(copies), messages=number, notes=tuple(notes))


def _copies(
    number: int, message: EmailMessage, received: datetime, directory: Directory
) -> Iterator[PastCopy]:
    sender = next(iter(_people(message, ("From",), directory)), directory.person(""))
    people = tuple(dict.fromkeys(_people(message, ("To", "Cc", "Bcc"), directory)))
    keywords = [word.strip().casefold() for word in str(message.get("Keywords", "")).split(",")]
    for person in people:
        if person.known and person.inside:
            yield PastCopy(
                message=number,
                sent_local=local_time(received, received.tzinfo),
                sender=sender.id or ("unknown" if sender.inside else "outside"),
                recipient=person.id,
                facts=MailFacts(
                    sender=sender,
                    recipient=person,
                    recipients=people,
                    received=received,
                    subject=str(message.get("Subject", "")),
                    importance=_importance(message),
                    categories=frozenset(
                        word.strip().casefold() for word in keywords if word.strip()
                    ),
                    is_meeting=any(
                        part.get_content_type() == "text/calendar" for part in message.walk()
                    ),
                ),
            )


def _people(
    message: EmailMessage, headers: Iterable[str], directory: Directory
) -> Iterator[Person]:
    for name in headers:
        for header in message.get_all(name, []):
            addresses: tuple[Address, ...] = getattr(header, "addresses", ())
            for address in addresses:
                if address.addr_spec not in {"", "<>"}:
                    yield directory.person(address.addr_spec)


def _received(message: EmailMessage) -> datetime | None:
    """Return when the last server received it; None where it does not say so readably."""
    header = str(next(iter(message.get_all("Received", [])), ""))
    try:
        moment = parsedate_to_datetime(header.rpartition(";")[2].strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _importance(message: EmailMessage) -> Literal["low", "normal", "high"]:
    said = str(message.get("Importance", "")).strip().lower()
    priority = str(message.get("X-Priority", "")).strip()[:1]
    if said == "high" or (not said and priority in _HIGH):
        return "high"
    if said == "low" or (not said and priority in _LOW):
        return "low"
    return "normal"


def _messages(path: Path) -> Iterator[tuple[str, EmailMessage]]:
    """Go through the messages of an archive, each with a name that a person can find it by."""
    try:
        if path.is_dir():
            files = sorted(path.rglob("*.eml"))
            if not files:
                raise TrafficProblem(f"{path}: there is no .eml file in this folder")
            for file in files:
                with file.open("rb") as opened:
                    yield str(file.relative_to(path)), _parse(opened)
        elif path.suffix.lower() == ".eml":
            with path.open("rb") as opened:
                yield path.name, _parse(opened)
        else:
            yield from _mbox(path)
    except OSError as problem:
        raise TrafficProblem(f"{path}: cannot be read ({problem.strerror})") from None


def _mbox(path: Path) -> Iterator[tuple[str, EmailMessage]]:
    with path.open("rb") as opened:
        start = opened.read(5)
    if start not in {b"", b"From "}:
        raise TrafficProblem(f"{path}:1: this is no mbox, which begins with a line `From …`")
    box = mailbox.mbox(path, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            yield f"message {number}", _parse(io.BytesIO(box.get_bytes(key)))
    finally:
        box.close()


def _parse(opened: IO[bytes]) -> EmailMessage:
    return BytesParser(EmailMessage, policy=default).parse(opened)
