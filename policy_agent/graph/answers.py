"""Answering invitations and calling meetings off, each once: whoever is in one is told by mail.

Sources: https://learn.microsoft.com/en-us/graph/api/event-decline, …/event-cancel. Neither is sent
again where its answer was lost: the event is looked at instead. One that was declined leaves its
calendar, one that was called off leaves it or says so.
"""

from collections.abc import Callable, Mapping
from typing import Any

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import Decline, EventRef
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, path
from policy_agent.graph.events import write_moment
from policy_agent.graph.failures import GraphProblem

_Answers = dict[EventRef, Answer | GraphProblem]


def decline(
    batch: GraphBatch, wanted: Mapping[EventRef, Decline]
) -> dict[EventRef, CallFailure | None]:
    """Decline each as the person of its mailbox; None: done.

    Where the service refuses the answer as it is, it is given less of one: without the new time,
    as the meeting may take none; then without a word, as the organiser may have asked for no
    answers. Declining one's own meeting is `refused` in every form.
    """
    forms = {ref: _forms(how) for ref, how in wanted.items()}
    answers: _Answers = {}
    while forms:
        tried = _run(batch, {ref: _action(ref, "decline", left[0]) for ref, left in forms.items()})
        answers |= tried
        forms = {ref: left[1:] for ref, left in forms.items() if left[1:] and _is_bad(tried[ref])}
    return _looked_at(batch, answers, _is_declined)


def cancel(
    batch: GraphBatch, comments: Mapping[EventRef, str]
) -> dict[EventRef, CallFailure | None]:
    """Call each off as its organiser; None: done. For anybody else it is `refused`."""
    calls = {ref: _action(ref, "cancel", {"comment": comment}) for ref, comment in comments.items()}
    return _looked_at(batch, _run(batch, calls), _is_cancelled)


def _looked_at(
    batch: GraphBatch, answers: _Answers, is_done: Callable[[Mapping[str, Any]], bool]
) -> dict[EventRef, CallFailure | None]:
    """Return what became of each; where only the word of it was lost, by looking at the event."""
    unsure = [
        ref for ref, answer in answers.items() if isinstance(answer, GraphProblem) and answer.unsure
    ]
    query = {"$select": "responseStatus,isCancelled"}
    seen = _run(
        batch,
        {
            ref: Call(
                operation="look",
                method="GET",
                path=path("users", ref.mailbox, "events", ref.event, query=query),
                mailbox=ref.mailbox,
            )
            for ref in unsure
        },
    )
    done = {
        ref
        for ref, answer in seen.items()
        if (
            answer.item_failure.kind == "gone"
            if isinstance(answer, GraphProblem)
            else is_done(answer.body)
        )
    }
    return {
        ref: answer.item_failure if isinstance(answer, GraphProblem) and ref not in done else None
        for ref, answer in answers.items()
    }


def _is_declined(event: Mapping[str, Any]) -> bool:
    status = event.get("responseStatus") or {}
    return str(status.get("response")).lower() == "declined"


def _is_cancelled(event: Mapping[str, Any]) -> bool:
    return event.get("isCancelled") is True


def _is_bad(answer: Answer | GraphProblem) -> bool:
    return isinstance(answer, GraphProblem) and answer.status == 400  # noqa: PLR2004


def _forms(how: Decline) -> list[dict[str, object]]:
    """Return the bodies to try, the fullest first.

    A comment belongs to the answer by mail: without one, even an empty comment is a 400
    (https://github.com/simstudioai/sim/pull/6041).
    """
    forms: list[dict[str, object]] = [{"sendResponse": False}]
    if how.tell:
        forms.insert(0, {"comment": how.comment, "sendResponse": True})
    if how.tell and how.proposed is not None:
        slot = {
            "start": write_moment(how.proposed.starts),
            "end": write_moment(how.proposed.ends),
        }
        forms.insert(0, {**forms[0], "proposedNewTime": slot})
    return forms


def _action(ref: EventRef, action: str, body: Mapping[str, object]) -> Call:
    return Call(
        operation=action,
        method="POST",
        path=path("users", ref.mailbox, "events", ref.event, action),
        mailbox=ref.mailbox,
        body=body,
        once=True,
    )


def _run(batch: GraphBatch, calls: Mapping[EventRef, Call]) -> _Answers:
    return dict(zip(calls, batch.run([*calls.values()]), strict=True))


__all__ = ["cancel", "decline"]
