"""The audit: asks the tenant, not the agent, where every delivered copy is.

It signs in with the ordinary msal and reads every folder of every mailbox through Graph, as any
other client would. Each delivered copy must lie in its recipient's Inbox exactly once, and bear
what was delivered; a category and the unread mark are all that a release may add. What the agent
itself wrote to people is told apart by its sender, and nobody may have it twice.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from demo.client import Client
from demo.traffic import Message, address

FIELDS = (
    "internetMessageId,subject,body,from,toRecipients,ccRecipients,receivedDateTime,"
    "importance,categories,isRead,isDraft"
)


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What was found wrong, copy by copy."""

    copies: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    altered: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.altered)

    def __str__(self) -> str:
        return (
            f"audit: {self.copies} copies, {len(self.lost)} lost, "
            f"{len(self.doubled)} doubled, {len(self.altered)} altered"
        )


@dataclass(frozen=True, kw_only=True)
class WrittenNote:
    """A message of the agent's, as it lies in somebody's Inbox."""

    person: str
    subject: str
    page: str  # HTML


class Auditor:
    """Compares what every mailbox holds with what was delivered."""

    def __init__(self, client: Client, service: str) -> None:
        self._client = client
        self._service = service  # address that the agent's messages come from
        self.notes: list[WrittenNote] = []  # that the last audit came by

    def audit(self, delivered: Sequence[Message], category: str) -> Audit:
        """Compare what was delivered with what every mailbox holds now."""
        users = self._client.users()
        with ThreadPoolExecutor(max_workers=4) as pool:
            held = dict(zip(users, pool.map(self._mailbox, users.values()), strict=True))
        lost, doubled, altered = [], [], []
        copies = 0
        for message in delivered:
            for person in message.recipients:
                copies += 1
                name = f"message {message.row} to {person}"
                found = held[address(person)].get(message.internet_message_id, [])
                inbox = [item for folder, item in found if folder == "inbox"]
                if not inbox:
                    where = ", ".join(folder for folder, _ in found) or "nowhere"
                    lost.append(f"{name}: not in the Inbox, found in {where}")
                elif len(found) > 1:
                    doubled.append(f"{name}: {', '.join(folder for folder, _ in found)}")
                else:
                    altered += [
                        f"{name}: {what}" for what in _differences(message, inbox[0], category)
                    ]
        known = {message.internet_message_id for message in delivered}
        self.notes = []
        for mailbox, items in held.items():
            for id_, found in items.items():
                if id_ not in known:
                    doubled += self._note(mailbox, [item for _, item in found])
        return Audit(
            copies=copies, lost=tuple(lost), doubled=tuple(doubled), altered=tuple(altered)
        )

    def _note(self, mailbox: str, found: Sequence[dict[str, Any]]) -> list[str]:
        """Take a message of the agent's; return what is wrong where it is none, or is doubled."""
        item = found[0]
        if item["from"]["emailAddress"]["address"] != self._service:
            return [f"{mailbox}: holds a mail nobody sent"]
        person = mailbox.partition("@")[0]
        page = item["body"]["content"]
        self.notes.append(WrittenNote(person=person, subject=item["subject"], page=page))
        return [f"{mailbox}: was told twice: {item['subject']}"] if len(found) > 1 else []

    def _mailbox(self, user: str) -> dict[str, list[tuple[str, dict[str, Any]]]]:
        """Return every mail outside Sent Items by its internet message id, with its folder."""
        special = {
            self._client.one(f"/users/{user}/mailFolders/{name}?$select=id")["id"]: name
            for name in ("inbox", "sentitems")
        }
        found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
        for folder in self._folders(user):
            name = special.get(folder["id"], folder["displayName"])
            if name == "sentitems" or folder["totalItemCount"] == 0:
                continue
            path = f"/users/{user}/mailFolders/{folder['id']}/messages"
            for item in self._client.all(f"{path}?$top=500&$select={FIELDS}"):
                found.setdefault(item["internetMessageId"], []).append((name, item))
        return found

    def _folders(self, user: str) -> list[dict[str, Any]]:
        return list(
            self._client.all(f"/users/{user}/mailFolders?$top=100&includeHiddenFolders=true")
        )


def _differences(message: Message, item: dict[str, Any], category: str) -> list[str]:
    sent = message.as_delivery()
    wanted: dict[str, object] = {
        "subject": sent["subject"],
        "body": sent["body"],
        "from": sent["from"],
        "to": sent["to"],
        "cc": sent["cc"],
        "received": message.sent,
        "importance": "normal",
        "draft": False,
        "read": False,
    }
    found: dict[str, object] = {
        "subject": item["subject"],
        "body": item["body"]["content"],
        "from": item["from"]["emailAddress"]["address"],
        "to": [one["emailAddress"]["address"] for one in item["toRecipients"]],
        "cc": [one["emailAddress"]["address"] for one in item["ccRecipients"]],
        "received": datetime.fromisoformat(item["receivedDateTime"]),
        "importance": item["importance"],
        "draft": item["isDraft"],
        "read": item["isRead"],
    }
    wrong = [f"{key} is {found[key]!r}, was {wanted[key]!r}" for key in wanted]
    wrong = [line for key, line in zip(wanted, wrong, strict=True) if found[key] != wanted[key]]
    extra = set(item["categories"]) - {category}
    return wrong + [f"has the category {name}" for name in sorted(extra)]
