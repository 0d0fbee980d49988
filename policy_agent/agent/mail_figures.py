"""What rolling up needs of the store; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from policy_agent.domain.placing import Placement
from policy_agent.domain.rule_days import RuleDay


class MailFigureStore(Protocol):
    """Rows that figures are made of."""

    def place(self, placements: Mapping[str, str], *, now: datetime) -> None:
        """Make these everybody's teams, by person id, from `now` on."""

    def placements_between(self, start: datetime, end: datetime) -> Sequence[Placement]:
        """Return those that hold at some moment from `start` until before `end`, by person."""

    def put_rule_days(self, rows: Collection[RuleDay]) -> None:
        """Write these in place of all that is known of their days."""

    def rule_days_between(self, first: date, last: date) -> Sequence[RuleDay]:
        """Return the days `first` to `last`, both included, by day, rule and team."""
