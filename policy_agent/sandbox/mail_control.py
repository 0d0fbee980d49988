"""What a test or a demo does to mail, and sees of it."""

from typing import Any

from policy_agent.sandbox import mail
from policy_agent.sandbox.clock import graph_time
from policy_agent.sandbox.mail import Mail, recipient
from policy_agent.sandbox.mailboxes import Message
from policy_agent.sandbox.orders import ActBody, MessageBody
from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.sending import send_due_drafts, send_now
from policy_agent.sandbox.tenant import Tenant


def deliver(tenant: Tenant, one: MessageBody) -> dict[str, Any]:
    """Deliver a mail from anybody; return its copies by immutable id."""
    sender = tenant.directory.find_user(one.from_)

    def named(address: str) -> dict[str, Any]:
        found = tenant.directory.find_user(address) or tenant.directory.find_group(address)
        return recipient(address, found.display_name if found else None)

    content = {
        "toRecipients": [named(address) for address in one.to],
        "ccRecipients": [named(address) for address in one.cc],
        "bccRecipients": [named(address) for address in one.bcc],
        "subject": one.subject,
        "body": {"contentType": "text", "content": one.body},
        "importance": one.importance,
        "categories": one.categories,
        "internetMessageId": one.internet_message_id or mail.new_internet_message_id(),
    }

    def sent_item(fields: dict[str, Any]) -> Message:
        mailbox = tenant.mailbox_of(tenant.user(one.from_))
        return mailbox.add(fields, mailbox.folder("sentitems"))

    copies = tenant.deliver(
        Mail(
            sender=named(one.from_),
            content=content,
            headers=[{"name": name, "value": value} for name, value in one.headers.items()],
        ),
        at=one.received,
        sent_item=sent_item if sender else None,
    )
    return {
        "internet_message_id": content["internetMessageId"],
        "copies": [
            {
                "mailbox": copy.user.id,
                "address": copy.user.address,
                "message": copy.message.immutable_id,
                "folder": copy.message.folder.well_known,
            }
            for copy in copies
        ],
    }


def show_copy(address: str, owner: str, message: Message) -> dict[str, Any]:
    """Return what an audit wants to know of a copy."""
    fields, folder = message.fields, message.folder
    return {
        "mailbox": owner,
        "address": address,
        "folder": folder.name,
        "well_known_name": folder.well_known,
        "folder_id": folder.id,
        "message": message.immutable_id,
        "internet_message_id": fields["internetMessageId"],
        "subject": fields["subject"],
        "received": fields["receivedDateTime"],
        "is_read": fields["isRead"],
        "is_draft": fields["isDraft"],
        "categories": fields["categories"],
        "waits_until": graph_time(message.send_at) if message.send_at else None,
        "fingerprint": mail.fingerprint(message),
    }


def act(tenant: Tenant, body: ActBody) -> dict[str, Any]:
    """Do to a message what its person would."""
    send_due_drafts(tenant)
    user = tenant.user(body.address)
    mailbox = tenant.mailbox_of(user)
    message = mailbox.message(body.message)
    now = tenant.now_text()
    if body.action == "move":
        if body.folder is None:
            raise GraphError(422, "", "a move needs a folder: its id or well-known name")
        mailbox.move(message, mailbox.folder(body.folder), now)
    elif body.action == "delete":
        mailbox.delete(message, now)
    elif body.action == "send":
        if not message.fields["isDraft"]:
            raise GraphError(409, "", "the message is not a draft")
        message.send_at = None
        send_now(tenant, mailbox, message, at=tenant.clock.now())
    else:
        message.fields["isRead"] = body.action == "read"
        mailbox.touch(message, now)
    return show_copy(user.address, user.id, message)
