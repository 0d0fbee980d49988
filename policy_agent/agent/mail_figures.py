"""What rolling up needs of the store; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from policy_agent.domain.mail_figures import Counted, DayFigures, RolledDay
from policy_agent.domain.placing import Placement
from policy_agent.domain.rule_days import RuleDay


class MailFigureStore(Protocol):
    """Rows that figures are made of."""

    def place(self, placements: Mapping[str, str], *, now: datetime) -> None:
        """Make these everybody's teams, by person id, from `now` on."""

    def placements_between(self, start: datetime, end: datetime) -> Sequence[Placement]:
        """Return those that hold at some moment from `start` until before `end`, by person."""

    def put_rule_days(self, rows: Collection[RuleDay]) -> int:
        """Write down what is not known yet, and leave the rest; returns how many rows are new."""

    def rule_days_between(self, first: date, last: date) -> Sequence[RuleDay]:
        """Return those of the days `first` to `last`, both included, by day, rule and team."""

    def leave_days(self, first: date, before: date) -> Mapping[str, frozenset[date]]:
        """Return the days with leave on them from `first` until before `before`, by person."""

    def first_day(self) -> date | None:
        """Return the first day of UTC that there is anything to tell of; None: there is none."""

    def days_to_roll(self, *, now: datetime) -> Sequence[date]:
        """Return days of UTC that are over and not counted, oldest first (tenant time)."""

    def count_day(self, day: date, *, step: timedelta) -> Sequence[Counted]:
        """Count what was decided on a day of UTC, by when it was received, to the `step`."""

    def keep_day(self, day: date, figures: DayFigures, *, now: datetime) -> bool:
        """Write a day's figures down, in place of fewer that were; False: as many were there."""

    def rolled_between(self, first: date, last: date) -> Sequence[RolledDay]:
        """Return the counted days of UTC from `first` to `last`, both included, in order."""
