"""Mail folders (R/mailfolder, A/user-list-mailfolders, A/mailfolder-*)."""

from collections.abc import Callable
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.mailboxes import Folder, Mailbox
from policy_agent.sandbox.messages import destination
from policy_agent.sandbox.refusals import bad_request
from policy_agent.sandbox.tenant import Tenant

routes = Routes()
PROPERTIES = frozenset(
    [
        "id",
        "displayName",
        "parentFolderId",
        "childFolderCount",
        "unreadItemCount",
        "totalItemCount",
        "isHidden",
        "childFolders",
        "messages",
        "messageRules",
        "singleValueExtendedProperties",
        "multiValueExtendedProperties",
    ]
)
_FILTERED = frozenset({"displayName", "isHidden", "totalItemCount", "unreadItemCount"})


def _show(mailbox: Mailbox, folder: Folder) -> dict[str, Any]:
    return {
        "id": folder.id,
        "displayName": folder.name,
        "parentFolderId": (folder.parent or mailbox.root).id,
        "childFolderCount": sum(not child.hidden for child in mailbox.children(folder)),
        "unreadItemCount": folder.unread,
        "totalItemCount": len(folder.items),
        "isHidden": folder.hidden,
    }


def _reader(call: Call, mailbox: Mailbox) -> Callable[[Folder], dict[str, Any]]:
    select = odata.read_select(call, PROPERTIES, "mailFolder")
    expand = call.query.get("$expand", "")
    if expand not in {"", "childFolders"}:
        raise bad_request(f"'{expand}' cannot be expanded.", code="RequestBroker--ParseUri")

    def render(folder: Folder) -> dict[str, Any]:
        shown = _show(mailbox, folder)
        if select is not None:
            shown = {n: v for n, v in shown.items() if n in select or n == "id"}
        if expand:
            shown["childFolders"] = [
                _show(mailbox, c) for c in mailbox.children(folder) if not c.hidden
            ]
        return shown

    return render


@routes.add("GET", "/users/{}/mailFolders", "/users/{}/mailFolders/{}/childFolders")
def list_folders(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    parent = mailbox.folder(call.params[1]) if len(call.params) > 1 else mailbox.root
    folders = mailbox.children(parent)
    if call.query.get("includeHiddenFolders", "").lower() != "true":
        folders = [folder for folder in folders if not folder.hidden]
    if text := call.query.get("$filter"):
        matches = odata.read_filter(text, _FILTERED).matches
        folders = [f for f in folders if matches(_show(mailbox, f).get)]
    for name, descending in reversed(odata.read_order(call, PROPERTIES)):
        folders.sort(key=lambda f, n=name: str(_show(mailbox, f)[n]), reverse=descending)  # type: ignore[misc]
    context = f"users('{mailbox.owner}')/mailFolders"
    return odata.page(call, folders, _reader(call, mailbox), context=context)


@routes.add("POST", "/users/{}/mailFolders", "/users/{}/mailFolders/{}/childFolders")
def create_folder(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    parent = mailbox.folder(call.params[1]) if len(call.params) > 1 else mailbox.root
    given = _read(call)
    if "displayName" not in given:
        raise bad_request("displayName is missing.", code="ErrorInvalidRequest")
    tenant.check_room(mailbox)
    folder = mailbox.add_folder(
        given["displayName"], parent, hidden=bool(given.get("isHidden", False))
    )
    return _shown(call, mailbox, folder, status=201)


@routes.add("GET", "/users/{}/mailFolders/{}")
def get_folder(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    return _shown(call, mailbox, mailbox.folder(call.params[1]), status=200)


@routes.add("PATCH", "/users/{}/mailFolders/{}")
def patch_folder(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    folder = mailbox.folder(call.params[1])
    given = _read(call)
    if "isHidden" in given:
        raise bad_request("isHidden can only be set at creation.", code="ErrorInvalidRequest")
    if "displayName" in given:
        mailbox.rename_folder(folder, given["displayName"])
    return _shown(call, mailbox, folder, status=200)


@routes.add("DELETE", "/users/{}/mailFolders/{}")
def delete_folder(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    mailbox.delete_folder(mailbox.folder(call.params[1]))
    return Answer(status=204)


@routes.add("POST", "/users/{}/mailFolders/{}/move")
def move_folder(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    folder = mailbox.folder(call.params[1])
    mailbox.move_folder(folder, destination(mailbox, call))
    return _shown(call, mailbox, folder, status=201)


def _read(call: Call) -> dict[str, Any]:
    given = {name: value for name, value in call.json().items() if "@" not in name}
    for name, value in given.items():
        if name not in PROPERTIES:
            raise bad_request(
                f"The property '{name}' does not exist on type 'microsoft.graph.mailFolder'.",
                code="RequestBodyRead",
            )
        if (name == "displayName" and (not isinstance(value, str) or not value)) or (
            name == "isHidden" and not isinstance(value, bool)
        ):
            raise bad_request(f"Cannot read the value of '{name}'.", code="RequestBodyRead")
    return given


def _shown(call: Call, mailbox: Mailbox, folder: Folder, *, status: int) -> Answer:
    context = f"{call.base}/$metadata#users('{mailbox.owner}')/mailFolders/$entity"
    return Answer(status=status, body={"@odata.context": context, **_reader(call, mailbox)(folder)})
