"""Event notices: what Graph said of events that changed, before anything is done about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from policy_agent.domain.events import EventRef
from policy_agent.domain.watching import EventNotice
from policy_agent.store import meeting_tables
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim
from policy_agent.store.notices import Waiting, seq_of

_waiting = Waiting(
    table=meeting_tables.event_notices, names=("mailbox", "event"), latest=("change",)
)


class EventNotices(Database):
    """Events that wait to be looked at; see `policy_agent.store.notices`."""

    def accept_events(self, changes: Mapping[EventRef, str], *, now: datetime) -> None:
        """Write down what changed, and how; an event that is written down gets a higher seq."""
        if not changes:
            return
        rows = [
            {"mailbox": one.mailbox, "event": one.event, "change": changes[one]}
            for one in sorted(changes)
        ]
        with self.writing() as connection:
            _waiting.accept(connection, rows, now=now)

    def claim_event_notices(
        self, worker: str, *, limit: int, machine: datetime, lease: timedelta
    ) -> Sequence[EventNotice]:
        """Take notices, oldest first, that nobody has a running lease on and no retry keeps."""
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = _waiting.claim(connection, asked)
        return tuple(
            EventNotice(
                event=EventRef(mailbox=row.mailbox, event=row.event),
                change=row.change,
                seq=seq_of(row),
                attempts=row.attempts,
            )
            for row in rows
        )

    def finish_event_notices(self, notices: Collection[EventNotice]) -> None:
        """Forget them, but for those that were written down again since they were claimed."""
        if not notices:
            return
        with self.writing() as connection:
            _waiting.finish(connection, (notice.seq for notice in notices))

    def retry_event_notices(self, notices: Collection[EventNotice], *, at: datetime) -> None:
        """Give them back, not to be claimed before `at` (machine time); counts an attempt."""
        if not notices:
            return
        with self.writing() as connection:
            _waiting.put_back(connection, ((one.seq, one.attempts) for one in notices), at=at)

    def pending_event_notices(self) -> int:
        """Count those that are written down, claimed or not."""
        with self.reading() as connection:
            return _waiting.pending(connection)
