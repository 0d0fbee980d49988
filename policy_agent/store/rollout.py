"""Decisions beside who sent the mail, for figures by team."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import and_, select

from policy_agent.domain.holds import Asked
from policy_agent.domain.rolling_out import Verdict
from policy_agent.domain.rules import Mode
from policy_agent.store import tables
from policy_agent.store.engine import Database

_decisions = tables.decisions
_facts = tables.facts
_holds = tables.holds


class Rollout(Database):
    """What rules said of mail, with its sender and whether it was marked urgent."""

    def verdicts_since(self, start: datetime) -> Iterator[Verdict]:
        """Go through what rules that were not off decided from then on, oldest first.

        Left out are copies without facts, and those from nobody the directory knew. A copy counts
        as sent now once its sender asked, whatever its recipient did after that.
        """
        with self.reading() as connection:
            rows = connection.execute(
                select(
                    _decisions.c.rule,
                    _decisions.c.decided,
                    _decisions.c.outcome,
                    _decisions.c.reason,
                    _facts.c.sender,
                    _facts.c.importance,
                    _facts.c.tags,
                    _facts.c.categories,
                    _holds.c.id.label("hold"),
                    _holds.c.asked,
                )
                .join(
                    _facts,
                    and_(
                        _facts.c.mailbox == _decisions.c.mailbox,
                        _facts.c.message == _decisions.c.message,
                    ),
                )
                .outerjoin(
                    _holds,
                    and_(
                        _holds.c.mailbox == _decisions.c.mailbox,
                        _holds.c.message == _decisions.c.message,
                    ),
                )
                .where(
                    _decisions.c.decided >= start,
                    _decisions.c.rule.is_not(None),
                    _decisions.c.mode != Mode.OFF,
                    _facts.c.sender.is_not(None),
                )
                .order_by(_decisions.c.decided, _decisions.c.id),
                execution_options={"yield_per": 1000},
            )
            for row in rows:
                yield Verdict(
                    rule=row.rule,
                    sender=row.sender,
                    day=row.decided.date(),
                    outcome=row.outcome,
                    reason=row.reason,
                    urgent=row.importance == "high" or bool(row.tags) or bool(row.categories),
                    kept=row.hold is not None,
                    sent_now=row.asked is Asked.SENDER,
                )

    def observed_senders(self) -> Mapping[str, frozenset[str]]:
        """Return by rule whose mail it decided in a mode in which nothing moves, by person id."""
        found: dict[str, set[str]] = defaultdict(set)
        with self.reading() as connection:
            rows = connection.execute(
                select(_decisions.c.rule, _facts.c.sender)
                .join(
                    _facts,
                    and_(
                        _facts.c.mailbox == _decisions.c.mailbox,
                        _facts.c.message == _decisions.c.message,
                    ),
                )
                .where(
                    _decisions.c.rule.is_not(None),
                    _decisions.c.mode.in_((Mode.OBSERVE, Mode.NUDGE)),
                    _facts.c.sender.is_not(None),
                )
                .distinct()
            )
            for rule, sender in rows:
                found[rule].add(sender)
        return {rule: frozenset(senders) for rule, senders in found.items()}
