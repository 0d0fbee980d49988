"""Arrivals: notices that a copy is new, written down before anything is done about them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, update

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.watching import Arrival
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim, claim
from policy_agent.store.statements import insert_into
from policy_agent.store.tables import FREE

_rows = tables.arrivals

_NOTICES = 1 << 32  # more than the column can count


class Arrivals(Database):
    """Copies that wait to be looked at.

    `Arrival.seq` is made of the row's id, which never comes back, and the number of notices. So it
    names one notice for good: a worker that was away for so long that somebody else finished its
    arrival cannot finish a later one of the same copy by mistake.
    """

    def accept(self, copies: Collection[CopyRef], *, now: datetime) -> None:
        """Write down that these are new; a copy that is written down already gets a higher seq.

        One `executemany` however many there are, in an order that all processes share, so that
        two of them cannot wait for each other.
        """
        if not copies:
            return
        with self.writing() as connection:
            connection.execute(
                insert_into(connection, _rows).on_conflict_do_update(
                    index_elements=[_rows.c.mailbox, _rows.c.message],
                    set_={"notices": _rows.c.notices + 1},
                ),
                [
                    {
                        "mailbox": copy.mailbox,
                        "message": copy.message,
                        "accepted": now,
                        "notices": 1,
                        "attempts": 0,
                        "free_from": FREE,
                    }
                    for copy in sorted(set(copies))
                ],
            )

    def claim_arrivals(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[Arrival]:
        """Take arrivals, oldest first, that nobody has a running lease on and no retry keeps."""
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(connection, _rows, asked, order=[_rows.c.id])
        return tuple(
            Arrival(
                copy=CopyRef(mailbox=row.mailbox, message=row.message),
                seq=row.id * _NOTICES + row.notices,
                attempts=row.attempts,
            )
            for row in rows
        )

    def finish_arrivals(self, arrivals: Collection[Arrival]) -> None:
        """Forget them, but for those that were written down again since they were claimed.

        Those are free for the next claim at once.
        """
        if not arrivals:
            return
        done = [
            {"key_id": arrival.seq // _NOTICES, "key_notices": arrival.seq % _NOTICES}
            for arrival in sorted(arrivals, key=lambda arrival: arrival.seq)
        ]
        with self.writing() as connection:
            connection.execute(
                delete(_rows).where(
                    _rows.c.id == bindparam("key_id"),
                    _rows.c.notices == bindparam("key_notices"),
                ),
                done,
            )
            connection.execute(
                update(_rows)
                .where(
                    _rows.c.id == bindparam("key_id"),
                    _rows.c.notices > bindparam("key_notices"),
                )
                .values(attempts=0, leased_by=None, free_from=FREE),
                done,
            )

    def retry_arrivals(self, arrivals: Collection[Arrival], *, at: datetime) -> None:
        """Give them back, not to be claimed before `at` (machine time); counts an attempt.

        By compare-and-set on the attempts, so that one attempt is not counted twice.
        """
        if not arrivals:
            return
        with self.writing() as connection:
            connection.execute(
                update(_rows)
                .where(
                    _rows.c.id == bindparam("key_id"),
                    _rows.c.attempts == bindparam("key_attempts"),
                )
                .values(attempts=_rows.c.attempts + 1, leased_by=None, free_from=at),
                [
                    {"key_id": arrival.seq // _NOTICES, "key_attempts": arrival.attempts}
                    for arrival in sorted(arrivals, key=lambda arrival: arrival.seq)
                ],
            )

    def pending_arrivals(self) -> int:
        """Count those that are written down, claimed or not."""
        with self.reading() as connection:
            return connection.execute(select(func.count()).select_from(_rows)).scalar_one()
