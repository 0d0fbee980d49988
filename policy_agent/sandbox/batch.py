"""`$batch`: up to 20 calls in one request, at most four of them at a time (C/json-batching)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from policy_agent.sandbox.calls import Answer, Call, read_query, split_path
from policy_agent.sandbox.faults import Faults
from policy_agent.sandbox.refusals import bad_request

_MOST = 20
_AT_A_TIME = 4
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_FAILED = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    id: str
    call: Call
    after: tuple[str, ...]  # ids in lower case


async def run(call: Call, serve: Callable[[Call], Awaitable[Answer]], faults: Faults) -> Answer:
    """Answer a batch; `serve` answers each part as if it had come alone."""
    parts = _read(call)
    room = asyncio.Semaphore(_AT_A_TIME)
    done: dict[str, asyncio.Task[Answer]] = {}

    async def run_part(part: _Part) -> Answer:
        before = await asyncio.gather(*(done[key] for key in part.after))
        if any(answer.status >= _FAILED for answer in before):
            body = {"error": {"code": "FailedDependency", "message": "A prerequisite failed."}}
            return Answer(status=424, body=body)
        async with room:
            return await serve(part.call)

    for part in parts:  # a part may only name earlier ones, so what it awaits is there
        done[part.id.lower()] = asyncio.create_task(run_part(part))
    answers = await asyncio.gather(*done.values())
    responses = [_response(part.id, answer) for part, answer in zip(parts, answers, strict=True)]
    faults.random.shuffle(responses)  # any order is allowed, so nobody may rely on one
    return Answer(body={"responses": responses})


def _response(part_id: str, answer: Answer) -> dict[str, Any]:
    headers = {
        name: value for name, value in answer.headers.items() if name.lower() != "content-type"
    }
    if answer.body is not None:
        headers["Content-Type"] = answer.headers.get("content-type", "application/json")
    response: dict[str, Any] = {"id": part_id, "status": answer.status, "headers": headers}
    if answer.body is not None:
        response["body"] = answer.body
    return response


def _read(call: Call) -> list[_Part]:
    requests = call.json().get("requests")
    if not isinstance(requests, list) or not requests:
        raise bad_request("Invalid batch payload format.")
    if len(requests) > _MOST:
        raise bad_request(f"Number of batch request steps exceeds the maximum value of {_MOST}.")
    parts: list[_Part] = []
    seen: set[str] = set()
    for request in requests:
        part = _read_part(call, request)
        if part.id.lower() in seen:
            raise bad_request("Request Ids must be unique.")
        if unknown := [key for key in part.after if key not in seen]:
            raise bad_request(f"Request {part.id} depends on {unknown[0]}, which is not before it.")
        seen.add(part.id.lower())
        parts.append(part)
    return parts


def _read_part(call: Call, request: Any) -> _Part:
    if not isinstance(request, dict):
        raise bad_request("Invalid batch payload format.")
    part_id, method, url = request.get("id"), request.get("method"), request.get("url")
    if not isinstance(part_id, str) or not part_id:
        raise bad_request("Each request needs an id.")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise bad_request(f"Request {part_id}: '{method}' is not a method.")
    if not isinstance(url, str) or not url or "://" in url:
        raise bad_request(f"Request {part_id}: the url must be relative to the version.")
    headers = request.get("headers") or {}
    after = request.get("dependsOn") or []
    if not isinstance(headers, dict) or not isinstance(after, list):
        raise bad_request("Invalid batch payload format.")
    lowered = {str(name).lower(): str(value) for name, value in headers.items()}
    body = request.get("body")
    if body is not None and "content-type" not in lowered:
        raise bad_request(f"Write request id : {part_id} does not contain Content-Type header.")
    raw_path, _, query = url.partition("?")
    path, segments = split_path(raw_path)
    if segments[-1].lower() == "$batch":
        raise bad_request("A batch cannot hold a batch.")
    return _Part(
        id=part_id,
        call=Call(
            method=method.upper(),
            path=path,
            segments=segments,
            query=read_query(query),
            headers=lowered,
            body=body,
            base=call.base,
            app_id=call.app_id,
        ),
        after=tuple(str(key).lower() for key in after),
    )
