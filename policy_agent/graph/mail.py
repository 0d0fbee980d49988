"""Mail in mailboxes, through Microsoft Graph. Every call is a part of a batch."""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.shown import ShownMail
from policy_agent.domain.watching import Round
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, Method, literal, path
from policy_agent.graph.delta import run_rounds
from policy_agent.graph.failures import GraphProblem, id_of
from policy_agent.graph.folders import (
    count_items,
    delete_folders,
    find_or_make,
    list_messages,
)
from policy_agent.graph.messages import (
    SELECT,
    SHOWN,
    addresses,
    is_whole,
    read_copy,
    read_shown,
)
from policy_agent.graph.sent import read_sent_times

_K = TypeVar("_K")
_log = structlog.get_logger(__name__)


class GraphMail:
    """Reads, moves and marks copies; `policy_agent.agent.ports.Mail` says what each is for.

    Every method raises SignInProblem where no token can be had: then nothing works, and no copy is
    to blame.
    """

    def __init__(self, batch: GraphBatch, *, base: str) -> None:
        self._batch = batch
        self._base = base  # URL of the service with the version

    def read(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, MailCopy | CallFailure]:
        """Read the fields that rules need, never the text."""
        answers = self._run(
            {ref: _of_copy("read", "GET", ref, query={"$select": SELECT}) for ref in copies}
        )
        return {ref: _copy(ref, answer) for ref, answer in answers.items()}

    def show(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail | CallFailure]:
        """Read what may be shown of each to its own sender or recipient."""
        answers = self._run(
            {ref: _of_copy("show", "GET", ref, query={"$select": SHOWN}) for ref in copies}
        )
        return {ref: _shown(ref, answer) for ref, answer in answers.items()}

    def move(self, folders: Mapping[CopyRef, str]) -> Mapping[CopyRef, CallFailure | None]:
        """Move each copy into the folder of that id; None: done. Doing it again is harmless."""
        answers = self._run(
            {
                ref: _of_copy("move", "POST", ref, "move", body={"destinationId": folder})
                for ref, folder in folders.items()
            }
        )
        return {ref: _done(answer) for ref, answer in answers.items()}

    def mark(
        self, categories: Mapping[CopyRef, tuple[str, ...]]
    ) -> Mapping[CopyRef, CallFailure | None]:
        """Mark each copy unread and set its categories; None: done. Again is harmless."""
        answers = self._run(
            {
                ref: _of_copy(
                    "mark", "PATCH", ref, body={"isRead": False, "categories": list(names)}
                )
                for ref, names in categories.items()
            }
        )
        return {ref: _done(answer) for ref, answer in answers.items()}

    def blind_recipients(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...] | CallFailure]:
        """Read bcc addresses from senders' Sent Items, by (mailbox id, internet message id).

        Where no such message lies in Sent Items the answer is a failure of kind `gone`: nobody
        knows whether there were any.
        """
        answers = self._sent("blind_recipients", sent, "bccRecipients")
        found: dict[tuple[str, str], tuple[str, ...] | CallFailure] = {}
        for key, items in answers.items():
            if isinstance(items, CallFailure):
                found[key] = items
            else:
                named = (one for item in items for one in addresses(item.get("bccRecipients")))
                found[key] = tuple(dict.fromkeys(named))
        return found

    def sent_categories(
        self, sent: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], tuple[str, ...] | CallFailure]:
        """Read categories of senders' own copies in Sent Items, by (mailbox id, message id).

        The message id is the internet one. Where no such message lies in Sent Items the answer is a
        failure of kind `gone`: its sender may have moved or deleted it.
        """
        answers = self._sent("sent_categories", sent, "id,categories")
        found: dict[tuple[str, str], tuple[str, ...] | CallFailure] = {}
        for key, items in answers.items():
            if isinstance(items, CallFailure):
                found[key] = items
            else:
                named = (str(one) for item in items for one in item.get("categories") or ())
                found[key] = tuple(dict.fromkeys(named))
        return found

    def sent_times(
        self, mailbox: str, since: datetime, until: datetime
    ) -> tuple[datetime, ...] | CallFailure:
        """Return when each mail in that mailbox's Sent Items was sent, newest first, in UTC.

        From `since` until before `until`; the last `SENT_AT_MOST` of them. What the agent itself
        sent from that mailbox is left out.
        """
        return read_sent_times(self._batch, self._base, mailbox, since, until)

    def inbox(self, mailboxes: Sequence[str]) -> Mapping[str, str | CallFailure]:
        """Return the id of each mailbox's Inbox."""
        answers = self._run(
            {
                mailbox: Call(
                    operation="inbox",
                    method="GET",
                    path=path("users", mailbox, "mailFolders", "inbox", query={"$select": "id"}),
                    mailbox=mailbox,
                )
                for mailbox in mailboxes
            }
        )
        return {mailbox: _id(answer) for mailbox, answer in answers.items()}

    def folder(self, mailboxes: Sequence[str], name: str) -> Mapping[str, str | CallFailure]:
        """Return the id of each mailbox's top folder of that name; make it where it is missing."""
        return find_or_make(self._batch, self._base, mailboxes, name)

    def lying_in(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], Mapping[str, bool] | CallFailure]:
        """Return which messages lie in each, and whether each was opened, by (mailbox, folder)."""
        return list_messages(self._batch, self._base, folders)

    def items_in(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], int | CallFailure]:
        """Return how many items and folders lie in each, by (mailbox, folder id)."""
        return count_items(self._batch, folders)

    def remove_folders(
        self, folders: Collection[tuple[str, str]]
    ) -> Mapping[tuple[str, str], CallFailure | None]:
        """Delete each with all in it: into Deleted Items, and what lies there already for good.

        None: done, also where it is gone already.
        """
        return delete_folders(self._batch, folders)

    def changes(self, since: Mapping[str, str | datetime]) -> Mapping[str, Round | CallFailure]:
        """Run a delta round of each mailbox's Inbox, from a delta link or from an instant.

        A copy of which the service names only what changed is read anew; one that is gone by then
        counts as gone, and one that cannot be made sense of is left out: it stays delivered. A link
        that is not ours to follow is answered as `resync`, as a new round is what mends it.
        """
        found = run_rounds(self._batch, self._base, since)
        partial = [
            ref
            for result in found.values()
            if not isinstance(result, CallFailure)
            for ref, message in result.messages.items()
            if message is not None and not is_whole(message)
        ]
        read = self.read(partial)
        rounds: dict[str, Round | CallFailure] = {}
        for mailbox, result in found.items():
            if isinstance(result, CallFailure):
                rounds[mailbox] = result
                continue
            copies: list[MailCopy] = []
            gone: list[CopyRef] = []
            trouble: CallFailure | None = None
            for ref, message in result.messages.items():
                if message is None:
                    gone.append(ref)
                    continue
                copy = read[ref] if ref in read else _whole(ref, message, "changes")
                if isinstance(copy, MailCopy):
                    copies.append(copy)
                elif copy.kind == "gone":
                    gone.append(ref)
                elif copy.kind == "refused":  # left out, so that it stays where it was delivered
                    _log.warning("copy_unreadable", mailbox=ref.mailbox, why=copy.what)
                else:
                    trouble = copy
            rounds[mailbox] = trouble or Round(
                copies=tuple(copies), gone=tuple(gone), delta_link=result.delta_link
            )
        return rounds

    def _sent(
        self, operation: str, sent: Sequence[tuple[str, str]], select: str
    ) -> dict[tuple[str, str], Sequence[Mapping[str, Any]] | CallFailure]:
        """Ask for messages in Sent Items by (mailbox id, internet message id); none is `gone`."""
        answers = self._run(
            {
                key: Call(
                    operation=operation,
                    method="GET",
                    path=path(
                        "users", key[0], "mailFolders", "sentitems", "messages",
                        query={
                            "$filter": f"internetMessageId eq {literal(key[1])}",
                            "$select": select,
                        },
                    ),
                    mailbox=key[0],
                )
                for key in sent
            }
        )  # fmt: skip
        return {key: _items(operation, answer) for key, answer in answers.items()}

    def _run(self, calls: Mapping[_K, Call]) -> dict[_K, Answer | GraphProblem]:
        return dict(zip(calls, self._batch.run(list(calls.values())), strict=True))


