"""Past mail of many mailboxes, read and nothing else: every call is a GET, alone or in a batch.

Source: https://learn.microsoft.com/en-us/graph/api/user-list-messages. All folders are listed at
once, so that mail which people filed away is found too; Sent Items are left out by folder id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, path, relative, written
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.mail import GraphMail
from policy_agent.graph.messages import SELECT, is_whole, read_copy

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
        found: dict[str, list[MailCopy]] = {}
        failed: dict[str, CallFailure] = {}
        calls: dict[str, Call] = {}
        for mailbox in mailboxes:
            folder = sent[mailbox]
            if isinstance(folder, CallFailure):
                failed[mailbox] = folder
            else:
                found[mailbox] = []
                calls[mailbox] = _page(mailbox, path("users", mailbox, "messages", query=query))
        while calls:
            answers = dict(zip(calls, self._batch.run([*calls.values()]), strict=True))
            asked_for, calls = calls, {}
            for mailbox, answer in answers.items():
                if isinstance(answer, GraphProblem):
                    failed[mailbox] = answer.failure
                    continue
                found[mailbox] += _copies(mailbox, answer, sent[mailbox])
                link = answer.link("nextLink")
                below = None if link is None else relative(link, self._base)
                if below is not None and below != asked_for[mailbox].path:
                    calls[mailbox] = _page(mailbox, below)
                elif link is not None:
                    failed[mailbox] = _LOST
        return {mailbox: failed.get(mailbox) or found[mailbox] for mailbox in mailboxes}

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


def _copies(mailbox: str, answer: Answer, sent: str | CallFailure) -> list[MailCopy]:
    found = []
    for item in answer.items:
        if not is_whole(item) or item["parentFolderId"] == sent:
            continue
        try:
            found.append(read_copy(CopyRef(mailbox=mailbox, message=str(item["id"])), item))
        except ValueError:
            continue
    return found


def _page(mailbox: str, below: str) -> Call:
    return Call(operation="past", method="GET", path=below, mailbox=mailbox, page_size=_PAGE)


_LOST = CallFailure(kind="unavailable", what="past: the service's next page leads nowhere")

__all__ = ["GraphPast"]
