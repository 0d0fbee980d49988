"""When somebody sent mail: times out of their Sent Items, and nothing else of what they wrote.

Source: https://learn.microsoft.com/en-us/graph/api/user-list-messages. The permission is Mail.Read.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from policy_agent.domain.copies import SENT_AT_MOST, CallFailure
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Call, instant, path, written
from policy_agent.graph.letters import is_letter
from policy_agent.graph.pages import read_pages

_PAGE = "250"  # messages; each comes with its id and little else


def read_sent_times(
    batch: GraphBatch, base: str, mailbox: str, since: datetime, until: datetime
) -> tuple[datetime, ...] | CallFailure:
    """Return when each mail was sent, newest first; `policy_agent.agent.ports.Mail.sent_times`.

    What bears the Message-ID of a letter was sent by the agent. A time that the service leaves
    out, or writes in an unknown way, is left out here as well.
    """
    query = {
        "$filter": f"sentDateTime ge {written(since)} and sentDateTime lt {written(until)}",
        "$orderby": "sentDateTime desc",  # what leads the filter, as the service asks for
        "$select": "sentDateTime,internetMessageId",
        "$top": _PAGE,
    }
    call = Call(
        operation="sent_times",
        method="GET",
        path=path("users", mailbox, "mailFolders", "sentitems", "messages", query=query),
        mailbox=mailbox,
    )
    found: list[datetime] = []

    def take(_: str, message: Mapping[str, Any]) -> bool:
        ours = is_letter(str(message.get("internetMessageId") or ""))
        sent = None if ours else _instant(message.get("sentDateTime"))
        if sent is not None and since <= sent < until:
            found.append(sent)
        return len(found) < SENT_AT_MOST

    return read_pages(batch, base, {mailbox: call}, take)[mailbox] or tuple(found)


def _instant(told: object) -> datetime | None:
    try:
        return instant(told) if isinstance(told, str) else None
    except ValueError:
        return None


__all__ = ["read_sent_times"]
