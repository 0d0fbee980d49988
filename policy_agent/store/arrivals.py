"""Arrivals: notices that a copy is new, written down before anything is done about them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.watching import Arrival
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim
from policy_agent.store.notices import Waiting, seq_of

_waiting = Waiting(table=tables.arrivals, names=("mailbox", "message"))


class Arrivals(Database):
    """Copies that wait to be looked at; see `policy_agent.store.notices`."""

    def accept(self, copies: Collection[CopyRef], *, now: datetime) -> None:
        """Write down that these are new; a copy that is written down already gets a higher seq."""
        if not copies:
            return
        rows = [{"mailbox": one.mailbox, "message": one.message} for one in sorted(set(copies))]
        with self.writing() as connection:
            _waiting.accept(connection, rows, now=now)

    def claim_arrivals(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[Arrival]:
        """Take arrivals, oldest first, that nobody has a running lease on and no retry keeps."""
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = _waiting.claim(connection, asked)
        return tuple(
            Arrival(
                copy=CopyRef(mailbox=row.mailbox, message=row.message),
                seq=seq_of(row),
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
        with self.writing() as connection:
            _waiting.finish(connection, (arrival.seq for arrival in arrivals))

    def retry_arrivals(self, arrivals: Collection[Arrival], *, at: datetime) -> None:
        """Give them back, not to be claimed before `at` (machine time); counts an attempt."""
        if not arrivals:
            return
        with self.writing() as connection:
            _waiting.put_back(connection, ((one.seq, one.attempts) for one in arrivals), at=at)

    def pending_arrivals(self) -> int:
        """Count those that are written down, claimed or not."""
        with self.reading() as connection:
            return _waiting.pending(connection)
