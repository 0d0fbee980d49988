"""Traffic from CSV: `sent_local,sender,to,cc,bcc`, and `person,teams` for who is in which team.

Times are naive wall clock in the zone that is given; ids of people stand in lists with spaces.
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.walltime import attach
from policy_agent.rehearsal.traffic import PastCopy, Traffic, TrafficProblem

MESSAGES = ("sent_local", "sender", "to", "cc", "bcc")
PEOPLE = ("person", "teams")
ADDRESS = "address"  # a column that people may have

_ONLY_A_DAY = len("2023-08-27")

Row = tuple[int, list[str]]  # line in the file, values in the order of the columns asked for


def read_people(path: Path, domains: Collection[str]) -> dict[str, Person]:
    """Return people by id; TrafficProblem names the line of a mistake.

    Somebody with an `address` is inside when its domain is one of the organisation's; without one
    the id stands for the address, and they are inside.
    """
    found: dict[str, Person] = {}
    for line, (id_, teams, address) in _rows(path, PEOPLE, (ADDRESS,)):
        if not id_:
            raise TrafficProblem(f"{path}:{line}: the person is empty; write their id")
        if id_ in found:
            raise TrafficProblem(f"{path}:{line}: {id_!r} stands here twice; keep one line of them")
        told = address.strip().lower()
        found[id_] = Person(
            id=id_,
            address=told or id_.lower(),
            teams=frozenset(teams.split()),
            inside=not told or told.rpartition("@")[2] in domains,
        )
    return found


def read_messages(path: Path, people: dict[str, Person], zone: ZoneInfo, source: Path) -> Traffic:
    """Return a copy for each distinct recipient of each message: to, then cc, then bcc.

    `source` is the file of the people, for the text of a TrafficProblem.
    """
    copies: list[PastCopy] = []
    number = 0
    for line, (sent_local, sender, *lists) in _rows(path, MESSAGES):
        number += 1
        received = _instant(sent_local, zone, path, line)
        ids = list(dict.fromkeys(" ".join(lists).split()))
        for id_ in (sender, *ids):
            if id_ not in people:
                said = f"{id_!r} is not in {source}" if id_ else "the sender is empty"
                raise TrafficProblem(f"{path}:{line}: {said}; add a line for each person there")
        everyone = tuple([people[id_] for id_ in ids])
        copies += [
            PastCopy(
                message=number,
                sent_local=sent_local,
                sender=sender,
                recipient=id_,
                facts=MailFacts(
                    sender=people[sender],
                    recipient=people[id_],
                    recipients=everyone,
                    received=received,
                ),
            )
            for id_ in ids
        ]
    return Traffic(source=str(path), copies=tuple(copies), messages=number)


def _instant(text: str, zone: ZoneInfo, path: Path, line: int) -> datetime:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or len(text) == _ONLY_A_DAY:
        raise TrafficProblem(
            f"{path}:{line}: sent_local is {text[:40]!r}; "
            "write a local time without an offset, such as 2023-08-27T10:00:00"
        )
    return attach(local.date(), local.time(), zone)


def _rows(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Row]:
    """Go through the rows of a file; an optional column that is not there is empty."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = next(reader, [])
        for name in needed:
            if header.count(name) != 1:
                wrong = "is missing" if name not in header else "stands there twice"
                raise TrafficProblem(
                    f"{path}:1: the column {name!r} {wrong}; "
                    f"the first line should be {','.join(needed)}"
                )
        places = [header.index(name) for name in needed]
        more = [header.index(name) if name in header else None for name in optional]
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise TrafficProblem(
                    f"{path}:{reader.line_num}: {len(row)} values; "
                    f"the first line has {len(header)} columns"
                )
            values = [row[place] for place in places]
            values += ["" if place is None else row[place] for place in more]
            yield reader.line_num, values
    except csv.Error as problem:
        raise TrafficProblem(
            f"{path}:{reader.line_num}: this is no CSV ({problem}); save it as CSV, UTF-8"
        ) from None


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise TrafficProblem(
            f"{path}: cannot be read ({problem.strerror}); name a CSV file"
        ) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise TrafficProblem(f"{path}:{line}: this is not UTF-8; save it as CSV, UTF-8") from None
