"""A mailbox: its folders, the messages in them, the log that delta queries read, a calendar."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from policy_agent.sandbox import ids
from policy_agent.sandbox.calendars import Calendar
from policy_agent.sandbox.changes import Change, Kind
from policy_agent.sandbox.refusals import GraphError, not_found

# Well-known names and what Outlook calls the folders in English (R/mailfolder).
WELL_KNOWN = {
    "inbox": "Inbox",
    "drafts": "Drafts",
    "sentitems": "Sent Items",
    "deleteditems": "Deleted Items",
    "outbox": "Outbox",
    "archive": "Archive",
    "junkemail": "Junk Email",
    "conversationhistory": "Conversation History",
}
_OUT_OF_SIGHT = {
    "recoverableitemsdeletions": "Deletions",
    "scheduled": "Scheduled",
    "searchfolders": "Search Folders",
}


@dataclass(slots=True, kw_only=True, eq=False)
class Folder:
    """A mail folder."""

    id: str
    name: str
    parent: "Folder | None" = None
    well_known: str | None = None
    hidden: bool = False
    items: "dict[str, Message]" = field(default_factory=dict)  # by immutable id
    log: "dict[str, Entry]" = field(default_factory=dict)  # by immutable id, oldest change first

    @property
    def unread(self) -> int:
        return sum(not message.fields["isRead"] for message in self.items.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """One copy of a mail in one mailbox."""

    immutable_id: str
    mutable_id: str  # renewed by each move
    folder: Folder
    fields: dict[str, Any]  # Graph's properties, but id and parentFolderId
    extended: dict[str, str] = field(default_factory=dict)  # single-value extended properties
    send_at: datetime | None = None  # a draft that was sent with a deferred send time waits for it
    save_sent: bool = True
    text: str = ""  # its plain-text part, where its sender wrote one beside the HTML
    attachments: tuple[Attachment, ...] = ()

    def id(self, *, immutable: bool) -> str:
        return self.immutable_id if immutable else self.mutable_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The last thing that happened to an item, as seen from one folder."""

    at: int
    entered: int  # when it came into the folder
    received: str
    immutable_id: str
    mutable_id: str
    removed: str | None = None  # changed: it is somewhere else; deleted: it is gone for good


