"""Graph v1.0 over HTTP: authentication, faults, limits, the handler, the answer's headers."""

import asyncio
import inspect
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

from starlette.types import Receive, Scope, Send

from policy_agent.sandbox import (
    batch,
    calendar_views,
    delta,
    directory,
    event_calls,
    event_delta,
    folders,
    messages,
    responses,
    schedule,
    sending,
    settings,
)
from policy_agent.sandbox.calls import Answer, Call, Routes, read_query, split_path
from policy_agent.sandbox.record import Record
from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.tokens import Authority

# Below /users/{id}, what the directory answers does not count against the mailbox's limits.
_OF_THE_DIRECTORY = frozenset({"memberof", "transitivememberof", "manager"})
_HAS_BODY = frozenset({"POST", "PATCH", "PUT"})


class GraphService:
    """The ASGI application at /v1.0."""

    def __init__(
        self,
        tenant: Tenant,
        authority: Authority,
        record: Record,
        cut: Callable[[Scope], None],
        *more: Routes,
    ) -> None:
        self.base = ""  # https://localhost:PORT/v1.0, known once the port is
        self._tenant = tenant
        self._authority = authority
        self._record = record
        self._cut = cut
        self._routes = Routes()
        for table in (
            calendar_views.routes,
            delta.routes,
            directory.routes,
            event_calls.routes,
            event_delta.routes,
            folders.routes,
            messages.routes,
            responses.routes,
            schedule.routes,
            sending.routes,
            settings.routes,
            *more,
        ):
            self._routes.include(table)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
        raw_path = scope["raw_path"].decode("ascii").partition("?")[0]
        path, segments = split_path(raw_path.partition("/v1.0")[2])
        call = Call(
            method=scope["method"],
            path=path,
            segments=segments,
            query=read_query(scope["query_string"].decode("latin-1")),
            headers=headers,
            base=self.base,
        )
        lost = False
        try:
            call = replace(
                call,
                app_id=self._authority.check(headers.get("authorization", "")),
                body=await _read_body(call, receive),
            )
            faults = self._tenant.faults
            if segments == ("$batch",):
                answer = await self._batch(call)
            else:
                answer = await self.serve(call)
            lost = faults.happens(faults.lost_answers)
        except GraphError as error:
            answer = self._refusal(call, error)
        self._record.call(call, answer, batch_part=False)
        if lost:
            self._cut(scope)
            return
        await _send(send, answer)

    async def serve(self, call: Call) -> Answer:
        """Answer one call, alone or as a part of a batch."""
        tenant = self._tenant
        mailbox = ""
        try:
            sending.send_due_drafts(tenant)
            tenant.faults.check_call(tenant.clock.now())
            handler, template, params = self._routes.find(call.method, call.segments)
            self._record.by_operation[f"{call.method} {template}"] += 1
            call = replace(call, params=params)
            mailbox = self._enter(call)
            await asyncio.sleep(tenant.faults.latency)
            await tenant.gate.wait()
            found = handler(tenant, call)
            answer = await found if inspect.isawaitable(found) else found
        except GraphError as error:
            answer = self._refusal(call, error)
        else:
            answer = replace(answer, headers={**self._headers(call), **answer.headers})
        finally:
            if mailbox:
                tenant.throttle.leave(call.app_id, mailbox)
        return answer

    async def _batch(self, call: Call) -> Answer:
        if call.method != "POST":
            raise GraphError(405, "BadRequest", "$batch takes POST only.")
        self._tenant.faults.check_call(self._tenant.clock.now())
        self._record.by_operation["POST /$batch"] += 1

        async def serve(part: Call) -> Answer:
            answer = await self.serve(part)
            self._record.call(part, answer, batch_part=True)
            return answer

        answer = await batch.run(call, serve, self._tenant.faults)
        return replace(answer, headers=self._headers(call))

    def _enter(self, call: Call) -> str:
        """Count the call against its mailbox's limits; return the mailbox, if there is one."""
        segments = call.segments
        if segments[0].lower() != "users" or len(segments) < 3:  # noqa: PLR2004 - users/{id}/…
            return ""
        if segments[2].lower() in _OF_THE_DIRECTORY:
            return ""
        user = self._tenant.directory.find_user(segments[1])
        if user is None:
            return ""
        self._tenant.throttle.enter(call.app_id, user.id)
        return user.id

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {
            "request-id": str(uuid.uuid4()),
            "Date": format_datetime(self._tenant.clock.now(), usegmt=True),
        }
        if given := call.headers.get("client-request-id"):
            headers["client-request-id"] = given
        applied = ['IdType="ImmutableId"'] if call.immutable else []
        if zone_name := call.preferences.get("outlook.timezone"):
            applied.append(f'outlook.timezone="{zone_name}"')
        if body_type := call.preferences.get("outlook.body-content-type"):
            applied.append(f'outlook.body-content-type="{body_type}"')
        if applied:
            headers["Preference-Applied"] = ", ".join(applied)
        return headers

    def _refusal(self, call: Call, error: GraphError) -> Answer:
        headers = self._headers(call)
        headers.pop("Preference-Applied", None)
        inner = {
            "date": self._tenant.clock.now().strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": headers["request-id"],
            "client-request-id": headers.get("client-request-id", headers["request-id"]),
        }
        body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
        return Answer(status=error.status, body=body, headers={**headers, **error.headers})


async def _read_body(call: Call, receive: Receive) -> Any:
    if call.method not in _HAS_BODY:
        return None
    body = b""
    more = True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
    if not body:
        return None
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "text/plain":  # MIME in base64; what takes none says so
        return body.decode("latin-1")
    if kind != "application/json":
        raise GraphError(
            415, "RequestBodyRead", f"A missing or unsupported Content-Type: '{kind}'."
        )
    try:
        return json.loads(body)
    except ValueError:
        raise GraphError(400, "BadRequest", "Unable to read JSON request payload.") from None


async def _send(send: Send, answer: Answer) -> None:
    if answer.body is None:
        body, kind = b"", ""
    elif isinstance(answer.body, str):
        body, kind = answer.body.encode(), "text/plain"
    else:
        body = json.dumps(answer.body, ensure_ascii=False).encode()
        kind = "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8"
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if kind:
        headers.setdefault("content-type", kind)
    if answer.status != 204:  # noqa: PLR2004 - No Content
        headers["content-length"] = str(len(body))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(n.encode(), v.encode()) for n, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
