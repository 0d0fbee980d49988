"""Leases: a worker takes rows for a while; when it dies they are free again by themselves.

Everything a lease says is machine time, which goes on at its own pace in a rehearsal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, func, or_, select, update

from policy_agent.store.statements import chunks
from policy_agent.store.tables import FREE

# Nobody keeps a row longer than this past a lease. One that is kept for longer was written by a
# clock that was ahead and has been put right since.
_LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """Who takes how many rows, and until when."""

    worker: str
    limit: int
    machine: datetime
    lease: timedelta


def claim(
    connection: Connection,
    table: Table,
    asked: Claim,
    *where: ColumnElement[bool],
    order: Sequence[ColumnElement[Any]],
) -> Sequence[Row[Any]]:
    """Lease the first free rows to a worker; return them as they were before.

    On PostgreSQL, rows that another transaction is just claiming are passed over and not waited
    for. On SQLite the whole transaction is alone, and the locking clause is left out by itself.

    A row that would be free only long after any lease or wait is free as well: else what was put
    off while the machine's clock was ahead would stay put off when it is right again.
    """
    if asked.limit < 1:
        return ()
    beyond = asked.machine + asked.lease + _LONGEST_WAIT
    rows = connection.execute(
        select(table)
        .where(or_(table.c.free_from <= asked.machine, table.c.free_from > beyond), *where)
        .order_by(*order)
        .limit(asked.limit)
        .with_for_update(skip_locked=True)
    ).all()
    for chunk in chunks([row.id for row in rows]):
        connection.execute(
            update(table)
            .where(table.c.id.in_(chunk))
            .values(leased_by=asked.worker, free_from=asked.machine + asked.lease)
        )
    return rows


def forget(connection: Connection, tables: Iterable[Table], worker: str) -> None:
    """Free whatever the worker has leases on."""
    for table in tables:
        connection.execute(
            update(table).where(table.c.leased_by == worker).values(leased_by=None, free_from=FREE)
        )


def running(
    connection: Connection, tables: Iterable[Table], machine: datetime, lease: timedelta
) -> dict[str, datetime]:
    """Return every worker with a lease that is not over, and when its last one is.

    One that is longer than any lease is none, as when rows are claimed.
    """
    beyond = machine + lease + _LONGEST_WAIT
    until: dict[str, datetime] = {}
    for table in tables:
        rows = connection.execute(
            select(table.c.leased_by, func.max(table.c.free_from, type_=table.c.free_from.type))
            .where(
                table.c.leased_by.is_not(None),
                table.c.free_from > machine,
                table.c.free_from <= beyond,
            )
            .group_by(table.c.leased_by)
        )
        for worker, free_from in rows:
            until[worker] = max(free_from, until.get(worker, free_from))
    return until
