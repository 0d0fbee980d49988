"""What figures are made of; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from policy_agent.domain.exempting import RunTimeExemption
from policy_agent.domain.mail_blocks import MailSum
from policy_agent.domain.mail_figures import Counted, DayFigures, RolledDay
from policy_agent.domain.month_facts import EndedHold, MonthCounts
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

    def mail_sums(self, first: date, last: date) -> Sequence[MailSum]:
        """Sum up decisions of rules on copies received on the days `first` to `last`."""

    def hour_sums(self, first: date, last: date) -> Mapping[int, int]:
        """Sum up copies outside of all windows by hour, on the days `first` to `last`."""

    def ended_holds(
        self, start: datetime, end: datetime, *, decided_before: datetime
    ) -> Sequence[EndedHold]:
        """Return copies received in that span that were sent now or never moved, by each rule."""

    def exempting_details(self, start: datetime, end: datetime) -> frozenset[str]:
        """Return what decisions said that an exemption made, of mail or of meetings of that span.

        Mail by when it was decided, meetings by when they start.
        """

    def month_counts(self, start: datetime, end: datetime) -> MonthCounts:
        """Count what has no team, of that span (tenant time)."""

    def exemptions(self) -> Sequence[RunTimeExemption]:
        """Return all exemptions of run time that ever were, oldest first."""
