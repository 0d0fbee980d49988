"""The life of a clash between two looks: what is to be done about it, and what was."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from policy_agent.domain.clashes import CLASH_TRANSITIONS, Clash, ClashState
from policy_agent.domain.events import Span
from policy_agent.store import meeting_tables
from policy_agent.store.clash_rows import locked, opened, read_clash, set_state
from policy_agent.store.engine import Database
from policy_agent.store.leases import Claim, claim
from policy_agent.store.statements import chunks
from policy_agent.store.tables import FREE

_rows = meeting_tables.clashes


class ClashLife(Database):
    """Claims and changes of state, each compare-and-set."""

    def open_clashes(self, *, limit: int) -> Sequence[Clash]:
        """Return open ones whose nudge is not in the outbox yet, the first to come first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(
                    _rows.c.state == ClashState.OPEN,
                    _rows.c.planned.is_(False),
                    _rows.c.organiser.is_not(None),
                )
                .order_by(_rows.c.first, _rows.c.id)
                .limit(limit)
            ).all()
        return tuple(read_clash(row) for row in rows)

    def mark_planned(self, planned: Collection[Clash]) -> None:
        """Remember that the nudge of each is in the outbox."""
        with self.writing() as connection:
            for chunk in chunks(sorted(clash.id for clash in planned)):
                connection.execute(update(_rows).where(_rows.c.id.in_(chunk)).values(planned=True))

    def note_slots(self, clash: Clash, slots: Sequence[Span]) -> None:
        """Remember the alternatives that its organiser is told."""
        told = [[one.starts.isoformat(), one.ends.isoformat()] for one in slots]
        with self.writing() as connection:
            connection.execute(update(_rows).where(_rows.c.id == clash.id).values(slots=told))

    def advance_clash(
        self,
        clash: Clash,
        to: ClashState,
        *,
        why: str,
        now: datetime,
        told: datetime | None = None,
        act_at: datetime | None = None,
    ) -> Clash | None:
        """Bring it from the state it is given with into another, by compare-and-set.

        Writes an event row, ends the lease, and sets `act_at` as given; None: somebody else was
        there first. A transition that `CLASH_TRANSITIONS` does not know is a ValueError.
        """
        if to not in CLASH_TRANSITIONS[clash.state]:
            raise ValueError(f"clash {clash.id} cannot go from {clash.state} to {to}")
        with self.writing() as connection:
            rows = locked(connection, _rows.c.id == clash.id, _rows.c.state == clash.state)
            if not rows:
                return None
            values: dict[str, object] = {"act_at": act_at, "leased_by": None, "free_from": FREE}
            if told is not None:
                values["told"] = told
            if to is ClashState.OPEN:
                values |= opened(rows[0])
            set_state(connection, rows[0], to, why, now, **values)
            return read_clash(connection.execute(select(_rows).where(_rows.c.id == clash.id)).one())

    def note_told(self, clash: int, *, at: datetime) -> None:
        """Remember when its organiser was first told, whatever state it is in by now."""
        with self.writing() as connection:
            connection.execute(
                update(_rows).where(_rows.c.id == clash, _rows.c.told.is_(None)).values(told=at)
            )

    def set_act_at(self, clash: Clash, at: datetime | None) -> None:
        """Change when a nudged one is declined; one in another state is left alone."""
        with self.writing() as connection:
            connection.execute(
                update(_rows)
                .where(_rows.c.id == clash.id, _rows.c.state == ClashState.NUDGED)
                .values(act_at=at)
            )

    def claim_clashes(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[Clash]:
        """Take nudged ones whose grace is over, and those that somebody else began to act on."""
        asked = Claim(worker=worker, limit=limit, machine=machine, lease=lease)
        with self.writing() as connection:
            rows = claim(
                connection,
                _rows,
                asked,
                or_(
                    (_rows.c.state == ClashState.NUDGED) & (_rows.c.act_at <= now),
                    _rows.c.state == ClashState.ACTING,
                ),
                order=[_rows.c.free_from, _rows.c.first, _rows.c.id],
            )
        return tuple(read_clash(row) for row in rows)

    def retry_clash(self, clash: Clash, *, at: datetime) -> None:
        """Give the lease back, not to be claimed before `at` (machine time)."""
        with self.writing() as connection:
            connection.execute(
                update(_rows)
                .where(_rows.c.id == clash.id, _rows.c.state == clash.state)
                .values(leased_by=None, free_from=at)
            )
