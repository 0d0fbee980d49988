"""Holds and their events: every change of state is compare-and-set, and a row of its own."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision
from policy_agent.domain.holds import OPEN_STATES, TRANSITIONS, Hold, HoldState
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.exemptions import count_uses
from policy_agent.store.leases import Claim, claim
from policy_agent.store.statements import chunks
from policy_agent.store.tables import FREE

_rows = tables.holds
_events = tables.hold_events


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldEvent:
    """One change of a hold's state."""

    hold: int
    from_state: HoldState | None  # None: it was made
    to_state: HoldState
    at: datetime  # tenant time, aware UTC
    why: str
    who: str | None = None  # person id, or a name given at the command line; None: the agent


_event_columns = [_events.c[field.name] for field in fields(HoldEvent)]


class Holds(Database):
    """Copies that are kept back, were kept back, or are to be."""

    def held_counts(self, mailboxes: Collection[str]) -> Mapping[str, int]:
        """Count open holds by mailbox; a mailbox without any counts 0."""
        counts = dict.fromkeys(mailboxes, 0)
        with self.reading() as connection:
            for chunk in chunks(sorted(counts)):
                rows = connection.execute(
                    select(_rows.c.mailbox, func.count())
                    .where(_rows.c.mailbox.in_(chunk), _rows.c.state.in_(OPEN_STATES))
                    .group_by(_rows.c.mailbox)
                )
                counts.update((mailbox, count) for mailbox, count in rows)
        return counts

    def claim_planned(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[Hold]:
        """Take holds that are still planned and that nobody has a running lease on.

        What was put off comes after what was not: see `claim_due`.
        """
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(
                connection,
                _rows,
                asked,
                _rows.c.state == HoldState.PLANNED,
                order=[_rows.c.free_from, _rows.c.promised, _rows.c.id],
            )
        return tuple(hold_of(row) for row in rows)

    def claim_due(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[Hold]:
        """Take holds that are due and held, oldest promise first, and make them `releasing`.

        Somebody who asked for one made it due, whatever clock they asked by. Those that are
        `releasing` already and whose lease ran out are taken too, due or not: the sender or
        `release --all` may have asked for them early, and whoever began it is gone.
        What was put off comes after what was not, however old its promise: else the copies of
        mailboxes that do not answer would be taken first each time, and no others.
        """
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(
                connection,
                _rows,
                asked,
                or_(
                    and_(
                        _rows.c.state == HoldState.HELD,
                        or_(_rows.c.due <= now, _rows.c.asked.is_not(None)),
                    ),
                    _rows.c.state == HoldState.RELEASING,
                ),
                order=[_rows.c.free_from, _rows.c.promised, _rows.c.id],
            )
            taken = [hold_of(row) for row in rows]
            held = [hold for hold in taken if hold.state is HoldState.HELD]
            _set_state(connection, held, HoldState.RELEASING)
            write_events(
                connection,
                [replace(hold, state=HoldState.RELEASING) for hold in held],
                came_from=HoldState.HELD,
                why="due",
                now=now,
            )
        return tuple(replace(hold, state=HoldState.RELEASING) for hold in taken)

    def advance(
        self, holds: Collection[Hold], to: HoldState, *, why: str, now: datetime
    ) -> Sequence[Hold]:
        """Bring each from the state it is given with into another, by compare-and-set.

        Writes an event row for each; ends the lease; returns those that it did change, in their
        new state. A transition that `TRANSITIONS` does not know is a ValueError, and then none of
        them is changed.
        """
        wanted: dict[HoldState, dict[int, Hold]] = defaultdict(dict)
        for hold in holds:
            if to not in TRANSITIONS[hold.state]:
                raise ValueError(f"hold {hold.id} cannot go from {hold.state} to {to}")
            wanted[hold.state][hold.id] = hold
        changed: list[Hold] = []
        with self.writing() as connection:
            for came_from in sorted(wanted):
                given = wanted[came_from]
                for chunk in chunks(sorted(given)):
                    still = _lock(connection, chunk, came_from)
                    moved = [replace(given[key], state=to) for key in still]
                    _set_state(connection, moved, to, leased_by=None, free_from=FREE)
                    write_events(connection, moved, came_from=came_from, why=why, now=now)
                    changed += moved
        return tuple(changed)

    def bring_forward(
        self, holds: Mapping[Hold, Sequence[Decision]], *, to: datetime, why: str, now: datetime
    ) -> Sequence[Hold]:
        """Make the release of each due at `to` where that is earlier; never later.

        Only planned and held ones. Writes an event row for each, in the state that it stays in;
        the decisions beside a hold are what frees it now, and run-time exemptions among them are
        counted as used. Returns those that it did change.
        """
        by_id = {hold.id: hold for hold in holds}
        changed: list[Hold] = []
        with self.writing() as connection:
            for chunk in chunks(sorted(by_id)):
                rows = connection.execute(
                    select(_rows)
                    .where(
                        _rows.c.id.in_(chunk),
                        _rows.c.state.in_([HoldState.PLANNED, HoldState.HELD]),
                        _rows.c.due > to,
                    )
                    .order_by(_rows.c.id)
                    .with_for_update()
                ).all()
                earlier = [
                    replace(hold, due=to, promised=min(hold.promised, to))
                    for hold in map(hold_of, rows)
                ]
                for hold in earlier:
                    connection.execute(
                        update(_rows)
                        .where(_rows.c.id == hold.id)
                        .values(due=hold.due, promised=hold.promised)
                    )
                    write_events(connection, [hold], came_from=hold.state, why=why, now=now)
                changed += earlier
            freed = {hold.id for hold in changed}
            count_uses(
                connection,
                (said for hold, all_said in holds.items() if hold.id in freed for said in all_said),
            )
        return tuple(changed)

    def holds_after(self, number: int) -> Sequence[Hold]:
        """Return planned and held ones with an id above that, in the order they were made."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(
                    _rows.c.id > number,
                    _rows.c.state.in_([HoldState.PLANNED, HoldState.HELD]),
                )
                .order_by(_rows.c.id)
            ).all()
        return tuple(hold_of(row) for row in rows)

    def retry_holds(self, holds: Collection[Hold], *, at: datetime) -> None:
        """Give leases back, not to be claimed before `at` (machine time).

        A hold that is in another state by now is somebody else's business and left alone.
        """
        with self.writing() as connection:
            for state in sorted({hold.state for hold in holds} & OPEN_STATES):
                keys = sorted({hold.id for hold in holds if hold.state is state})
                for chunk in chunks(keys):
                    connection.execute(
                        update(_rows)
                        .where(_rows.c.id.in_(_lock(connection, chunk, state)))
                        .values(leased_by=None, free_from=at)
                    )

    def holds(self, states: Collection[HoldState]) -> Sequence[Hold]:
        """Return the holds in any of these states, oldest promise first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.state.in_(states))
                .order_by(_rows.c.promised, _rows.c.id)
            ).all()
        return tuple(hold_of(row) for row in rows)

    def open_holds(self) -> tuple[int, datetime | None]:
        """Count holds that are not over, and return when the oldest of them is due."""
        with self.reading() as connection:
            count, oldest = connection.execute(
                select(func.count(), func.min(_rows.c.due, type_=_rows.c.due.type)).where(
                    _rows.c.state.in_(OPEN_STATES)
                )
            ).one()
        return count, oldest

    def hold_of(self, copy: CopyRef) -> Hold | None:
        """Return the one hold that a copy has or had, if any."""
        with self.reading() as connection:
            row = connection.execute(
                select(_rows).where(
                    _rows.c.mailbox == copy.mailbox, _rows.c.message == copy.message
                )
            ).one_or_none()
        return None if row is None else hold_of(row)

    def holds_between(self, start: datetime, end: datetime) -> Iterator[Hold]:
        """Go through the holds that were decided from `start` until before `end`, oldest first.

        Each is in the state it has now. Rows are fetched as they are asked for, out of one
        transaction.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.decided >= start, _rows.c.decided < end)
                .order_by(_rows.c.decided, _rows.c.id),
                execution_options={"yield_per": 1000},
            )
            for row in rows:
                yield hold_of(row)

    def hold_events(self, hold: int) -> Sequence[HoldEvent]:
        """Return what happened to the hold of that id, in order; nothing for an unknown one."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_event_columns).where(_events.c.hold == hold).order_by(_events.c.id)
            )
            return tuple(HoldEvent(**row) for row in rows.mappings())


