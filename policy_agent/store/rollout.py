"""Decisions counted by who sent the mail, for figures by team.

Both questions are answered out of one index, which has the sender too: of a hundred thousand
decisions in a twentieth of the time that reading them beside their facts takes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.holds import Asked
from policy_agent.domain.rolling_out import Tally
from policy_agent.domain.rules import Mode
from policy_agent.store import tables
from policy_agent.store.engine import Database

_rows = tables.decisions
_holds = tables.holds
_INSTANT = _rows.c.decided.type
_IS_HELD = _rows.c.outcome == Outcome.HOLD
_IS_URGENT = and_(
    _rows.c.outcome != Outcome.HOLD,
    _rows.c.reason == Reason.LET_THROUGH,
    _rows.c.urgent.is_(True),
)


class Rollout(Database):
    """What rules said of mail, by its sender."""

    def tallies_since(self, start: datetime) -> Sequence[Tally]:
        """Count what rules that were not off decided from then on, by rule and sender.

        Left out are copies without facts, and those from nobody the directory knew. A copy counts
        as sent now once its sender asked, whatever its recipient did after that.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(
                    _rows.c.rule,
                    _rows.c.sender,
                    func.min(_rows.c.decided, type_=_INSTANT),
                    func.max(_rows.c.decided, type_=_INSTANT),
                    func.count().filter(_IS_HELD),
                    func.count().filter(_IS_URGENT),
                )
                .where(
                    _rows.c.rule.is_not(None),
                    _rows.c.sender.is_not(None),
                    _rows.c.decided >= start,
                    _rows.c.mode != Mode.OFF,
                )
                .group_by(_rows.c.rule, _rows.c.sender)
                .order_by(_rows.c.rule, _rows.c.sender)
            ).all()
            kept = _kept(connection, start)
        return tuple(
            Tally(
                rule=rule,
                sender=sender,
                first=first.date(),
                last=last.date(),
                held=held_copies,
                urgent=urgent_copies,
                kept=kept.get((rule, sender), (0, 0))[0],
                sent_now=kept.get((rule, sender), (0, 0))[1],
            )
            for rule, sender, first, last, held_copies, urgent_copies in rows
        )

    def observed_senders(self) -> Mapping[str, frozenset[str]]:
        """Return by rule whose mail it decided in a mode in which nothing moves, by person id."""
        found: dict[str, set[str]] = defaultdict(set)
        with self.reading() as connection:
            rows = connection.execute(
                select(_rows.c.rule, _rows.c.sender)
                .where(
                    _rows.c.rule.is_not(None),
                    _rows.c.sender.is_not(None),
                    _rows.c.mode.in_((Mode.OBSERVE, Mode.NUDGE)),
                )
                .distinct()
            )
            for rule, sender in rows:
                found[rule].add(sender)
        return {rule: frozenset(senders) for rule, senders in found.items()}


def _kept(connection: Connection, start: datetime) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Count copies that had a hold, and those of them that were sent now, by rule and sender.

    Holds are few, and as old as the decisions that made them. The outer join keeps SQLite from
    walking decisions instead, which are many.
    """
    rows = connection.execute(
        select(
            _rows.c.rule,
            _rows.c.sender,
            func.count(),
            func.count().filter(_holds.c.asked == Asked.SENDER),
        )
        .select_from(
            _holds.outerjoin(
                _rows,
                and_(
                    _rows.c.message == _holds.c.message,
                    _rows.c.mailbox == _holds.c.mailbox,
                    _IS_HELD,
                    _rows.c.mode != Mode.OFF,
                ),
            )
        )
        .where(_holds.c.decided >= start)
        .group_by(_rows.c.rule, _rows.c.sender)
    )
    return {(rule, sender): (copies, sent_now) for rule, sender, copies, sent_now in rows}
