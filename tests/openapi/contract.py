"""Calls of Microsoft Graph held to Microsoft's own description, strictly.

    contract = Contract.load()
    contract.check_request("GET", "/users/x/messages", {"$top": "5"}, None, {"Prefer": …})
    contract.check_answer("GET", "/users/x/messages", 200, {"value": []}, {})
    contract.check_record(Path("record.jsonl")).problems

Each problem is one line: `GET /users/x/messages: answer.value[3].foo: not a property of
microsoft.graph.message`. An empty list means that nothing deviates. What the description does not
say and the documentation pages do (`BODY_NEEDS`, statuses, `$batch`, restrictions of delta) is
checked too; the letters before a page's name are those of its folder in Microsoft's docs
repository: `A/` api-reference/v1.0/api, `R/` api-reference/v1.0/resources, `C/` concepts.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tests.openapi import batches
from tests.openapi.answers import Answers
from tests.openapi.notifications import item_problems
from tests.openapi.operations import Operation, Operations
from tests.openapi.queries import Queries
from tests.openapi.records import Call, Notification, Report, read_record
from tests.openapi.schemas import ERROR, GRAPH, REF

BATCH: Final = "/$batch"
# Needed by the pages of the operations, where the description leaves all properties optional.
BODY_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "POST /subscriptions": ("changeType", "notificationUrl", "resource", "expirationDateTime"),
    "PATCH /subscriptions/{subscription-id}": ("expirationDateTime",),
    "POST /users/{user-id}/sendMail": ("message",),
    "POST /users/{user-id}/translateExchangeIds": ("inputIds", "sourceIdType", "targetIdType"),
    "POST /users/{user-id}/calendar/getSchedule": ("schedules", "startTime", "endTime"),
    "POST /users/{user-id}/mailFolders": ("displayName",),
    "POST /users/{user-id}/mailFolders/{mailFolder-id}/childFolders": ("displayName",),
    "POST /users/{user-id}/outlook/masterCategories": ("displayName",),
}
_MOST: Final = {
    "inputIds": 1000,
    "schedules": 20,
}  # A/user-translateexchangeids, A/calendar-getschedule
_MAIL_OR_EVENTS: Final = re.compile(r"/?users/[^/]+/(.*/)?(messages|events)(\?.*)?", re.IGNORECASE)
_IMMUTABLE: Final = re.compile(r'\bIdType\s*=\s*"ImmutableId"')
_BATCH_STATUS, _FIRST_ERROR, _UNAUTHORISED = 200, 400, 401


class Contract:
    """Checks requests, answers, notifications and whole records against the description.

    With `immutable_ids`, a rule of this project is checked too: whatever takes or gives ids of
    mail or events says `Prefer: IdType="ImmutableId"` (C/outlook-immutable-id).
    """

    def __init__(self, operations: Operations, *, immutable_ids: bool = True) -> None:
        self._operations = operations
        self.schemas = operations.schemas
        self._queries = Queries(operations.schemas)
        self._answers = Answers(operations.schemas, self._queries)
        self._immutable_ids = immutable_ids

    @classmethod
    def load(cls, *, immutable_ids: bool = True) -> "Contract":
        """Read the description that lies beside this module."""
        return cls(Operations.load(), immutable_ids=immutable_ids)

    def check_request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        parts: bool = True,
        unserved: frozenset[str] = frozenset(),
    ) -> list[str]:
        """Return what is wrong with a request.

        `path` is decoded, with or without `/v1.0`; `query` has one text a name; `body` is parsed
        JSON, None for none; without `headers` (None) nothing is asked of them. With `parts` each
        request of a `$batch` is checked like a call of its own; without, only the `unserved` ones.
        """
        call = f"{method} {path}"
        bare = _under_version(path)
        if bare == BATCH:
            lines = [f"request{where}: {what}" for where, what in self._batch(method, query, body)]
            for part in batches.parts(body):
                if not parts and part.id.casefold() not in unserved:
                    continue
                place = f"request.requests[{part.place}]: "
                found = self.check_request(
                    part.method, part.path, part.query, part.body, part.headers, parts=False
                )
                lines += [place + line for line in found if part.path != BATCH]
            lines += self._header_problems(None, body, headers)
        else:
            operation = self._operations.find(method, bare)
            if isinstance(operation, str):
                return [f"{call}: {operation}"]
            lines = [f"query.{what}" for what in self._queries.problems(operation, query or {})]
            lines += self._body_problems(operation, body)
            lines += self._header_problems(operation, body, headers)
        return [f"{call}: {line}" for line in lines]

    def check_answer(
        self,
        method: str,
        path: str,
        status: int,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        request_body: Any = None,
        parts: bool = True,
    ) -> list[str]:
        """Return what is wrong with the answer to a request.

        `query` of the request lets `$select` and `$expand` be held against the answer;
        `request_body` is needed for a `$batch`, whose answer must have one response for each part.
        """
        call = f"{method} {path}"
        bare = _under_version(path)
        if status >= _FIRST_ERROR:
            # an unknown path is a problem of its request; its refusal is Graph's business as usual
            problems = self.schemas.problems({"$ref": REF + ERROR}, body)
            lines = [f"answer{where}: {what}" for where, what in problems]
        elif bare == BATCH:
            lines = self._batch_answer(status, body, request_body, parts=parts)
        else:
            operation = self._operations.find(method, bare)
            if isinstance(operation, str):
                return [f"{call}: {operation}"]
            lines = list(self._answers.problems(operation, status, body, query or {}))
        if body not in (None, "") and isinstance(body, dict | list) and headers is not None:
            media = _lower(headers).get("content-type", "")
            if not media.startswith("application/json"):
                lines.append(f"answer headers: JSON with the Content-Type {media!r}")
        return [f"{call}: {line}" for line in lines]

    def check_notification(self, body: Any) -> list[str]:
        """Return what is wrong with a collection of change notifications posted by Graph."""
        call = "notification"
        schema = {"$ref": f"{REF}{GRAPH}changeNotificationCollection"}
        lines = [f"{call}{where}: {what}" for where, what in self.schemas.problems(schema, body)]
        items = body.get("value") if isinstance(body, dict) else None
        if not isinstance(items, list) or not items:
            return [*lines, f"{call}.value: needs at least one item"]
        for place, item in enumerate(items):
            if isinstance(item, dict):
                lines += [f"{call}.value[{place}]{what}" for what in item_problems(item)]
        return lines

    def check_record(self, path: Path) -> Report:
        """Check a record of calls, one JSON object a line, as the sandbox tenant writes it.

        Parts of a `$batch` have lines of their own (`batch_part`) and are checked there, but those
        that were not served because another failed (424): these are checked in the `$batch` line,
        together with its envelope. The Content-Type of an answer is looked at where the
        record has it. Raises ValueError for a line that is no record.
        """
        report = Report()
        for line in read_record(path):
            if isinstance(line, Notification):
                found = [] if line.is_handshake else self.check_notification(line.body)
                report.count("POST notification", found, line.number)
                continue
            report.count(self._name(line), list(self._call(line)), line.number)
            report.parts_seen += line.batch_part
            if _under_version(line.path) == BATCH and line.status < _FIRST_ERROR:
                unserved = batches.unserved(line.response_body)
                parts = batches.parts(line.request_body)
                report.parts_sent += sum(part.id.casefold() not in unserved for part in parts)
        report.close()
        return report

    def _call(self, line: Call) -> Iterator[str]:
        if line.status != _UNAUTHORISED:  # there the tenant reads no body, and so records none
            yield from self.check_request(
                line.method,
                line.path,
                line.query,
                line.request_body,
                line.request_headers,
                parts=False,
                unserved=batches.unserved(line.response_body),
            )
        yield from self.check_answer(
            line.method,
            line.path,
            line.status,
            line.response_body,
            line.response_headers if "content-type" in _lower(line.response_headers) else None,
            query=line.query,
            request_body=line.request_body,
            parts=False,
        )

    def _found(self, line: Call) -> Operation | str:
        return self._operations.find(line.method, _under_version(line.path))

    def _name(self, line: Call) -> str:
        if _under_version(line.path) == BATCH:
            return f"{line.method} {BATCH}"
        found = self._found(line)
        return f"{line.method} (unknown)" if isinstance(found, str) else found.name

    def _batch(
        self, method: str, query: Mapping[str, Any] | None, body: Any
    ) -> Iterator[tuple[str, str]]:
        if method != "POST":
            yield "", "a batch is sent by POST"
        if query:
            yield "", "a batch takes no query"
        yield from batches.request_problems(body)

    def _batch_answer(self, status: int, body: Any, asked: Any, *, parts: bool) -> list[str]:
        if status != _BATCH_STATUS:
            return [f"answer: status {status}, where a batch gives 200"]
        lines = [f"answer{where}: {what}" for where, what in batches.answer_problems(body, asked)]
        if not isinstance(body, dict):
            return lines
        unserved = batches.unserved(body)
        requests = {part.id.casefold(): part for part in batches.parts(asked)}
        for place, response in enumerate(body.get("responses") or []):
            if not batches.is_response(response):
                continue  # the envelope's problems say so
            part = requests.get(response["id"].casefold())
            if part is None or part.path == BATCH or not (parts or part.id.casefold() in unserved):
                continue
            found = self.check_answer(
                part.method,
                part.path,
                response["status"],
                response.get("body"),
                response.get("headers", {}),
                query=part.query,
            )
            lines += [f"answer.responses[{place}]: {line}" for line in found]
        return lines

    def _body_problems(self, operation: Operation, body: Any) -> Iterator[str]:
        if operation.takes is None:
            if body not in (None, ""):
                yield "request: this operation takes no body"
            return
        if body in (None, ""):
            yield "request: a body is needed"
            return
        if operation.takes_mime and isinstance(body, str):
            yield from _mime_problems(body)
            return
        for where, what in self.schemas.problems(operation.takes, body):
            yield f"request{where}: {what}"
        if not isinstance(body, dict):
            return
        # R/actions: parameters are PascalCase in the schema, and the service takes camelCase too
        lowered = {name[:1].lower() + name[1:]: value for name, value in body.items()}
        if len(lowered) < len(body):
            yield "request: a parameter is there in both spellings"
        needs = BODY_NEEDS.get(operation.name, ())
        if operation.template.endswith(("/move", "/copy")):
            needs = ("destinationId",)
        for name in needs:
            if lowered.get(name) in (None, "", []):
                yield f"request.{name}: needed"
        for name, most in _MOST.items():
            given = lowered.get(name)
            if name in needs and isinstance(given, list) and len(given) > most:
                yield f"request.{name}: {len(given)}, where at most {most} are taken"

    def _header_problems(
        self, operation: Operation | None, body: Any, headers: Mapping[str, str] | None
    ) -> Iterator[str]:
        if headers is None:
            return
        given = _lower(headers)
        media = given.get("content-type", "")
        if isinstance(body, str) and operation is not None and operation.takes_mime:
            if not media.startswith("text/plain"):
                yield f"request headers: MIME with the Content-Type {media!r}"
        elif body not in (None, "") and not media.startswith("application/json"):
            yield f"request headers: a JSON body with the Content-Type {media!r}"
        wants_ids = operation is not None and self._speaks_of_ids(operation, body)
        if self._immutable_ids and wants_ids and not _IMMUTABLE.search(given.get("prefer", "")):
            yield 'request headers: needs Prefer: IdType="ImmutableId"'

    def _speaks_of_ids(self, operation: Operation, body: Any) -> bool:
        if operation.name == "POST /subscriptions" and isinstance(body, dict):
            resource = body.get("resource")
            return isinstance(resource, str) and _MAIL_OR_EVENTS.fullmatch(resource) is not None
        return operation.has_movable_ids


def _mime_problems(body: str) -> Iterator[str]:
    try:
        base64.b64decode(body, validate=True)
    except ValueError:
        yield "request: MIME has to be in base64"


def _under_version(path: str) -> str:
    return path.removeprefix("/v1.0") if path.startswith("/v1.0/") else path


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value or "" for name, value in headers.items()}
