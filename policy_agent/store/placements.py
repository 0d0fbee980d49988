"""Placements: who counted in which team of the reports, from when until when."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import or_, select

from policy_agent.domain.placing import Placement
from policy_agent.store import figure_tables
from policy_agent.store.engine import Database

_rows = figure_tables.placements
_columns = [_rows.c[field.name] for field in fields(Placement)]


class Placements(Database):
    """Who counted in which team."""

    def placements_between(self, start: datetime, end: datetime) -> Sequence[Placement]:
        """Return every placement that held at any moment from `start` until before `end`."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_columns)
                .where(
                    or_(_rows.c.since.is_(None), _rows.c.since < end),
                    or_(_rows.c.until.is_(None), _rows.c.until > start),
                )
                .order_by(_rows.c.person, _rows.c.id)
            )
            return tuple(Placement(**row) for row in rows.mappings())
