"""Messages: list, read, change, move, copy, delete, and drafts (R/message, A/message-*)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from policy_agent.sandbox import mail, odata
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.extended import expand, listed, read_expand, read_extended
from policy_agent.sandbox.mailboxes import Folder, Mailbox, Message
from policy_agent.sandbox.mime import read_mime, write_mime
from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.tenant import Tenant

routes = Routes()
DEFERRED_SEND = "SystemTime 0x3FEF"  # PidTagDeferredSendTime (MS-OXOMSG 2.2.3.4)
_ITEM = ("/users/{}/messages/{}", "/users/{}/mailFolders/{}/messages/{}")
_LISTS = ("/users/{}/messages", "/users/{}/mailFolders/{}/messages")
_FILTERED = mail.PROPERTIES - {"internetMessageHeaders", "uniqueBody", "attachments"}
_NOT_BY_DEFAULT = frozenset({"internetMessageHeaders"})


def reader(call: Call, *, context: str | None = None) -> Callable[[Message], dict[str, Any]]:
    """Return what turns a message into Graph's JSON, by `$select`, `$expand` and `Prefer`."""
    select = odata.read_select(call, mail.PROPERTIES, "message")
    expanded = read_expand(call)
    immutable = call.immutable
    as_text = call.preferences.get("outlook.body-content-type", "").lower() == "text"

    def render(message: Message) -> dict[str, Any]:
        fields = message.fields
        shown: dict[str, Any] = {} if context is None else {"@odata.context": context}
        if "@odata.type" in fields:  # a meeting's mail; its own properties follow
            shown["@odata.type"] = fields["@odata.type"]
        shown["@odata.etag"] = f'W/"{fields["changeKey"]}"'
        shown["id"] = message.id(immutable=immutable)
        if select is None:
            shown.update(fields)
            del shown["internetMessageHeaders"]
            shown["parentFolderId"] = message.folder.id
            shown["webLink"] = _web_link(shown["id"])
        else:
            for name in select:
                if name == "parentFolderId":
                    shown[name] = message.folder.id
                elif name == "webLink":
                    shown[name] = _web_link(shown["id"])
                elif name == "uniqueBody":
                    shown[name] = fields["body"]
                elif name in fields:
                    shown[name] = fields[name]
        if as_text:
            for name in {"body", "uniqueBody"} & shown.keys():
                text = message.text or mail.stripped(fields["body"])
                shown[name] = {"contentType": "text", "content": text}
        expand(shown, expanded, message.extended)
        return shown

    return render


def _web_link(number: str) -> str:
    """Return where Outlook on the web opens the message."""
    item = quote(number, safe="")
    return f"https://outlook.office365.com/owa/?ItemID={item}&exvsurl=1&viewmodel=ReadMessageItem"


def _getter(message: Message, *, immutable: bool) -> odata.Getter:
    def get(path: str) -> Any:
        if path == "singleValueExtendedProperties":
            return listed(message.extended)
        if path == "id":
            return message.id(immutable=immutable)
        if path == "parentFolderId":
            return message.folder.id
        return odata.dig(message.fields, path)

    return get


def locate(tenant: Tenant, call: Call) -> tuple[Mailbox, Message]:
    """Return the message that the path names, and its mailbox."""
    mailbox = tenant.mailbox(call.params[0])
    message = mailbox.message(call.params[-1])
    if len(call.params) > 2 and mailbox.folder(call.params[1]) is not message.folder:  # noqa: PLR2004
        raise GraphError(
            404, "ErrorItemNotFound", "The specified object was not found in the store."
        )
    return mailbox, message


def _context(mailbox: Mailbox) -> str:
    return f"users('{mailbox.owner}')/messages"


def check_match(call: Call, message: Message) -> None:
    """Refuse a change on an outdated `If-Match`."""
    wanted = call.headers.get("if-match", "*")
    if wanted not in {"*", f'W/"{message.fields["changeKey"]}"'}:
        raise GraphError(
            412,
            "ErrorIrresolvableConflict",
            "The send or update operation could not be performed because the change key passed "
            "in the request does not match the current change key for the item.",
        )


