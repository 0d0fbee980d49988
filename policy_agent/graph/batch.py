"""Many calls in few requests: JSON batching.

Source: https://learn.microsoft.com/en-us/graph/json-batching. A batch has at most 20 parts, their
answers come in any order, each part is throttled on its own and fails on its own, and the 200 of
the whole says nothing of the parts.
"""

import time
import uuid
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from policy_agent.graph.auth import SignInProblem
from policy_agent.graph.calls import Answer, Call
from policy_agent.graph.failures import NO_ANSWER, GraphProblem, Trace
from policy_agent.graph.http import GraphHttp, parsed_answer
from policy_agent.graph.retry import Tries

MOST_PARTS = 20
_THREADS = 16


@dataclass(kw_only=True, slots=True)
class _Part:
    """A call on its way: what it waits for, and what became of it."""

    call: Call
    tries: Tries | None = None  # counted from the first time it is sent
    wait: float | None = 0.0  # seconds until it may be sent; None: it is settled
    alone: bool = False  # was in a batch that was refused as a whole
    renewed: bool = False  # had its one fresh token
    result: Answer | GraphProblem | None = None


class GraphBatch:
    """Runs calls in batches, several at a time, and repeats the parts that fail, only those."""

    def __init__(self, http: GraphHttp) -> None:
        self._http = http

    def run(self, calls: Sequence[Call]) -> list[Answer | GraphProblem]:
        """Return each call's answer or last problem, in the order of the calls.

        A call that failed for a passing reason waits as long as its own answer asked for, while
        the others go on. Raises SignInProblem where no token can be had; once some calls are done
        that is a problem of each of the rest instead, so as not to hide what was done.
        """
        parts = [_Part(call=call) for call in calls]
        unsettled = parts
        while unsettled:
            self._wait(unsettled)
            self._wave([part for part in unsettled if part.wait == 0], first=unsettled is parts)
            unsettled = [part for part in unsettled if part.wait is not None]
        return [part.result for part in parts if part.result is not None]

    def _wait(self, parts: Iterable[_Part]) -> None:
        """Sleep until the first part may go, and a little longer if more can then go with it."""
        waits = [part.wait or 0.0 for part in parts]
        soonest = min(waits)
        if soonest == 0:
            return
        slept = max(wait for wait in waits if wait <= soonest * 1.25 + 1)
        self._http.retry.sleep(slept)
        for part in parts:
            part.wait = max(0.0, (part.wait or 0.0) - slept)

    def _wave(self, parts: Sequence[_Part], *, first: bool) -> None:
        waiting = _spread_out(parts)
        try:
            token = self._http.token("batch")
        except (GraphProblem, SignInProblem) as problem:
            if isinstance(problem, SignInProblem) and first:
                raise
            for part in parts:
                self._settle(part, _named(_unsigned(problem), part.call), "")
            return
        with ThreadPoolExecutor(min(_THREADS, len(waiting)), "graph-batch") as pool:
            sent = []
            while waiting:
                wanted = waiting[:1] if waiting[0].alone else [p for p in waiting if not p.alone]
                granted = self._http.limits.take([p.call.mailbox for p in wanted], most=MOST_PARTS)
                batch = [wanted[place] for place in granted]
                taken = {id(part) for part in batch}
                waiting = [part for part in waiting if id(part) not in taken]
                sent.append(pool.submit(self._send, batch, token))
        for future in sent:
            future.result()

    def _send(self, batch: Sequence[_Part], token: str) -> None:
        """Send one batch and settle its parts; its permits are taken already."""
        for part in batch:
            part.tries = part.tries or self._http.retry.tries()
        began = time.perf_counter()
        try:
            answer = self._http.send(_as_call([part.call for part in batch]), token)
        except GraphProblem as problem:
            whole = problem
        else:
            seconds = time.perf_counter() - began
            for part, result in zip(batch, _results(batch, answer), strict=True):
                self._http.told(part.call.operation, result.status, seconds)
                self._settle(part, result, token)
            return
        finally:
            self._http.limits.give_back([part.call.mailbox for part in batch])
        for part in batch:
            if len(batch) > 1 and whole.kind == "refused":
                part.alone = True  # one part may have spoilt it for the others
            else:
                self._settle(part, _named(whole, part.call), token)

    def _settle(self, part: _Part, result: Answer | GraphProblem, token: str) -> None:
        """Note a part's answer; give it another wait where another try may help."""
        part.result = result
        part.wait = None
        if not isinstance(result, GraphProblem):
            return
        if result.status == requests.codes.unauthorized and not part.renewed:
            self._http.tokens.renew(token)
            part.renewed = True
            part.wait = 0.0
            return
        if part.call.once and result.unsure:
            return
        part.tries = part.tries or self._http.retry.tries()
        part.wait = part.tries.pause_after(result)


