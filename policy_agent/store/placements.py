"""Who counted in which team, from when until when; see `policy_agent.domain.placing`."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from policy_agent.domain.placing import Placement
from policy_agent.store import figure_tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks

_rows = figure_tables.placements
_TIMES = (_rows.c.since, _rows.c.until)


class Placements(Database):
    """The one place of everybody, and all that they had before."""

    def place(self, placements: Mapping[str, str], *, now: datetime) -> None:
        """Make these everybody's teams, by person id, from `now` on.

        Whoever stays keeps their row. Whoever is not named has no place any more. The very first
        ones hold from as long ago as anything is known. Should the clock have been set back, what
        is known already stays, so that nobody ever has two places at once.
        """
        with self.writing() as connection:
            alone(connection, "place people")
            known, *ends = connection.execute(
                select(func.count(), *(func.max(it, type_=it.type) for it in _TIMES))
            ).one()
            now = max([now, *(one for one in ends if one is not None)])
            opened = connection.execute(select(_rows).where(_rows.c.until.is_(None))).all()
            left = [row for row in opened if placements.get(row.person) != row.team]
            stay = {row.person for row in opened} - {row.person for row in left}
            _end(connection, left, now)
            since = now if known else None
            new = [
                {"person": person, "team": placements[person], "since": since}
                for person in sorted(placements.keys() - stay)
            ]
            if new:
                connection.execute(insert(_rows), new)

    def placements_between(self, start: datetime, end: datetime) -> Sequence[Placement]:
        """Return those that hold at some moment from `start` until before `end`, by person."""
        within: tuple[ColumnElement[bool], ...] = (
            or_(_rows.c.since.is_(None), _rows.c.since < end),
            or_(_rows.c.until.is_(None), _rows.c.until > start),
        )
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows).where(*within).order_by(_rows.c.person, _rows.c.id)
            )
            return tuple(
                Placement(person=row.person, team=row.team, since=row.since, until=row.until)
                for row in rows
            )


def _end(connection: Connection, rows: Sequence[Row[tuple[object, ...]]], now: datetime) -> None:
    """End these now; one that would have lasted no time never was."""
    never = [row.id for row in rows if row.since == now]
    for chunk in chunks(never):
        connection.execute(delete(_rows).where(_rows.c.id.in_(chunk)))
    ended = [{"key": row.id} for row in rows if row.since != now]
    if ended:
        connection.execute(
            update(_rows).where(_rows.c.id == bindparam("key")).values(until=now), ended
        )
