"""Mails of which copies are on hold: one row a sender and message, and what somebody asked of them.

A release that somebody asks for is only written down here: the copies are brought back by the same
work as those that are due, so a kill at any time leaves nothing half done.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, literal, or_, select, update

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import Asked, HeldMail, Hold, HoldState
from policy_agent.domain.judged import Judged
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.holds import hold_of, write_events
from policy_agent.store.statements import chunks, insert_into
from policy_agent.store.tables import FREE

_rows = tables.held_mails
_holds = tables.holds
ASKED = {  # what stands in an event
    Asked.SENDER: "its sender asked to send it now",
    Asked.RECIPIENT: "its recipient asked to have it now",
    Asked.IT: "IT asked to have it back now",
}
_ALL_ASKED = "IT asked to have everything back now"


class HeldMails(Database):
    """Mails whose senders are told, and releases before their time."""

    def held_mail(self, number: int) -> HeldMail | None:
        """Return the mail of that id, if there is one."""
        with self.reading() as connection:
            row = connection.execute(select(_rows).where(_rows.c.id == number)).one_or_none()
        return None if row is None else read_held_mail(row)

    def holds_of_mail(self, number: int) -> Sequence[Hold]:
        """Return the holds on that mail's copies, over or not, in the order they were made."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_holds).where(_holds.c.mail == number).order_by(_holds.c.id)
            ).all()
        return tuple(hold_of(row) for row in rows)

    def holds_numbered(self, numbers: Collection[int]) -> Sequence[Hold]:
        """Return the holds of these ids, in their order; an unknown one is left out."""
        found: list[Hold] = []
        with self.reading() as connection:
            for chunk in chunks(sorted(set(numbers))):
                rows = connection.execute(
                    select(_holds).where(_holds.c.id.in_(chunk)).order_by(_holds.c.id)
                )
                found += map(hold_of, rows)
        return tuple(found)

    def ask_release(
        self, holds: Collection[int], *, asked: Asked, who: str, now: datetime
    ) -> Sequence[Hold]:
        """Make these due now because somebody asked; what was asked for before stays as it is.

        Only planned and held ones that nobody asked for yet. Writes an event row for each, in the
        state that it stays in, with who asked. Those that wait for another try may be claimed at
        once. Returns those that it did change.
        """
        changed: list[Hold] = []
        with self.writing() as connection:
            asking = _Asking(asked=asked, who=who, now=now, why=ASKED[asked])
            for chunk in chunks(sorted(set(holds))):
                changed += _ask(connection, chunk, asking)
        return tuple(changed)

    def ask_release_all(self, *, who: str, now: datetime, limit: int) -> int:
        """Make the `limit` oldest holds that wait due now, because IT asked; returns how many.

        Fewer than `limit` are the last: call it until then. Each call is one transaction, and what
        was asked for before stays as it is, so that calling it again, or after a kill, is harmless.
        """
        asking = _Asking(asked=Asked.IT, who=who, now=now, why=_ALL_ASKED)
        with self.writing() as connection:
            waiting = (
                connection.execute(
                    select(_holds.c.id)
                    .where(
                        _holds.c.state.in_([HoldState.PLANNED, HoldState.HELD]),
                        _holds.c.asked.is_(None),
                    )
                    .order_by(_holds.c.id)
                    .limit(limit)
                    .with_for_update()
                )
                .scalars()
                .all()
            )
            for chunk in chunks(waiting):
                _ask(connection, chunk, asking)
        return len(waiting)

    def ask_mail(self, number: int, *, who: str, now: datetime, why: str = "") -> Sequence[Hold]:
        """Do the same for every copy of that mail, because its sender asked; once for good.

        Copies that are judged later do not wait either: see `held_mails_of`. Returns the holds that
        it did change: none where the sender asked before. `why` stands in their events.
        """
        with self.writing() as connection:
            first = connection.execute(
                update(_rows)
                .where(_rows.c.id == number, _rows.c.sent_now.is_(None))
                .values(sent_now=now)
                .returning(_rows.c.id)
            ).scalar_one_or_none()
            if first is None:
                return ()
            wanted = connection.execute(select(_holds.c.id).where(_holds.c.mail == number))
            asking = _Asking(asked=Asked.SENDER, who=who, now=now, why=why or ASKED[Asked.SENDER])
            return tuple(_ask(connection, sorted(wanted.scalars()), asking))

    def unasked_mails(self, *, after: int, limit: int, now: datetime) -> Sequence[HeldMail]:
        """Return mails that wait and nobody asked for, above that id, of senders in scope.

        At most `limit`, in the order of their ids; a mailbox that is parked is left out. Goes from
        the holds that are open, which are few beside all mails that ever were.
        """
        waiting = (
            select(_holds.c.mail)
            .where(
                _holds.c.state.in_([HoldState.PLANNED, HoldState.HELD]),
                _holds.c.asked.is_(None),
                _holds.c.mail > after,
            )
            .distinct()
        )
        parked_until = tables.mailboxes.c.parked_until
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .join(tables.mailboxes, tables.mailboxes.c.id == _rows.c.sender)
                .where(
                    _rows.c.id.in_(waiting),
                    _rows.c.sent_now.is_(None),
                    or_(parked_until.is_(None), parked_until <= now),
                )
                .order_by(_rows.c.id)
                .limit(limit)
            ).all()
        return tuple(read_held_mail(row) for row in rows)