def _spread_out(parts: Iterable[_Part]) -> list[_Part]:
    """Order parts so that neighbours ask different mailboxes, and keep each mailbox's own order."""
    by_mailbox: defaultdict[str, deque[_Part]] = defaultdict(deque)
    for part in parts:
        by_mailbox[part.call.mailbox.lower()].append(part)
    ordered = []
    queues = deque(by_mailbox.values())
    while queues:
        queue = queues.popleft()
        ordered.append(queue.popleft())
        if queue:
            queues.append(queue)
    return ordered


def _as_call(calls: Sequence[Call]) -> Call:
    parts: list[dict[str, object]] = []
    for number, call in enumerate(calls):
        headers = {"Prefer": call.prefer, "client-request-id": str(uuid.uuid4()), **call.headers}
        part: dict[str, object] = {
            "id": str(number),
            "method": call.method,
            "url": call.path,
            "headers": headers,
        }
        if call.body is not None:
            headers["Content-Type"] = "application/json"
            part["body"] = call.body
        parts.append(part)
    return Call(
        operation="batch",
        method="POST",
        path="/$batch",
        body={"requests": parts},
    )


def _results(batch: Sequence[_Part], answer: Answer) -> list[Answer | GraphProblem]:
    """Return what became of each part; one without an answer of its own is as good as lost."""
    found = answer.body.get("responses")
    told = {
        str(item.get("id")): item for item in found or () if isinstance(item, Mapping)
    }  # fmt: skip
    return [_result(part.call, told.get(str(place)), answer) for place, part in enumerate(batch)]


def _result(call: Call, told: Mapping[str, Any] | None, whole: Answer) -> Answer | GraphProblem:
    ids = {name: whole.headers[name] for name in ("request-id", "date") if name in whole.headers}
    ours = whole.headers.get("client-request-id", "")
    status = told.get("status") if told is not None else None
    if told is None or not isinstance(status, int):
        return GraphProblem(
            call.operation,
            words="the batch's answer leaves it out",
            trace=Trace(
                request_id=ids.get("request-id", ""),
                client_request_id=ours,
                date=ids.get("date", ""),
            ),
        )
    own = told.get("headers")
    headers = {**ids, **({k.lower(): str(v) for k, v in own.items()} if own else {})}
    sent = headers.get("client-request-id", ours)
    try:
        return parsed_answer(call, status, headers, told.get("body"), sent)
    except GraphProblem as problem:
        return problem


def _unsigned(problem: GraphProblem | SignInProblem) -> GraphProblem:
    if isinstance(problem, GraphProblem):
        return problem
    return GraphProblem("batch", code=problem.code, words=str(problem), lasting=True)


def _named(whole: GraphProblem, call: Call) -> GraphProblem:
    """Return the trouble of a whole batch as that of one of its parts.

    A 404 or a 403 of the whole says nothing of the part: no copy may be given up for it.
    """
    telling = (
        whole.passing or whole.kind == "refused" or whole.status == requests.codes.unauthorized
    )
    return GraphProblem(
        call.operation,
        status=whole.status if telling else NO_ANSWER,
        code=whole.code if telling else "",
        words=whole.words if telling else f"the batch it was in: {whole.status} {whole.words}",
        trace=whole.trace,
        retry_after=whole.retry_after,
        lasting=whole.lasting or not telling,
    )


__all__ = ["MOST_PARTS", "GraphBatch"]
