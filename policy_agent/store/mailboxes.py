"""Mailboxes in scope, and the change subscriptions on them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from policy_agent.domain.watching import Mailbox, Subscription
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks, insert_into

_rows = tables.mailboxes
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

    def mailboxes(self) -> Sequence[Mailbox]:
        """Return the mailboxes in scope, by id."""
        with self.reading() as connection:
            rows = connection.execute(select(_rows).order_by(_rows.c.id))
            return tuple(Mailbox(**row) for row in rows.mappings())

    def save_mailboxes(self, mailboxes: Collection[Mailbox]) -> None:
        """Write what was learnt of mailboxes in scope; others are left out."""
        if not mailboxes:
            return
        learnt = ("since", "inbox", "hold_folder", "delta_link", "parked_until")
        with self.writing() as connection:
            connection.execute(
                update(_rows)
                .where(_rows.c.id == bindparam("key"))
                .values({name: bindparam(name) for name in learnt}),
                [
                    {"key": mailbox.id, **{name: getattr(mailbox, name) for name in learnt}}
                    for mailbox in sorted(mailboxes, key=lambda mailbox: mailbox.id)
                ],
            )

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
            kept = ("mailbox", "client_state", "expires")
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