class Mailbox:
    """One user's mail and calendar. Changes are logged for delta and told to the listener."""

    def __init__(self, owner: str, listener: Callable[[Change], None]) -> None:
        self.owner = owner  # user id
        self.settings: dict[str, Any] = {}
        self.categories: dict[str, dict[str, Any]] = {}
        self.calendar = Calendar(owner, listener)
        self._listener = listener
        self._count = 0
        self._by_immutable: dict[str, Message] = {}
        self._by_mutable: dict[str, Message] = {}
        self.root = Folder(
            id=ids.folder_id(owner, "msgfolderroot"),
            name="Top of Information Store",
            well_known="msgfolderroot",
        )
        self.folders: dict[str, Folder] = {self.root.id: self.root}
        self._known: dict[str, Folder] = {"msgfolderroot": self.root}
        for known, name in {**WELL_KNOWN, **_OUT_OF_SIGHT}.items():
            folder = Folder(
                id=ids.folder_id(owner, known),
                name=name,
                parent=self.root if known in WELL_KNOWN else None,
                well_known=known,
                hidden=known in _OUT_OF_SIGHT,
            )
            self.folders[folder.id] = self._known[known] = folder

    @property
    def count(self) -> int:
        """How many changes there were; delta tokens are made of it."""
        return self._count

    def folder(self, key: str) -> Folder:
        """Return the folder with this id or well-known name."""
        found = self.folders.get(key) or self._known.get(key.lower())
        if found is None:
            raise not_found("The specified folder could not be found in the store.")
        return found

    def children(self, parent: Folder) -> list[Folder]:
        return [folder for folder in self.folders.values() if folder.parent is parent]

    def message(self, key: str) -> Message:
        """Return the message with this id of either kind; both are case-sensitive."""
        found = self._by_immutable.get(key) or self._by_mutable.get(key)
        if found is None:
            raise not_found("The specified object was not found in the store.")
        return found

    def messages(self) -> Iterator[Message]:
        """Return every message that is not in the recoverable items."""
        hidden = self._known["recoverableitemsdeletions"]
        return (m for m in self._by_immutable.values() if m.folder is not hidden)

    def everything(self) -> Iterator[Message]:
        return iter(self._by_immutable.values())

    def add(self, fields: dict[str, Any], folder: Folder, **more: Any) -> Message:
        """Put a new message into a folder."""
        message = Message(
            immutable_id=ids.new_immutable_id(),
            mutable_id=ids.new_mutable_id(),
            folder=folder,
            fields=fields,
            **more,
        )
        fields["changeKey"] = ids.new_change_key()
        self._by_immutable[message.immutable_id] = message
        self._arrive(message, folder)
        return message

    def touch(self, message: Message, now: str) -> None:
        """Say that a message's properties have changed."""
        message.fields["changeKey"] = ids.new_change_key()
        message.fields["lastModifiedDateTime"] = now
        self._count += 1
        self._log(message, entered=message.folder.log[message.immutable_id].entered)
        self._tell(Kind.UPDATED, message)

    def move(self, message: Message, folder: Folder, now: str) -> None:
        """Move a message: a new mutable id, gone from the one folder, created in the other."""
        self._leave(message, "changed")
        message.mutable_id = ids.new_mutable_id()
        message.fields["changeKey"] = ids.new_change_key()
        message.fields["lastModifiedDateTime"] = now
        self._arrive(message, folder)

    def delete(self, message: Message, now: str) -> None:
        """Delete as Outlook does: to Deleted Items, and from there for good."""
        bin_folder = self._known["deleteditems"]
        message.send_at = None
        if message.folder is not bin_folder and not message.folder.hidden:
            self.move(message, bin_folder, now)
            return
        self._leave(message, "deleted")
        del self._by_immutable[message.immutable_id]

    def forget(self, message: Message) -> None:
        """Take away a message for good, wherever it is."""
        self._leave(message, "deleted")
        del self._by_immutable[message.immutable_id]

    def add_folder(self, name: str, parent: Folder, *, hidden: bool) -> Folder:
        """Create a folder; its name must be new below the parent."""
        self._name_is_free(name, parent)
        folder = Folder(id=ids.new_folder_id(), name=name, parent=parent, hidden=hidden)
        self.folders[folder.id] = folder
        return folder

    def rename_folder(self, folder: Folder, name: str) -> None:
        if name.lower() != folder.name.lower() and folder.parent is not None:
            self._name_is_free(name, folder.parent)
        folder.name = name

    def move_folder(self, folder: Folder, parent: Folder) -> None:
        above: Folder | None = parent
        while above is not None:
            if above is folder:
                raise GraphError(400, "ErrorMoveCopyFailed", "A folder cannot go into itself.")
            above = above.parent
        self._name_is_free(folder.name, parent)
        folder.parent = parent

    def delete_folder(self, folder: Folder) -> None:
        """Delete a folder with all that is in it: to Deleted Items, and from there for good."""
        if folder.well_known:
            raise GraphError(
                400, "ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be deleted."
            )
        bin_folder = self._known["deleteditems"]
        if folder.parent is not bin_folder:
            taken = {child.name.lower() for child in self.children(bin_folder)}
            name, number = folder.name, 1
            while folder.name.lower() in taken:
                folder.name, number = f"{name}{number}", number + 1
            folder.parent = bin_folder
            return
        for child in self.children(folder):
            child.parent = bin_folder
            self.delete_folder(child)
        for message in list(folder.items.values()):
            self.forget(message)
        del self.folders[folder.id]

    def _name_is_free(self, name: str, parent: Folder) -> None:
        if any(child.name.lower() == name.lower() for child in self.children(parent)):
            raise GraphError(
                409,
                "ErrorFolderExists",
                "A folder with the specified name already exists.",
            )

    def _arrive(self, message: Message, folder: Folder) -> None:
        message.folder = folder
        folder.items[message.immutable_id] = message
        self._by_mutable[message.mutable_id] = message
        self._count += 1
        self._log(message, entered=self._count)
        self._tell(Kind.CREATED, message)

    def _leave(self, message: Message, reason: str) -> None:
        folder = message.folder
        del folder.items[message.immutable_id]
        del self._by_mutable[message.mutable_id]
        self._count += 1
        self._log(message, entered=folder.log[message.immutable_id].entered, removed=reason)
        self._tell(Kind.DELETED, message)

    def _log(self, message: Message, *, entered: int, removed: str | None = None) -> None:
        log = message.folder.log
        log.pop(message.immutable_id, None)  # so that the newest change stands last
        log[message.immutable_id] = Entry(
            at=self._count,
            entered=entered,
            received=message.fields["receivedDateTime"] or "",
            immutable_id=message.immutable_id,
            mutable_id=message.mutable_id,
            removed=removed,
        )

    def _tell(self, kind: Kind, message: Message) -> None:
        self._listener(
            Change(
                kind=kind,
                owner=self.owner,
                of="message",
                folder=message.folder.id,
                immutable_id=message.immutable_id,
                mutable_id=message.mutable_id,
                change_key=message.fields["changeKey"],
            )
        )
