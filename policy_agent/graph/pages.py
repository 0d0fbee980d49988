"""Lists of many mailboxes at a time, page after page: a page of each goes into the same batch.

Source: https://learn.microsoft.com/en-us/graph/paging. A page may be empty and still have a next
one, and its link is used as it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from policy_agent.domain.copies import CallFailure
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Call, relative
from policy_agent.graph.failures import GraphProblem

_K = TypeVar("_K")


def read_pages(
    batch: GraphBatch,
    base: str,
    lists: Mapping[_K, Call],
    take: Callable[[_K, Mapping[str, Any]], bool],
) -> dict[_K, CallFailure | None]:
    """Hand every item of each list to `take`, page by page; None: the list was read to its end.

    What a page holds is let go of as soon as it was taken, so that only what `take` keeps adds up.
    `take` says whether to go on; once it does not, the list is at its end as well. A link that
    leads to another host, or back to its own page, is not followed: the list is `unavailable`.
    """
    ended: dict[_K, CallFailure | None] = {}
    calls = dict(lists)
    while calls:
        answers = batch.run([*calls.values()])
        asked, calls = calls, {}
        for (key, call), answer in zip(asked.items(), answers, strict=True):
            if isinstance(answer, GraphProblem):
                ended[key] = answer.item_failure
                continue
            link = answer.link("nextLink")
            if not all(take(key, item) for item in answer.items) or link is None:
                ended[key] = None
                continue
            below = relative(link, base)
            if below is None or below == call.path:
                ended[key] = CallFailure(
                    kind="unavailable",
                    what=f"{call.operation}: the service's next page leads nowhere",
                    request_id=answer.headers.get("request-id", ""),
                )
            else:
                calls[key] = replace(call, path=below)
    return {key: ended[key] for key in lists}


__all__ = ["read_pages"]
