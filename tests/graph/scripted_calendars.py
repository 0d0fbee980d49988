"""Calendars and the service mailbox over a scripted service, each request held to the contract."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calendars import GraphCalendars
from policy_agent.graph.outgoing import GraphOutgoing
from tests.graph.scripted_service import Asked, Says, ScriptedService, error_body, rig
from tests.openapi.contract import Contract

CATEGORY = "Protected time"
SERVICE = "Wellbeing@north.example"  # the service mailbox
LOST = 599  # an answer of this status never arrives: the batch leaves it out
Answers = Callable[["Part"], Any]  # a status, a body, or both


@dataclass(frozen=True, kw_only=True)
class Part:
    """One call as the service gets it."""

    method: str
    path: str  # decoded
    query: Mapping[str, str]  # decoded
    prefer: str
    body: Any
    base: str  # where the service is, for links

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(kw_only=True)
class Scripted:
    """The client, and what it asked for."""

    calendars: GraphCalendars
    outgoing: GraphOutgoing
    parts: list[Part] = field(default_factory=list)
    waits: list[float]

    @property
    def asked(self) -> list[str]:
        return [str(part) for part in self.parts]


@cache
def _contract() -> Contract:
    return Contract.load()


@contextmanager
def scripted(answer: Answers, *, attempts: int = 3) -> Iterator[Scripted]:
    """Serve answers to each part: an int is a status, a dict a body of 200, a pair is both."""
    problems: list[str] = []

    def each(item: Mapping[str, Any]) -> dict[str, Any] | None:
        split = urlsplit(item["url"])
        part = Part(
            method=item["method"],
            path=unquote(split.path),
            query={name: value for name, [value] in parse_qs(split.query).items()},
            prefer=item["headers"]["Prefer"],
            body=item.get("body"),
            base=service.base,
        )
        there.parts.append(part)
        found = answer(part)
        if isinstance(found, int):
            found = found, None
        status, body = found if isinstance(found, tuple) else (200, found)
        if status == LOST:
            return None
        if body is None and status >= 400:
            body = error_body("Error")
        return {"id": item["id"], "status": status, "headers": {}, "body": body}

    def serve(asked: Asked) -> Says:
        found = _contract().check_request(
            asked.method, asked.path, None, asked.body, asked.headers, parts=True
        )
        problems.extend(found)
        if not asked.path.endswith("/$batch"):
            url = asked.path.removeprefix("/v1.0")
            headers = {"Prefer": asked.headers["prefer"]}
            alone = {"id": "", "method": asked.method, "url": url, "headers": headers}
            found_alone = each({**alone, "body": asked.body})
            if found_alone is None:
                return Says(cut=True)
            return Says(status=found_alone["status"], body=found_alone["body"])
        answers = [each(item) for item in asked.parts]
        return Says(body={"responses": [one for one in answers if one is not None]})

    with ScriptedService(serve) as service:
        client = rig(service.base, attempts=attempts)
        batch = GraphBatch(client.http)
        there = Scripted(
            calendars=GraphCalendars(batch, base=service.base, category=CATEGORY),
            outgoing=GraphOutgoing(client.http, batch, lambda: "service", SERVICE),
            waits=client.waits,
        )
        yield there
        client.http.close()
    assert not problems, problems


def is_immutable(part: Part) -> bool:
    return 'IdType="ImmutableId"' in part.prefer


def in_utc(part: Part) -> bool:
    return re.search(r'outlook\.timezone="UTC"', part.prefer) is not None


def event(number: str = "e", **more: Any) -> dict[str, Any]:
    """Return an event as the service writes it, for half an hour over lunch in winter."""
    return {
        "@odata.etag": 'W/"k"',
        "id": number,
        "iCalUId": f"uid-{number}",
        "type": "singleInstance",
        "seriesMasterId": None,
        "start": {"dateTime": "2026-01-07T12:30:00.0000000", "timeZone": "UTC"},
        "end": {"dateTime": "2026-01-07T13:00:00.0000000", "timeZone": "UTC"},
        "isAllDay": False,
        "originalStartTimeZone": "GMT Standard Time",
        "organizer": {"emailAddress": {"name": "Ada", "address": "Ada@North.example"}},
        "isOrganizer": False,
        "attendees": [],
        "responseStatus": {"response": "none", "time": "0001-01-01T00:00:00Z"},
        "showAs": "busy",
        "sensitivity": "normal",
        "isCancelled": False,
        "isOnlineMeeting": False,
        "subject": "Rota",
        "categories": [],
        "createdDateTime": "2025-12-01T09:00:00.1234567Z",
        "lastModifiedDateTime": "2025-12-02T09:00:00Z",
        "changeKey": "k",
        **more,
    }


def invited(address: str, response: str = "none", kind: str = "required") -> dict[str, Any]:
    return {
        "type": kind,
        "status": {"response": response, "time": "0001-01-01T00:00:00Z"},
        "emailAddress": {"name": address.partition("@")[0], "address": address},
    }
