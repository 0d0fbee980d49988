"""The envelope of `$batch` (C/json-batching), which Microsoft's description leaves out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

MOST_PARTS: Final = 20
_METHODS: Final = {"GET", "POST", "PATCH", "PUT", "DELETE"}
_REQUEST_KEYS: Final = {"id", "method", "url", "headers", "body", "dependsOn"}
_RESPONSE_KEYS: Final = {"id", "status", "headers", "body"}
_VERSIONED: Final = re.compile(r"/?(v1\.0|beta)(/|$)")
_STATUSES: Final = range(100, 600)
_FAILED_DEPENDENCY: Final = 424


@dataclass(frozen=True, kw_only=True)
class Part:
    """One request of a batch, taken apart like a call of its own."""

    place: int
    id: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any


def parts(body: Any) -> list[Part]:
    """Return the well-formed requests of a batch; `request_problems` speaks of the others."""
    requests = body.get("requests", []) if isinstance(body, dict) else []
    return [
        Part(
            place=place,
            id=str(request.get("id")),
            method=str(request["method"]),
            path="/" + unquote(urlsplit(request["url"]).path).lstrip("/"),
            query=dict(parse_qsl(urlsplit(request["url"]).query, keep_blank_values=True)),
            headers=request.get("headers") or {},
            body=request.get("body"),
        )
        for place, request in enumerate(requests if isinstance(requests, list) else [])
        if isinstance(request, dict)
        and isinstance(request.get("method"), str)
        and isinstance(request.get("url"), str)
        and _is_text_mapping(request.get("headers") or {})
    ]


def request_problems(body: Any) -> Iterator[tuple[str, str]]:
    """Yield where and what is wrong with the envelope of a batch."""
    if not isinstance(body, dict) or not isinstance(body.get("requests"), list):
        yield "", "needs an object with a list of `requests`"
        return
    for name in sorted(set(body) - {"requests"}):
        yield f".{name}", "not a property of a batch"
    requests = body["requests"]
    if not 1 <= len(requests) <= MOST_PARTS:
        yield ".requests", f"{len(requests)} requests, where 1 to {MOST_PARTS} are taken"
    seen: set[str] = set()
    for place, request in enumerate(requests):
        where = f".requests[{place}]"
        if not isinstance(request, dict):
            yield where, "not an object"
            continue
        for name in sorted(set(request) - _REQUEST_KEYS):
            yield f"{where}.{name}", "not a property of a request in a batch"
        yield from _id_problems(where, request, seen)
        yield from _call_problems(where, request)
        for other in request.get("dependsOn") or []:
            if str(other).casefold() not in seen - {str(request.get("id")).casefold()}:
                yield f"{where}.dependsOn", f"{other!r} is not the id of an earlier request"


def _id_problems(where: str, part: Mapping[str, Any], seen: set[str]) -> Iterator[tuple[str, str]]:
    identity = part.get("id")
    if not isinstance(identity, str) or not identity:
        yield f"{where}.id", "needed, as text"
        return
    if identity.casefold() in seen:
        yield f"{where}.id", f"{identity!r} is there twice (case does not count)"
    seen.add(identity.casefold())


def _call_problems(where: str, request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    method, url = request.get("method"), request.get("url")
    if method not in _METHODS:
        yield f"{where}.method", f"{method!r} is not one of {', '.join(sorted(_METHODS))}"
    if not isinstance(url, str) or not url or "://" in url or _VERSIONED.match(url):
        yield f"{where}.url", f"{url!r} is not relative to the version"
    elif urlsplit(url).path.strip("/") == "$batch":
        yield f"{where}.url", "a batch inside a batch"
    headers = request.get("headers", {})
    if not _is_text_mapping(headers):
        yield f"{where}.headers", "not an object of text"
    elif request.get("body") is not None and "content-type" not in {
        name.lower() for name in headers
    }:
        yield f"{where}.headers", "a Content-Type is needed with a body"


def answer_problems(body: Any, request_body: Any) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the envelope of a batch's answer of status 200."""
    if not isinstance(body, dict) or not isinstance(body.get("responses"), list):
        yield "", "needs an object with a list of `responses`"
        return
    for name in sorted(set(body) - {"responses"}):
        yield f".{name}", "not a property of a batch's answer"
    seen: set[str] = set()
    for place, response in enumerate(body["responses"]):
        where = f".responses[{place}]"
        if not isinstance(response, dict):
            yield where, "not an object"
            continue
        for name in sorted(set(response) - _RESPONSE_KEYS):
            yield f"{where}.{name}", "not a property of a response in a batch"
        yield from _id_problems(where, response, seen)
        status = response.get("status")
        if not isinstance(status, int) or status not in _STATUSES:
            yield f"{where}.status", f"{status!r} is not an HTTP status"
        if not _is_text_mapping(response.get("headers", {})):
            yield f"{where}.headers", "not an object of text"
    asked = {part.id.casefold() for part in parts(request_body)}
    for missing in sorted(asked - seen):
        yield ".responses", f"none has the id {missing!r} of a request"
    for more in sorted(seen - asked if request_body is not None else set()):
        yield ".responses", f"no request has the id {more!r}"


def is_response(part: Any) -> bool:
    """Whether it is well-formed enough to be checked like an answer of its own."""
    return (
        isinstance(part, dict)
        and isinstance(part.get("id"), str)
        and isinstance(part.get("status"), int)
        and _is_text_mapping(part.get("headers", {}))
    )


def unserved(answer: Any) -> frozenset[str]:
    """Return the ids of parts that were not served because one they depend on failed."""
    responses = answer.get("responses") if isinstance(answer, dict) else None
    return frozenset(
        part["id"].casefold()
        for part in (responses if isinstance(responses, list) else [])
        if is_response(part) and part["status"] == _FAILED_DEPENDENCY
    )


def _is_text_mapping(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())