@routes.add("GET", *_LISTS)
def list_messages(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    if "$search" in call.query:
        raise bad_request("The sandbox tenant has no $search.", code="ErrorInvalidRequest")
    if len(call.params) > 1:
        folder = mailbox.folder(call.params[1])
        found: Iterable[Message] = folder.items.values()
    else:
        found = mailbox.messages()
    chosen = None
    if text := call.query.get("$filter"):
        chosen = odata.read_filter(text, _FILTERED)
    order = odata.read_order(call, mail.PROPERTIES)
    odata.check_efficient(chosen, order)
    if chosen is not None:
        matches = chosen.matches
        found = [m for m in found if matches(_getter(m, immutable=call.immutable))]
    messages = list(found)
    for name, descending in reversed(order or [("receivedDateTime", True)]):
        messages.sort(
            key=lambda m, name=name: odata.sortable(odata.dig(m.fields, name)),  # type: ignore[misc]
            reverse=descending,
        )
    return odata.page(call, messages, reader(call), context=_context(mailbox))


@routes.add("GET", *_ITEM)
def get_message(tenant: Tenant, call: Call) -> Answer:
    mailbox, message = locate(tenant, call)
    return _shown(call, mailbox, message, status=200)


@routes.add("GET", *(f"{item}/$value" for item in _ITEM))
def get_mime(tenant: Tenant, call: Call) -> Answer:
    _, message = locate(tenant, call)
    written = write_mime(message.fields, message.text, message.attachments)
    return Answer(body=written, headers={"content-type": "text/plain"})


@routes.add("PATCH", *_ITEM)
def patch_message(tenant: Tenant, call: Call) -> Answer:
    mailbox, message = locate(tenant, call)
    check_match(call, message)
    given = call.json()
    draft = message.fields["isDraft"]
    if not draft and (refused := mail.ONLY_DRAFTS & given.keys()):
        raise bad_request(
            f"Message is not draft. Cannot change: {', '.join(sorted(refused))}.",
            code="ErrorInvalidPropertySet",
        )
    writable = mail.ALWAYS | mail.ONLY_DRAFTS if draft else mail.ALWAYS
    changes = mail.read_properties(given, writable)
    extended = read_extended(given)
    if draft and DEFERRED_SEND in extended and message.send_at is not None:
        tenant.defer(mailbox, message, odata.instant(extended[DEFERRED_SEND]))
    message.fields.update(changes)
    if "body" in changes:
        message.fields["bodyPreview"] = mail.preview(changes["body"])
        message.text = ""
    message.extended.update(extended)
    mailbox.touch(message, tenant.now_text())
    return _shown(call, mailbox, message, status=200)


@routes.add("DELETE", *_ITEM)
def delete_message(tenant: Tenant, call: Call) -> Answer:
    mailbox, message = locate(tenant, call)
    check_match(call, message)
    mailbox.delete(message, tenant.now_text())
    return Answer(status=204)


@routes.add("POST", *(f"{item}/move" for item in _ITEM))
def move_message(tenant: Tenant, call: Call) -> Answer:
    mailbox, message = locate(tenant, call)
    folder = destination(mailbox, call)
    tenant.check_room(mailbox)
    message.send_at = None  # a waiting draft that is taken away is not sent
    mailbox.move(message, folder, tenant.now_text())
    return _shown(call, mailbox, message, status=201)


@routes.add("POST", *(f"{item}/copy" for item in _ITEM))
def copy_message(tenant: Tenant, call: Call) -> Answer:
    mailbox, message = locate(tenant, call)
    folder = destination(mailbox, call)
    tenant.check_room(mailbox)
    copy = mailbox.add(
        dict(message.fields),
        folder,
        extended=dict(message.extended),
        text=message.text,
        attachments=message.attachments,
    )
    return _shown(call, mailbox, copy, status=201)


@routes.add("POST", *_LISTS)
def create_draft(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    folder = mailbox.folder(call.params[1] if len(call.params) > 1 else "drafts")
    tenant.check_room(mailbox)
    if isinstance(call.body, str):
        written = read_mime(call.body)
        content = {**written.content, "internetMessageHeaders": written.headers}
        more = {"text": written.text, "attachments": written.attachments}
        draft = _add(tenant, mailbox, folder, content, **more)
    else:
        draft = add_draft(tenant, mailbox, folder, call.json())
    return _shown(call, mailbox, draft, status=201)


def add_draft(
    tenant: Tenant, mailbox: Mailbox, folder: Folder, given: Mapping[str, Any]
) -> Message:
    """Make a draft of a message in a request body."""
    content = mail.read_properties(given, mail.ALWAYS | mail.ONLY_DRAFTS)
    content["internetMessageHeaders"] = mail.read_headers(given)
    return _add(tenant, mailbox, folder, content, extended=read_extended(given))


def _add(
    tenant: Tenant, mailbox: Mailbox, folder: Folder, content: Mapping[str, Any], **more: Any
) -> Message:
    now = tenant.clock.now()
    fields = mail.complete(content, now=now, received=now)
    fields.update(isDraft=True, isRead=content.get("isRead", True))
    return mailbox.add(fields, folder, **more)


def destination(mailbox: Mailbox, call: Call) -> Folder:
    """Return the folder that a move or copy names by id or well-known name."""
    given = {name.lower(): value for name, value in call.json().items()}
    key = given.get("destinationid")
    if not isinstance(key, str) or not key:
        raise bad_request("destinationId is missing.", code="ErrorInvalidRequest")
    return mailbox.folder(key)


def _shown(call: Call, mailbox: Mailbox, message: Message, *, status: int) -> Answer:
    context = f"{call.base}/$metadata#{_context(mailbox)}/$entity"
    return Answer(status=status, body=reader(call, context=context)(message))
