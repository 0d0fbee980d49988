"""Counts for metrics: sums that outlive what they count, and what was decided since."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, func, literal_column, select

from policy_agent.domain.clashes import LIVE
from policy_agent.domain.counts import Said, Settled
from policy_agent.domain.outcomes import Reason
from policy_agent.store import figure_tables, meeting_tables, tables
from policy_agent.store.engine import Database
from policy_agent.store.tables import FREE

_decisions = tables.decisions
_exemptions = tables.exemptions
_totals = figure_tables.decision_totals
_rolled = figure_tables.rolled_days
_meetings = figure_tables.meeting_totals
_looks = meeting_tables.meeting_counts
_clashes = meeting_tables.clashes


class DecisionCounts(Database):
    """Counts of everything that was decided, and of what stands now."""

    def decision_counts(
        self, *, settled: datetime, known: Settled | None = None
    ) -> tuple[Mapping[Said, int], Settled]:
        """Count all decisions that were ever written, those that retention took away too.

        Days of mail are rolled up oldest first, each in one transaction with its sums: so what was
        decided after the last of them is counted here, and everything before it is in the sums.
        Before `settled` (tenant time) no more are written. What the answer says of those comes back
        as `known` with the next question, so that they are not counted again.
        """
        with self.reading() as connection:
            found = Counter(
                {_said("mail", row): row.copies for row in connection.execute(select(_totals))}
            )
            last = connection.execute(select(func.max(_rolled.c.batch))).scalar_one()
            known = known if known is not None and known.rolled == last else _unsettled(last)
            until = max(known.until, settled)
            counts = Counter(known.counts)
            counts.update(_decided(connection, known.until, until))
            found.update(counts)
            found.update(_decided(connection, until, None))
            for row in connection.execute(select(_meetings)):
                found[_said("meeting", row)] = row.written
        return found, Settled(rolled=last, until=until, counts=counts)

    def meeting_look_counts(self) -> Mapping[tuple[str, Reason], int]:
        """Count the looks at meetings of which a rule had nothing to say, by rule and reason."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_looks.c.rule, _looks.c.reason, func.sum(_looks.c.looks)).group_by(
                    _looks.c.rule, _looks.c.reason
                )
            )
            return {(rule, reason): int(looks) for rule, reason, looks in rows}

    def clash_counts(self) -> Mapping[str, int]:
        """Count the clashes that are not over, by rule."""
        with self.reading() as connection:
            rows = connection.execute(
                select(_clashes.c.rule, func.count())
                .where(_clashes.c.state.in_(sorted(LIVE)))
                .group_by(_clashes.c.rule)
            )
            return {rule: count for rule, count in rows}  # noqa: C416  a row is no pair to mypy

    def exemption_counts(self, *, today: date) -> tuple[int, int, int]:
        """Count run-time exemptions: those to come, in force, and over or ended."""
        runs, starts, ends = _exemptions.c.ended.is_(None), _exemptions.c.starts, _exemptions.c.ends
        with self.reading() as connection:
            every, future, active = connection.execute(
                select(
                    func.count(),
                    func.count().filter(runs, starts > today),
                    func.count().filter(runs, starts <= today, ends >= today),
                ).select_from(_exemptions)
            ).one()
        return future, active, every - future - active


def _unsettled(last: date | None) -> Settled:
    """Return what is known when nothing was counted yet after that day."""
    midnight = FREE if last is None else datetime.combine(last + timedelta(days=1), time(), UTC)
    return Settled(rolled=last, until=midnight, counts={})


def _decided(connection: Connection, since: datetime, until: datetime | None) -> Mapping[Said, int]:
    """Count what was decided of mail from `since` until before `until`."""
    # Grouped by an expression: by the column itself SQLite would walk all that was ever decided, in
    # the order of an index that begins with the rule.
    rule = func.coalesce(_decisions.c.rule, literal_column("''"))
    said = [_decisions.c[name] for name in ("mode", "outcome", "reason")]
    wanted = (
        select(rule.label("rule"), *said, func.count().label("copies"))
        .where(_decisions.c.decided >= since)
        .group_by(rule, *said)
    )
    if until is not None:
        wanted = wanted.where(_decisions.c.decided < until)
    return {_said("mail", row): row.copies for row in connection.execute(wanted)}


def _said(about: Literal["mail", "meeting"], row: Any) -> Said:
    return Said(about=about, rule=row.rule, mode=row.mode, outcome=row.outcome, reason=row.reason)