def hold_of(row: Row[Any]) -> Hold:
    """Return the hold that a row of the table says."""
    return Hold(
        id=row.id,
        copy=CopyRef(mailbox=row.mailbox, message=row.message),
        rule=row.rule,
        state=row.state,
        received=row.received,
        promised=row.promised,
        due=row.due,
        mail=row.mail,
        asked=row.asked,
    )


def write_events(
    connection: Connection,
    holds: Sequence[Hold],
    *,
    came_from: HoldState | None,
    why: str,
    now: datetime,
    who: str | None = None,
) -> None:
    """Write down that each of these came into the state it has."""
    if holds:
        connection.execute(
            insert(_events),
            [
                {
                    "hold": hold.id,
                    "from_state": came_from,
                    "to_state": hold.state,
                    "at": now,
                    "why": why,
                    "who": who,
                }
                for hold in holds
            ],
        )


def _lock(connection: Connection, ids: Sequence[int], state: HoldState) -> Sequence[int]:
    """Return those that are in that state, and keep them so until the transaction ends.

    Rows are locked in the order of their ids, so that two processes cannot wait for each other.
    """
    return (
        connection.execute(
            select(_rows.c.id)
            .where(_rows.c.id.in_(ids), _rows.c.state == state)
            .order_by(_rows.c.id)
            .with_for_update()
        )
        .scalars()
        .all()
    )


def _set_state(
    connection: Connection, holds: Sequence[Hold], to: HoldState, **further: object
) -> None:
    """Write the state of rows that this transaction has locked."""
    for chunk in chunks([hold.id for hold in holds]):
        connection.execute(update(_rows).where(_rows.c.id.in_(chunk)).values(state=to, **further))
