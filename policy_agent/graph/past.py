"""Past mail of many mailboxes, read and nothing else: every call is a GET, alone or in a batch.

Source: https://learn.microsoft.com/en-us/graph/api/user-list-messages. All folders are listed at
once, so that mail which people filed away is found too; Sent Items are left out by folder id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Call, path, written
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.mail import GraphMail
from policy_agent.graph.messages import SELECT, is_whole, read_copy
from policy_agent.graph.pages import read_pages

_PAGE = 200  # messages


class GraphPast:
    """Reads what mailboxes received; `policy_agent.rehearsal.tenant_traffic.Past`."""

    def __init__(self, batch: GraphBatch, mail: GraphMail, *, base: str) -> None:
        self._batch = batch
        self._mail = mail
        self._base = base

    def received(
        self, mailboxes: Sequence[str], since: datetime, until: datetime | None
    ) -> Mapping[str, Sequence[MailCopy] | CallFailure]:
        """Return what each mailbox received since then and before `until`, oldest first.

        A message that the service describes in part only, or as nothing we know, is left out.
        """
        asked = f"receivedDateTime ge {written(since)}"
        if until is not None:
            asked += f" and receivedDateTime lt {written(until)}"
        query = {"$select": SELECT, "$filter": asked, "$orderby": "receivedDateTime"}
        sent = self._sent_items(mailboxes)
        found: dict[str, list[MailCopy]] = {
            mailbox: [] for mailbox in mailboxes if not isinstance(sent[mailbox], CallFailure)
        }
        lists = {
            mailbox: Call(
                operation="past",
                method="GET",
                path=path("users", mailbox, "messages", query=query),
                mailbox=mailbox,
                page_size=_PAGE,
            )
            for mailbox in found
        }

        def take(mailbox: str, message: Mapping[str, Any]) -> bool:
            copy = _copy(mailbox, message, sent[mailbox])
            if copy is not None:
                found[mailbox].append(copy)
            return True

        ended = read_pages(self._batch, self._base, lists, take)
        failed = {one: why for one, why in sent.items() if isinstance(why, CallFailure)}
        return {one: failed.get(one) or ended[one] or found[one] for one in mailboxes}

    def blind_recipients(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...] | CallFailure]:
        """Read bcc addresses from senders' Sent Items, by (mailbox id, internet message id)."""
        return self._mail.blind_recipients(sent)

    def _sent_items(self, mailboxes: Sequence[str]) -> dict[str, str | CallFailure]:
        calls = [
            Call(
                operation="sent_items",
                method="GET",
                path=path("users", mailbox, "mailFolders", "sentitems", query={"$select": "id"}),
                mailbox=mailbox,
            )
            for mailbox in mailboxes
        ]
        answers = zip(mailboxes, self._batch.run(calls), strict=True)
        return {
            mailbox: answer.failure if isinstance(answer, GraphProblem) else str(answer.body["id"])
            for mailbox, answer in answers
        }


def _copy(
    mailbox: str, message: Mapping[str, Any], sent_items: str | CallFailure
) -> MailCopy | None:
    if not is_whole(message) or message["parentFolderId"] == sent_items:
        return None
    try:
        return read_copy(CopyRef(mailbox=mailbox, message=str(message["id"])), message)
    except ValueError:
        return None


__all__ = ["GraphPast"]
