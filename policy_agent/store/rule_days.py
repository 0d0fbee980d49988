"""Days of rules, as they are counted once each is over."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date

from sqlalchemy import select

from policy_agent.domain.rule_days import RuleDay
from policy_agent.store import figure_tables
from policy_agent.store.engine import Database
from policy_agent.store.statements import chunks, insert_into

_rows = figure_tables.rule_days


class RuleDays(Database):
    """Whom each rule was about on each day."""

    def put_rule_days(self, rows: Collection[RuleDay]) -> int:
        """Write down what is not known yet, and leave the rest; returns how many rows are new.

        A day is told of once: whoever counts it later knows less of it.
        """
        new = 0
        with self.writing() as connection:
            for chunk in chunks(sorted(rows, key=lambda one: (one.day, one.rule, one.team))):
                written = connection.execute(
                    insert_into(connection, _rows)
                    .on_conflict_do_nothing(
                        index_elements=[_rows.c.day, _rows.c.rule, _rows.c.team]
                    )
                    .returning(_rows.c.day),
                    [asdict(one) for one in chunk],
                )
                new += len(written.all())
        return new

    def rule_days_between(self, first: date, last: date) -> Sequence[RuleDay]:
        """Return those of the days `first` to `last`, both included, by day, rule and team."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows)
                .where(_rows.c.day >= first, _rows.c.day <= last)
                .order_by(_rows.c.day, _rows.c.rule, _rows.c.team)
            )
            return tuple(RuleDay(**row) for row in rows.mappings())
