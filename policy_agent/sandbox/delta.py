"""What has changed in a folder since a link was given out (A/message-delta, FACTS section 2)."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.links import FIRST, check_link, pack, page_size, unpack
from policy_agent.sandbox.mail import PROPERTIES
from policy_agent.sandbox.mailboxes import Entry, Folder, Mailbox, Message
from policy_agent.sandbox.messages import reader
from policy_agent.sandbox.refusals import bad_request
from policy_agent.sandbox.tenant import Tenant

routes = Routes()
_LIMIT_WITH_FILTER = 5000
_OPTIONS = frozenset(
    {"$select", "$top", "$expand", "$filter", "$orderby", "changeType", "$skiptoken", "$deltatoken"}
)
_RECEIVED = frozenset({"receivedDateTime"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    since: int  # the last change that the client has seen
    first: int  # a first round began at this change: what left before it is no news; 0 later
    given: int  # number of the link, for `expire_delta`
    shown: int  # how many items this round has shown
    query: dict[str, str]  # $select, $filter … of the round's first request


@routes.add("GET", "/users/{}/mailFolders/{}/messages/delta")
def message_delta(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    folder = mailbox.folder(call.params[1])
    token = _start(mailbox, call)
    check_link(tenant, token.given)
    asked = dataclasses.replace(call, query=token.query)
    size = _page_size(call, token)
    matches = _filter(token.query)
    capped = token.first and "$filter" in token.query
    render = reader(asked)
    changes: list[dict[str, Any]] = []
    more, last = False, token.since
    if tenant.faults.happens(tenant.faults.empty_delta_pages):
        size, more = 0, True
    for entry in _news(folder, token) if size else ():
        item = _item(folder, entry, token, render, matches, immutable=call.immutable)
        if item is not None:
            if len(changes) >= size:
                more = True
                break
            if capped and token.shown + len(changes) >= _LIMIT_WITH_FILTER:
                continue
            changes.append(item)
        last = entry.at
    body: dict[str, Any] = {
        "@odata.context": f"{call.base}/$metadata#Collection(microsoft.graph.message)",
        "value": changes,
    }
    tenant.links_given += 1
    following = _Token(
        since=last if more else mailbox.count,
        first=token.first if more else 0,
        given=tenant.links_given,
        shown=token.shown + len(changes) if more else 0,
        query=token.query,
    )
    name, option = ("nextLink", "$skiptoken") if more else ("deltaLink", "$deltatoken")
    path = f"/users/{mailbox.owner}/mailFolders/{folder.id}/messages/delta"
    bare = dataclasses.replace(call, path=path, query={})
    body[f"@odata.{name}"] = odata.link(bare, **{option: pack(following)})
    return Answer(body=body)


def _start(mailbox: Mailbox, call: Call) -> _Token:
    text = call.query.get("$skiptoken") or call.query.get("$deltatoken")
    if text == "latest":
        raise bad_request("$deltatoken=latest is not supported.", code="ErrorInvalidUrlQuery")
    if text:
        return unpack(_Token, text)
    for name in call.query:
        if name not in _OPTIONS:
            raise bad_request(
                f"The query parameter '{name}' is not supported in change tracking.",
                code="ErrorInvalidUrlQuery",
            )
    if call.query.get("$orderby", "receivedDateTime desc") != "receivedDateTime desc":
        raise bad_request("Only $orderby=receivedDateTime desc.", code="ErrorInvalidUrlQuery")
    if call.query.get("changeType", "created") not in {"created", "updated", "deleted"}:
        raise bad_request("changeType is not valid.", code="ErrorInvalidUrlQuery")
    odata.read_select(call, PROPERTIES, "message")
    query = {n: v for n, v in call.query.items() if n not in {"$skiptoken", "$deltatoken"}}
    _filter(query)
    return _Token(since=0, first=max(mailbox.count, 1), given=FIRST, shown=0, query=query)


def _page_size(call: Call, token: _Token) -> int:
    return page_size(call, token.query.get("$top", ""))


def _filter(query: dict[str, str]) -> odata.Predicate | None:
    text = query.get("$filter")
    if not text:
        return None
    words = text.split()
    if len(words) != 3 or words[0] != "receivedDateTime" or words[1] not in {"ge", "gt"}:  # noqa: PLR2004
        raise bad_request(
            "Change tracking takes only $filter=receivedDateTime ge|gt.",
            code="ErrorInvalidUrlQuery",
        )
    return odata.read_filter(text, _RECEIVED).matches


def _news(folder: Folder, token: _Token) -> Iterator[Entry]:
    """Yield what has happened since, oldest first."""
    found = []
    for entry in reversed(folder.log.values()):
        if entry.at <= token.since:
            break
        found.append(entry)
    return reversed(found)


def _item(
    folder: Folder,
    entry: Entry,
    token: _Token,
    render: Callable[[Message], dict[str, Any]],
    matches: odata.Predicate | None,
    *,
    immutable: bool,
) -> dict[str, Any] | None:
    if matches is not None and not matches({"receivedDateTime": entry.received}.get):
        return None
    wanted = token.query.get("changeType")
    if entry.removed:
        if entry.at <= token.first or wanted not in {None, "deleted"}:
            return None
        return {
            "id": entry.immutable_id if immutable else entry.mutable_id,
            "@removed": {"reason": entry.removed},
        }
    kind = "created" if entry.entered > token.since else "updated"
    if wanted not in {None, kind}:
        return None
    return render(folder.items[entry.immutable_id])
