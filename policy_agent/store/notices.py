"""Notices that wait to be worked off, whatever they are about: of mail and of events alike.

A table of them has a row a thing, named by its mailbox and one more id. A claimed row's `seq` is
made of the row's id, which never comes back, and the number of notices. So it names one notice for
good: a worker that was away for so long that somebody else finished its row cannot finish a later
one of the same thing by mistake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, func, select, update

from policy_agent.store.leases import Claim, claim
from policy_agent.store.statements import insert_into
from policy_agent.store.tables import FREE

_NOTICES = 1 << 32  # more than the column can count


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A table of notices."""

    table: Table
    names: tuple[str, str]  # the columns that name what a row is about
    latest: tuple[str, ...] = ()  # columns that the last notice overwrites

    def accept(
        self, connection: Connection, rows: Iterable[Mapping[str, object]], *, now: datetime
    ) -> None:
        """Write down each; one that is written down already gets a higher seq.

        One `executemany` however many there are, in an order that all processes share, so that
        two of them cannot wait for each other.
        """
        write = insert_into(connection, self.table)
        latest = {name: write.excluded[name] for name in self.latest}
        fresh = {"accepted": now, "notices": 1, "attempts": 0, "free_from": FREE}
        connection.execute(
            write.on_conflict_do_update(
                index_elements=[self.table.c[name] for name in self.names],
                set_={"notices": self.table.c.notices + 1, **latest},
            ),
            [{**row, **fresh} for row in rows],
        )

    def claim(self, connection: Connection, asked: Claim) -> Sequence[Row[Any]]:
        """Take rows, oldest first, that nobody has a running lease on and no retry keeps."""
        return claim(connection, self.table, asked, order=[self.table.c.id])

    def finish(self, connection: Connection, seqs: Iterable[int]) -> None:
        """Forget them, but for those that were written down again since they were claimed.

        Those are free for the next claim at once.
        """
        rows = self.table
        done = [{"key_id": seq // _NOTICES, "key_notices": seq % _NOTICES} for seq in sorted(seqs)]
        connection.execute(
            delete(rows).where(
                rows.c.id == bindparam("key_id"), rows.c.notices == bindparam("key_notices")
            ),
            done,
        )
        connection.execute(
            update(rows)
            .where(rows.c.id == bindparam("key_id"), rows.c.notices > bindparam("key_notices"))
            .values(attempts=0, leased_by=None, free_from=FREE),
            done,
        )

    def put_back(
        self, connection: Connection, attempts: Iterable[tuple[int, int]], *, at: datetime
    ) -> None:
        """Give rows back, by seq and attempts, not to be claimed before `at` (machine time).

        Counts an attempt, by compare-and-set, so that one attempt is not counted twice.
        """
        rows = self.table
        connection.execute(
            update(rows)
            .where(rows.c.id == bindparam("key_id"), rows.c.attempts == bindparam("key_attempts"))
            .values(attempts=rows.c.attempts + 1, leased_by=None, free_from=at),
            [{"key_id": seq // _NOTICES, "key_attempts": tried} for seq, tried in sorted(attempts)],
        )

    def pending(self, connection: Connection) -> int:
        """Count those that are written down, claimed or not."""
        return connection.execute(select(func.count()).select_from(self.table)).scalar_one()


def seq_of(row: Row[Any]) -> int:
    """Return what names the last notice of a claimed row."""
    number: int = row.id * _NOTICES + row.notices
    return number