def _of_copy(
    operation: str,
    method: Method,
    ref: CopyRef,
    *action: str,
    query: Mapping[str, str] | None = None,
    body: Mapping[str, object] | None = None,
) -> Call:
    return Call(
        operation=operation,
        method=method,
        path=path("users", ref.mailbox, "messages", ref.message, *action, query=query),
        mailbox=ref.mailbox,
        body=body,
    )


def _copy(ref: CopyRef, answer: Answer | GraphProblem) -> MailCopy | CallFailure:
    if isinstance(answer, GraphProblem):
        return answer.item_failure
    return _whole(ref, answer.body, "read")


def _whole(ref: CopyRef, message: Mapping[str, object], operation: str) -> MailCopy | CallFailure:
    """Read a message, or say that it cannot be: by what it lacks, never by what it holds."""
    if is_whole(message):
        with contextlib.suppress(ValueError):
            return read_copy(ref, message)
    return CallFailure(
        kind="refused", what=f"{operation}: the service wrote the message in an unknown way"
    )


def _shown(ref: CopyRef, answer: Answer | GraphProblem) -> ShownMail | CallFailure:
    if isinstance(answer, GraphProblem):
        return answer.item_failure
    with contextlib.suppress(ValueError):
        return read_shown(ref, answer.body)
    return CallFailure(kind="refused", what="show: the service wrote the message in an unknown way")


def _done(answer: Answer | GraphProblem) -> CallFailure | None:
    return answer.item_failure if isinstance(answer, GraphProblem) else None


def _id(answer: Answer | GraphProblem) -> str | CallFailure:
    if isinstance(answer, GraphProblem):
        return answer.failure
    try:
        return id_of("inbox", answer)
    except GraphProblem as problem:
        return problem.failure


def _items(
    operation: str, answer: Answer | GraphProblem
) -> Sequence[Mapping[str, Any]] | CallFailure:
    if isinstance(answer, GraphProblem):
        return answer.failure
    if not answer.items:
        return CallFailure(
            kind="gone",
            what=f"{operation}: no such message in Sent Items",
            request_id=answer.headers.get("request-id", ""),
        )
    return answer.items


__all__ = ["GraphMail"]
