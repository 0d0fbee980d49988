"""Delta rounds of many Inboxes at a time, page after page.

Source: https://learn.microsoft.com/en-us/graph/delta-query-messages. A page may be empty and still
have a next one; the same message may come several times, and its last word counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, path, relative, written
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.messages import SELECT

PAGE = 50  # messages


@dataclass(kw_only=True, slots=True)
class RawRound:
    """A round as the service wrote it: each message's last word, None for one that left."""

    messages: dict[CopyRef, Mapping[str, Any] | None] = field(default_factory=dict)
    delta_link: str = ""


def run_rounds(
    batch: GraphBatch, base: str, since: Mapping[str, str | datetime]
) -> dict[str, RawRound | CallFailure]:
    """Follow each mailbox's pages to its delta link; a page of each goes into the same batch.

    A round from an instant brings at most 5,000 messages, by the service's own limit.
    """
    done: dict[str, RawRound | CallFailure] = {}
    rounds = {mailbox: RawRound() for mailbox in since}
    calls: dict[str, Call] = {}
    for mailbox, start in since.items():
        call = _from_instant(mailbox, start) if isinstance(start, datetime) else None
        call = call or _by_link(mailbox, str(start), base)
        if call is None:
            done[mailbox] = _FOREIGN
        else:
            calls[mailbox] = call
    while calls:
        answers = dict(zip(calls, batch.run(list(calls.values())), strict=True))
        asked, calls = calls, {}
        for mailbox, answer in answers.items():
            following = _take_in(mailbox, answer, rounds[mailbox], base)
            if isinstance(following, Call) and following != asked[mailbox]:
                calls[mailbox] = following
            elif isinstance(following, Call):
                done[mailbox] = _CIRCLE
            else:
                done[mailbox] = following
    return {mailbox: done[mailbox] for mailbox in since}


def _take_in(
    mailbox: str, answer: Answer | GraphProblem, found: RawRound, base: str
) -> Call | RawRound | CallFailure:
    """Take a page's messages in; return the call for the next page, or how the round ended."""
    if isinstance(answer, GraphProblem):
        return answer.failure
    for item in answer.items:
        ref = CopyRef(mailbox=mailbox, message=str(item.get("id", "")))
        if ref.message:
            found.messages[ref] = None if "@removed" in item else item
    following = answer.link("nextLink")
    if following is not None:
        return _by_link(mailbox, following, base) or _FOREIGN
    last = answer.link("deltaLink")
    if last is None:
        return CallFailure(
            kind="unavailable",
            what="changes: the page has neither a next link nor a delta link",
            request_id=answer.headers.get("request-id", ""),
        )
    found.delta_link = last
    return found


def _from_instant(mailbox: str, since: datetime) -> Call:
    query = {"$select": SELECT, "$filter": f"receivedDateTime ge {written(since)}"}
    return _page(
        mailbox, path("users", mailbox, "mailFolders", "inbox", "messages", "delta", query=query)
    )


def _by_link(mailbox: str, link: str, base: str) -> Call | None:
    """Return the call for a link, used verbatim; None for one that leads elsewhere."""
    below = relative(link, base)
    return None if below is None else _page(mailbox, below)


def _page(mailbox: str, below: str) -> Call:
    return Call(operation="changes", method="GET", path=below, mailbox=mailbox, page_size=PAGE)


_FOREIGN = CallFailure(
    kind="resync", what="changes: the link leads to another host than ours, so it was not followed"
)
_CIRCLE = CallFailure(kind="unavailable", what="changes: a page names itself as the next one")

__all__ = ["PAGE", "RawRound", "run_rounds"]