def held_mails_of(connection: Connection, judged: Sequence[Judged]) -> Mapping[CopyRef, HeldMail]:
    """Return the mail of each copy that is to be held, made where it is new.

    A copy of a message that nobody known sent, or of which the id is not known, has none. Until the
    transaction ends nobody can ask for these mails: whoever plans a hold sees whether its sender
    asked already, and whoever asks sees the hold.
    """
    wanted: dict[tuple[str, str], list[Judged]] = {}
    for one in judged:
        sender = None if one.facts is None else one.facts.sender
        if one.hold is not None and sender is not None and one.internet_message_id:
            wanted.setdefault((sender, one.internet_message_id), []).append(one)
    found: dict[CopyRef, HeldMail] = {}
    for sender, message in sorted(wanted):  # in one order: nobody waits for each other
        copies = wanted[sender, message]
        connection.execute(
            insert_into(connection, _rows)
            .values(
                sender=sender,
                internet_message_id=message,
                received=min(one.received for one in copies),
                told=False,
            )
            .on_conflict_do_nothing(index_elements=[_rows.c.sender, _rows.c.internet_message_id])
        )
        mail = read_held_mail(
            connection.execute(
                select(_rows)
                .where(_rows.c.sender == sender, _rows.c.internet_message_id == message)
                .with_for_update(read=True)
            ).one()
        )
        found.update((one.copy, mail) for one in copies)
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asking:
    asked: Asked
    who: str
    now: datetime
    why: str


def _ask(connection: Connection, ids: Sequence[int], asking: _Asking) -> list[Hold]:
    rows = connection.execute(
        select(_holds)
        .where(
            _holds.c.id.in_(ids),
            _holds.c.state.in_([HoldState.PLANNED, HoldState.HELD]),
            _holds.c.asked.is_(None),
        )
        .order_by(_holds.c.id)
        .with_for_update()
    ).all()
    now = literal(asking.now, _holds.c.due.type)
    connection.execute(
        update(_holds)
        .where(_holds.c.id.in_([row.id for row in rows]))
        .values(
            due=case((_holds.c.due > now, now), else_=_holds.c.due),
            asked=asking.asked,
            # a running lease stays: somebody works on it just now
            free_from=case(
                (_holds.c.leased_by.is_(None), literal(FREE, _holds.c.free_from.type)),
                else_=_holds.c.free_from,
            ),
        )
    )
    changed = [
        replace(hold, due=min(hold.due, asking.now), asked=asking.asked)
        for hold in map(hold_of, rows)
    ]
    for state in (HoldState.PLANNED, HoldState.HELD):
        write_events(
            connection,
            [hold for hold in changed if hold.state is state],
            came_from=state,
            why=asking.why,
            now=asking.now,
            who=asking.who,
        )
    return changed


def read_held_mail(row: Row[Any]) -> HeldMail:
    """Return the mail that a row of the table says."""
    return HeldMail(**{field.name: getattr(row, field.name) for field in fields(HeldMail)})
