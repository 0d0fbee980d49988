"""Top folders by their names: found, made where missing, looked into, and deleted."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from policy_agent.domain.copies import CallFailure
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call, literal, path, relative
from policy_agent.graph.failures import GraphProblem, id_of
from policy_agent.graph.pages import read_pages

_PAGE = "100"  # folders
_MESSAGES = "500"  # a page; an id and a flag each

# English names of folders that every mailbox has; they may only be addressed by well-known names,
# since they are called something else in each language
# (https://learn.microsoft.com/en-us/graph/api/resources/mailfolder).
_EVERYBODYS = frozenset(
    {
        "archive",
        "conversation history",
        "deleted items",
        "drafts",
        "inbox",
        "junk email",
        "outbox",
        "sent items",
        "sync issues",
    }
)


def find_or_make(
    batch: GraphBatch, base: str, mailboxes: Sequence[str], name: str
) -> dict[str, str | CallFailure]:
    """Return the id of each mailbox's top folder of that name, new or old.

    Making one is repeated without harm: a folder that is there already is answered with 409, after
    which it is looked for once more. The name of a folder that every mailbox has is a ValueError.
    """
    if name.strip().casefold() in _EVERYBODYS or not name.strip():
        raise ValueError(f"{name!r} cannot be the name of a folder of our own")
    found = _find(batch, base, mailboxes, name)
    missing = [mailbox for mailbox, there in found.items() if there is None]
    made = dict(zip(missing, batch.run([_make(mailbox, name) for mailbox in missing]), strict=True))
    taken = [
        mailbox
        for mailbox, answer in made.items()
        if isinstance(answer, GraphProblem) and answer.status == 409  # noqa: PLR2004
    ]
    again = _find(batch, base, taken, name)
    results: dict[str, str | CallFailure] = {}
    for mailbox, there in found.items():
        if there is not None:
            results[mailbox] = there
            continue
        answer = made[mailbox]
        looked_up = again.get(mailbox)
        if looked_up is not None:
            results[mailbox] = looked_up
        elif isinstance(answer, GraphProblem):
            results[mailbox] = answer.failure
        else:
            results[mailbox] = _made(answer)
    return results


def count_items(
    batch: GraphBatch, folders: Collection[tuple[str, str]]
) -> dict[tuple[str, str], int | CallFailure]:
    """Return how many items and folders lie in each, by (mailbox, folder id)."""
    calls = [
        Call(
            operation="count_items",
            method="GET",
            path=path(
                "users", mailbox, "mailFolders", folder,
                query={"$select": "totalItemCount,childFolderCount"},
            ),
            mailbox=mailbox,
        )
        for mailbox, folder in folders
    ]  # fmt: skip
    return {
        key: answer.failure if isinstance(answer, GraphProblem) else _counted(answer)
        for key, answer in zip(folders, batch.run(calls), strict=True)
    }


def list_messages(
    batch: GraphBatch, base: str, folders: Collection[tuple[str, str]]
) -> dict[tuple[str, str], dict[str, bool] | CallFailure]:
    """Return the id of each message in each folder, and whether it was opened."""
    query = {"$select": "id,isRead", "$top": _MESSAGES}
    calls = {
        (mailbox, folder): Call(
            operation="list_messages",
            method="GET",
            path=path("users", mailbox, "mailFolders", folder, "messages", query=query),
            mailbox=mailbox,
        )
        for mailbox, folder in folders
    }
    found: dict[tuple[str, str], dict[str, bool]] = {key: {} for key in calls}

    def take(key: tuple[str, str], message: Mapping[str, Any]) -> bool:
        found[key][str(message.get("id"))] = message.get("isRead") is True
        return True

    ended = read_pages(batch, base, calls, take)
    return {key: ended[key] or listed for key, listed in found.items()}


def delete_folders(
    batch: GraphBatch, folders: Collection[tuple[str, str]]
) -> dict[tuple[str, str], CallFailure | None]:
    """Delete each with all in it: into Deleted Items, and what lies there already for good.

    One that is gone already counts as done.
    """
    calls = [
        Call(
            operation="delete_folder",
            method="DELETE",
            path=path("users", mailbox, "mailFolders", folder),
            mailbox=mailbox,
        )
        for mailbox, folder in folders
    ]
    return {
        key: answer.failure if isinstance(answer, GraphProblem) and answer.kind != "gone" else None
        for key, answer in zip(folders, batch.run(calls), strict=True)
    }


def _counted(answer: Answer) -> int | CallFailure:
    found = [answer.body.get(name) for name in ("totalItemCount", "childFolderCount")]
    counts = [count for count in found if isinstance(count, int)]
    if len(counts) != len(found):
        return CallFailure(
            kind="refused",
            what="count_items: the service does not say what lies in the folder",
            request_id=answer.headers.get("request-id", ""),
        )
    return sum(counts)


def _find(
    batch: GraphBatch, base: str, mailboxes: Iterable[str], name: str
) -> dict[str, str | CallFailure | None]:
    """Look for the folder in each mailbox; None: there is none."""
    found: dict[str, str | CallFailure | None] = dict.fromkeys(mailboxes)
    calls = {mailbox: _look(mailbox, name) for mailbox in found}
    while calls:
        answers = dict(zip(calls, batch.run(list(calls.values())), strict=True))
        calls = {}
        for mailbox, answer in answers.items():
            if isinstance(answer, GraphProblem):
                found[mailbox] = answer.failure
                continue
            found[mailbox] = _named(answer, name)
            link = answer.link("nextLink")
            below = relative(link, base) if link and found[mailbox] is None else None
            if below is not None:
                calls[mailbox] = _page(mailbox, below)
    return found


def _named(answer: Answer, name: str) -> str | None:
    """Return the id of the folder of exactly that name, but for case, as Exchange tells them."""
    for item in answer.items:
        if str(item.get("displayName", "")).casefold() == name.casefold():
            return str(item["id"])
    return None


def _made(answer: Answer) -> str | CallFailure:
    try:
        return id_of("make_folder", answer)
    except GraphProblem as problem:
        return problem.failure


def _look(mailbox: str, name: str) -> Call:
    query = {
        "$filter": f"displayName eq {literal(name)}",
        "$select": "id,displayName",
        "$top": _PAGE,
    }
    return _page(mailbox, path("users", mailbox, "mailFolders", query=query))


def _page(mailbox: str, below: str) -> Call:
    return Call(operation="folder", method="GET", path=below, mailbox=mailbox)


def _make(mailbox: str, name: str) -> Call:
    return Call(
        operation="make_folder",
        method="POST",
        path=path("users", mailbox, "mailFolders"),
        mailbox=mailbox,
        body={"displayName": name},
    )


__all__ = ["count_items", "delete_folders", "find_or_make", "list_messages"]
