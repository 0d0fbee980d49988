"""Rules by day: whom each was about, and how strongly it acted on them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import date

from sqlalchemy import delete, insert, select

from policy_agent.domain.rule_days import RuleDay
from policy_agent.store import figure_tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import alone, chunks

_rows = figure_tables.rule_days
_columns = [_rows.c[field.name] for field in fields(RuleDay)]


class RuleDays(Database):
    """Each rule on each day that is over, by team."""

    def put_rule_days(self, rows: Collection[RuleDay]) -> None:
        """Write these in place of all that is known of their days."""
        with self.writing() as connection:
            alone(connection, "put rule days")
            for chunk in chunks(sorted({row.day for row in rows})):
                connection.execute(delete(_rows).where(_rows.c.day.in_(chunk)))
            if rows:
                connection.execute(insert(_rows), [asdict(row) for row in rows])

    def rule_days_between(self, first: date, last: date) -> Sequence[RuleDay]:
        """Return the days `first` to `last`, both included, by day, rule and team."""
        with self.reading() as connection:
            rows = connection.execute(
                select(*_columns)
                .where(_rows.c.day >= first, _rows.c.day <= last)
                .order_by(_rows.c.day, _rows.c.rule, _rows.c.team)
            )
            return tuple(RuleDay(**row) for row in rows.mappings())
