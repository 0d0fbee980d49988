"""Mailboxes in scope, and the change subscriptions on them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update

from policy_agent.domain.watching import Mailbox, Subscription
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks, insert_into

_rows = tables.mailboxes
_folders = tables.hold_folders
_subscriptions = tables.subscriptions


class Mailboxes(Database):
    """What is watched."""

    def put_mailboxes(self, ids: Collection[str], *, now: datetime) -> None:
        """Make exactly these the mailboxes in scope; new ones are watched from `now` on.

        One that goes out of scope is forgotten with all that was learnt of it: should it come
        back, the mail of the time between is none of ours.
        """
        wanted = set(ids)
        with self.writing() as connection:
            alone(connection, "put mailboxes")
            known = set(connection.execute(select(_rows.c.id)).scalars())
            for chunk in chunks(sorted(known - wanted)):
                connection.execute(delete(_rows).where(_rows.c.id.in_(chunk)))
            new = [{"id": id_, "since": now} for id_ in sorted(wanted - known)]
            if new:
                connection.execute(insert_into(connection, _rows), new)

    def mailboxes(self, ids: Collection[str] | None = None) -> Sequence[Mailbox]:
        """Return the mailboxes in scope, by id: these, or all."""
        wanted = select(_rows).order_by(_rows.c.id)
        with self.reading() as connection:
            if ids is None:
                return tuple(Mailbox(**row) for row in connection.execute(wanted).mappings())
            return tuple(
                Mailbox(**row)
                for chunk in chunks(sorted(set(ids)))
                for row in connection.execute(wanted.where(_rows.c.id.in_(chunk))).mappings()
            )

    def set_inboxes(self, folders: Mapping[str, str]) -> None:
        """Remember the Inbox's folder id of each mailbox in scope; others are left out."""
        self._learn("inbox", folders)

    def set_delta_links(self, links: Mapping[str, str | None]) -> None:
        """Remember where each mailbox's sweep goes on; None: from an instant again."""
        self._learn("delta_link", links)

    def park(self, ids: Collection[str], *, until: datetime) -> None:
        """Leave these mailboxes alone until then (tenant time)."""
        self._learn("parked_until", dict.fromkeys(ids, until))

    def _learn(self, column: str, values: Mapping[str, object]) -> None:
        """Write one column of several mailboxes; each its own, so that nobody undoes another's."""
        if not values:
            return
        with self.writing() as connection:
            connection.execute(
                update(_rows)
                .where(_rows.c.id == bindparam("key"))
                .values({column: bindparam("learnt")}),
                [{"key": key, "learnt": values[key]} for key in sorted(values)],
            )

    def hold_folders(self, ids: Collection[str] | None = None) -> Mapping[str, tuple[str, ...]]:
        """Return the folders that held mail of these mailboxes, or all, was ever put into.

        The last of a mailbox is the one in use. Also of a mailbox that is out of scope by now: its
        held mail has to find back.
        """
        wanted = select(_folders).order_by(_folders.c.mailbox, _folders.c.id)
        questions = (
            [wanted]
            if ids is None
            else [wanted.where(_folders.c.mailbox.in_(some)) for some in chunks(sorted(set(ids)))]
        )
        found: dict[str, tuple[str, ...]] = {}
        with self.reading() as connection:
            for question in questions:
                for row in connection.execute(question):
                    found[row.mailbox] = (*found.get(row.mailbox, ()), row.folder)
        return found

    def add_hold_folders(self, folders: Mapping[str, str]) -> None:
        """Remember the hold folder that is in use in each mailbox from now on."""
        if not folders:
            return
        rows = [{"mailbox": mailbox, "folder": folders[mailbox]} for mailbox in sorted(folders)]
        with self.writing() as connection:
            alone(connection, "add hold folders")
            connection.execute(  # one that was in use before becomes the last again
                delete(_folders).where(
                    _folders.c.mailbox == bindparam("mailbox"),
                    _folders.c.folder == bindparam("folder"),
                ),
                rows,
            )
            connection.execute(insert(_folders), rows)

    def subscriptions(self) -> Sequence[Subscription]:
        """Return every subscription that was saved and not forgotten, by id."""
        with self.reading() as connection:
            rows = connection.execute(select(_subscriptions).order_by(_subscriptions.c.id))
            return tuple(Subscription(**row) for row in rows.mappings())

    def save_subscriptions(self, subscriptions: Collection[Subscription]) -> None:
        """Write down new ones, and what changed of known ones."""
        if not subscriptions:
            return
        with self.writing() as connection:
            write = insert_into(connection, _subscriptions)
            kept = ("mailbox", "client_state", "expires", "what")
            connection.execute(
                write.on_conflict_do_update(
                    index_elements=[_subscriptions.c.id],
                    set_={name: write.excluded[name] for name in kept},
                ),
                [
                    {"id": one.id, **{name: getattr(one, name) for name in kept}}
                    for one in sorted(subscriptions, key=lambda one: one.id)
                ],
            )

    def forget_subscriptions(self, ids: Collection[str]) -> None:
        """Forget those that are gone from the service."""
        with self.writing() as connection:
            for chunk in chunks(sorted(set(ids))):
                connection.execute(delete(_subscriptions).where(_subscriptions.c.id.in_(chunk)))
