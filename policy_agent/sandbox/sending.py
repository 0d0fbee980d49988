"""Sending: drafts, sendMail, and mail that waits for its deferred send time (FACTS section 5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from policy_agent.sandbox import mail
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.mail import Mail, addresses, recipient
from policy_agent.sandbox.mailboxes import Mailbox, Message
from policy_agent.sandbox.messages import DEFERRED_SEND, add_draft, locate
from policy_agent.sandbox.odata import instant
from policy_agent.sandbox.refusals import GraphError, bad_request
from policy_agent.sandbox.tenant import Tenant

routes = Routes()


@routes.add("POST", "/users/{}/messages/{}/send", "/users/{}/mailFolders/{}/messages/{}/send")
def send_draft(tenant: Tenant, call: Call) -> Answer:
    mailbox, message = locate(tenant, call)
    if not message.fields["isDraft"]:
        raise bad_request("Message is not draft.", code="ErrorInvalidRequest")
    _submit(tenant, mailbox, message)
    return Answer(status=202)


@routes.add("POST", "/users/{}/sendMail")
def send_mail(tenant: Tenant, call: Call) -> Answer:
    mailbox = tenant.mailbox(call.params[0])
    given = {name.lower(): value for name, value in call.json().items()}
    content = given.get("message")
    if not isinstance(content, Mapping):
        raise bad_request("The message is missing.", code="ErrorInvalidRequest")
    save = given.get("savetosentitems", True)
    if not isinstance(save, bool):
        raise bad_request("SaveToSentItems must be a Boolean.", code="RequestBodyRead")
    tenant.check_room(mailbox)
    read = mail.read_properties(content, mail.ALWAYS | mail.ONLY_DRAFTS)
    if not addresses(read, *mail.RECIPIENTS):
        raise _nobody()
    message = add_draft(tenant, mailbox, mailbox.folder("drafts"), content)
    message.save_sent = save
    _submit(tenant, mailbox, message)
    return Answer(status=202)


def send_due_drafts(tenant: Tenant) -> None:
    """Send every draft whose deferred send time the tenant's clock has reached."""
    for mailbox, message, due in tenant.due_drafts():
        send_now(tenant, mailbox, message, at=due)


def send_now(tenant: Tenant, mailbox: Mailbox, message: Message, *, at: datetime) -> None:
    """Deliver a draft; it becomes the Sent Items copy and keeps its immutable id."""
    fields = message.fields
    owner = tenant.directory.users[mailbox.owner]
    content = {
        name: value for name, value in fields.items() if name not in {"from", "sender", "isDraft"}
    }

    def sent_item(sent: dict[str, Any]) -> Message:
        now = tenant.now_text()
        sent.update(createdDateTime=fields["createdDateTime"], changeKey=fields["changeKey"])
        message.fields.clear()
        message.fields.update(sent)
        if message.save_sent:
            mailbox.move(message, mailbox.folder("sentitems"), now)
        else:
            mailbox.forget(message)
        return message

    tenant.deliver(
        Mail(
            sender=recipient(owner.address, owner.display_name),
            content={**content, "from": fields["from"]},
            headers=fields["internetMessageHeaders"],
            extended={
                key: value for key, value in message.extended.items() if key != DEFERRED_SEND
            },
            text=message.text,
            attachments=message.attachments,
        ),
        at=at,
        sent_item=sent_item,
    )


def _submit(tenant: Tenant, mailbox: Mailbox, message: Message) -> None:
    if not addresses(message.fields, *mail.RECIPIENTS):
        raise _nobody()
    now = tenant.clock.now()
    wanted = message.extended.get(DEFERRED_SEND)
    if wanted is not None and instant(wanted) > now:  # a past value means at once
        tenant.defer(mailbox, message, instant(wanted))
        return
    send_now(tenant, mailbox, message, at=now)


def _nobody() -> GraphError:
    return GraphError(400, "ErrorInvalidRecipients", "At least one recipient is needed.")
