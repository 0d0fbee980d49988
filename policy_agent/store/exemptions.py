"""Exemptions at run time: each change is a row with who and when, each use is counted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from policy_agent.domain.decisions import Decision, Reason
from policy_agent.domain.exempting import (
    ExemptionEvent,
    RunTimeExemption,
    run_time_name,
    run_time_where,
)
from policy_agent.domain.rules import Exemption
from policy_agent.store import tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import insert_into

_rows = tables.exemptions
_events = tables.exemption_events
_event_columns = [_events.c[field.name] for field in fields(ExemptionEvent)]


class Exemptions(Database):
    """Dated exceptions that did not wait for a change of the rulebook."""

    def add_exemption(self, exemption: Exemption, *, by: str, now: datetime) -> bool:
        """Write a new one down, and who made it; False: the name was used before.

        A name is never used twice, so that a decision which names it stays clear for good.
        """
        with self.writing() as connection:
            made = connection.execute(
                insert_into(connection, _rows)
                .values(
                    name=exemption.name,
                    rules=sorted(exemption.rules),
                    teams=sorted(exemption.teams),
                    people=sorted(exemption.addresses),
                    starts=exemption.starts,
                    ends=exemption.ends,
                    because=exemption.because,
                    approved_by=exemption.approved_by,
                    created=now,
                    created_by=by,
                    uses=0,
                )
                .on_conflict_do_nothing(index_elements=[_rows.c.name])
                .returning(_rows.c.id)
            ).scalar_one_or_none()
            if made is None:
                return False
            _write_event(connection, made, what="added", at=now, who=by)
        return True

    def end_exemption(self, name: str, *, by: str, now: datetime) -> bool:
        """End one before its time; False: there is none of that name, or it was ended before."""
        with self.writing() as connection:
            ended = connection.execute(
                update(_rows)
                .where(_rows.c.name == name, _rows.c.ended.is_(None))
                .values(ended=now, ended_by=by)
                .returning(_rows.c.id)
            ).scalar_one_or_none()
            if ended is None:
                return False
            _write_event(connection, ended, what="ended", at=now, who=by)
        return True

    def exemptions(self) -> Sequence[RunTimeExemption]:
        """Return all that ever were, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(select(_rows).order_by(_rows.c.id)).all()
        return tuple(_read(row) for row in rows)

    def exemptions_since(self, day: date) -> tuple[Exemption, ...]:
        """Return those that nobody ended and that hold on that day or later, oldest first."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.ended.is_(None), _rows.c.ends >= day)
                .order_by(_rows.c.id)
            ).all()
        return tuple(_read(row).exemption for row in rows)

    def exemption_events(self, name: str) -> Sequence[ExemptionEvent]:
        """Return what was done to the exemption of that name, in order."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_event_columns)
                .join(_rows, _rows.c.id == _events.c.exemption)
                .where(_rows.c.name == name)
                .order_by(_events.c.id)
            )
            return tuple(ExemptionEvent(**row) for row in rows.mappings())


def count_uses(connection: Connection, decisions: Iterable[Decision]) -> None:
    """Count what run-time exemptions freed, in the transaction that writes it down."""
    names = (
        run_time_name(decision.where)
        for decision in decisions
        if decision.reason is Reason.EXEMPTION
    )
    used = Counter(name for name in names if name is not None)
    for name in sorted(used):  # in one order, so that two processes cannot wait for each other
        connection.execute(
            update(_rows).where(_rows.c.name == name).values(uses=_rows.c.uses + used[name])
        )


def _write_event(connection: Connection, exemption: int, **event: object) -> None:
    connection.execute(insert(_events).values(exemption=exemption, **event))


def _read(row: Row[Any]) -> RunTimeExemption:
    return RunTimeExemption(
        id=row.id,
        exemption=Exemption(
            name=row.name,
            rules=frozenset(row.rules),
            teams=frozenset(row.teams),
            addresses=frozenset(row.people),
            starts=row.starts,
            ends=row.ends,
            because=row.because,
            approved_by=row.approved_by,
            where=run_time_where(row.name, row.id),
        ),
        created=row.created,
        created_by=row.created_by,
        ended=row.ended,
        ended_by=row.ended_by,
        uses=row.uses,
    )
