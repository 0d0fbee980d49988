"""Months that were closed: what is told of each, frozen."""

from collections.abc import Sequence
from datetime import date

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select

from policy_agent.domain.months import ClosedMonth
from policy_agent.store import figure_tables
from policy_agent.store.engine import Database
from policy_agent.store.problems import StoreProblem
from policy_agent.store.statements import insert_into

_rows = figure_tables.closed_months
_as_json: TypeAdapter[ClosedMonth] = TypeAdapter(ClosedMonth)


class ClosedMonths(Database):
    """What is told of each month that is over."""

    def close_month(self, month: ClosedMonth) -> bool:
        """Freeze a month; False: it was closed before, and stays as it was told then."""
        with self.writing() as connection:
            written = connection.execute(
                insert_into(connection, _rows)
                .on_conflict_do_nothing(index_elements=[_rows.c.month])
                .returning(_rows.c.month),
                {
                    "month": month.month,
                    "closed": month.closed,
                    "figures": _as_json.dump_python(month, mode="json"),
                },
            )
            return written.first() is not None

    def closed_month(self, month: date) -> ClosedMonth | None:
        """Return a month as it was told; None: it is not closed."""
        found = self.closed_between(month, month)
        return found[0] if found else None

    def closed_between(self, first: date, last: date) -> Sequence[ClosedMonth]:
        """Return the closed months from the one that begins with `first` to that of `last`."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows.c.month, _rows.c.figures)
                .where(_rows.c.month >= first, _rows.c.month <= last)
                .order_by(_rows.c.month)
            ).all()
        return tuple(_read(row.month, row.figures) for row in rows)

    def closed_list(self) -> Sequence[date]:
        """Return the first days of all closed months, the latest first."""
        with self.reading() as connection:
            return tuple(
                connection.execute(select(_rows.c.month).order_by(_rows.c.month.desc())).scalars()
            )


def _read(month: date, figures: object) -> ClosedMonth:
    try:
        return _as_json.validate_python(figures)
    except ValidationError as broken:
        raise StoreProblem(
            f"closed_months: the figures of {month:%B %Y} cannot be read "
            f"({broken.error_count()} problems); restore the row from a backup"
        ) from broken
