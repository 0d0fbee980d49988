"""Records of calls as the sandbox tenant writes them, and the report of a check."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

_PLACES: Final = re.compile(r"\[\d+\]")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One recorded call of Graph and its answer."""

    number: int  # of the line, from 1
    method: str
    path: str
    query: Mapping[str, Any]
    request_headers: Mapping[str, str]
    request_body: Any
    status: int
    response_headers: Mapping[str, str]
    response_body: Any
    batch_part: bool


@dataclass(frozen=True, kw_only=True)
class Notification:
    """One recorded POST of the tenant to a subscriber."""

    number: int
    url: str
    body: Any

    @property
    def is_handshake(self) -> bool:
        """Whether it asks the subscriber for the validation token, and so has no JSON."""
        return "validationToken" in parse_qs(urlsplit(self.url).query)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One kind of deviation, with the first line that has it."""

    operation: str
    example: str
    line: int
    times: int

    def __str__(self) -> str:
        return f"{self.example} (line {self.line}, {self.times} times)"


@dataclass
class Report:
    """What a record held, and what deviated."""

    calls: Counter[str] = field(default_factory=Counter)  # by operation, parts of a batch included
    parts_sent: int = 0  # requests in the envelopes of answered batches
    parts_seen: int = 0  # lines of parts
    _found: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)
    _times: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def problems(self) -> list[Problem]:
        """The distinct problems in the order in which they were met."""
        return [
            Problem(operation=kind[0], example=example, line=line, times=self._times[kind])
            for kind, (example, line) in self._found.items()
        ]

    def count(self, operation: str, problems: list[str], line: int) -> None:
        """Count one call and its problems; those that differ by ids and places only are one."""
        self.calls[operation] += 1
        self._note(operation, problems, line)

    def close(self) -> None:
        """Note what can only be known at the end of the record."""
        if self.parts_seen < self.parts_sent:
            text = f"{self.parts_sent} parts in batches, {self.parts_seen} lines of parts"
            self._note("POST /$batch", [text], 0)

    def _note(self, operation: str, problems: list[str], line: int) -> None:
        for problem in dict.fromkeys(problems):  # request and answer may say the same
            what = problem.partition(": ")[2] or problem
            kind = (operation, _QUOTED.sub("…", _PLACES.sub("[]", what)))
            self._found.setdefault(kind, (problem, line))
            self._times[kind] += 1

    def __str__(self) -> str:
        counted = [f"{times:7} {operation}" for operation, times in sorted(self.calls.items())]
        return "\n".join([*counted, *(str(problem) for problem in self.problems)])


def read_record(path: Path) -> Iterator[Call | Notification]:
    """Yield the lines of a record.

    Raises ValueError naming the line for what is no record.
    """
    with path.open(encoding="utf-8") as lines:
        for number, text in enumerate(lines, start=1):
            try:
                yield _read(number, json.loads(text))
            except (KeyError, TypeError, ValueError) as error:
                raise ValueError(f"{path.name}:{number}: no record of a call: {error!r}") from error


def _read(number: int, line: Mapping[str, Any]) -> Call | Notification:
    if line.get("kind") == "notification":
        return Notification(number=number, url=line["url"], body=line["request_body"])
    return Call(
        number=number,
        method=line["method"],
        path=line["path"],
        query=line["query"],
        request_headers=line["request_headers"],
        request_body=line["request_body"],
        status=line["status"],
        response_headers=line["response_headers"],
        response_body=line["response_body"],
        batch_part=line["batch_part"],
    )
