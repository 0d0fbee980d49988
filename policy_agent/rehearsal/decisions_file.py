"""The file of decisions: a row for each copy, in the order of the traffic; whole or not at all."""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from policy_agent.rehearsal.rehearse import Rehearsed
from policy_agent.rehearsal.traffic import TrafficProblem

COLUMNS = (
    "message",  # number of the message in its source, from 1
    "sent_local",
    "sender",
    "recipient",
    "outcome",  # what the rule says, whatever its mode
    "mode",
    "rule",
    "reason",
    "release_at",  # local ISO time before spread; empty when delivered
)


def refuse_bad_place(path: Path, *, read: Iterable[Path | None]) -> None:
    """Raise TrafficProblem where no such file can be written; asked before any work is done.

    `read` are files that are read from and must not be written over.
    """
    if path.exists() and not path.is_file():
        raise TrafficProblem(f"{path}: this is no plain file; name a CSV file to write")
    for other in read:
        if other is not None and path.exists() and path.samefile(other):
            raise TrafficProblem(f"{path}: this is what is read from; name another file to write")
    if not path.parent.is_dir():
        raise TrafficProblem(f"{path}: there is no folder {path.parent}; make it first")


def write_decisions(path: Path, rehearsed: Iterable[Rehearsed]) -> None:
    """Write the file beside its place and put it there when it is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(map(_row, rehearsed))
        part.replace(path)
    except OSError as problem:
        raise TrafficProblem(
            f"{path}: cannot be written ({problem.strerror}); name a file in a folder of yours"
        ) from None
    finally:
        part.unlink(missing_ok=True)


def _row(one: Rehearsed) -> tuple[object, ...]:
    copy, said = one.copy, one.said
    return (
        copy.message,
        copy.sent_local,
        copy.sender,
        copy.recipient,
        said.outcome.value,
        said.mode.value,
        said.rule or "",
        said.reason.value,
        "" if said.promise is None else said.promise.replace(tzinfo=None).isoformat(),
    )
