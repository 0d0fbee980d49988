"""Figures work: the daemon's job that counts days, closes months, mails reports and lets rows go.

1. Every day that is over is counted; see `policy_agent.agent.roll_up`.
2. A month that is over is closed; see `policy_agent.agent.close_months`.
3. The letters with its report are planned. That is done anew each time, so that a kill after
   closing loses none: nobody gets a second one.
4. What is past its time goes, last of all, so that it was counted before.

What breaks in one of them keeps no other from its turn.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import structlog

from policy_agent.agent.close_months import close_months
from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.retain import retain
from policy_agent.agent.roll_up import roll_up
from policy_agent.reports.letters import plan_reports

log = structlog.get_logger()


@dataclass(kw_only=True)
class FigureWork:
    """The job; all it remembers is on which day it last let rows go."""

    context: AgentContext
    moment: Callable[[], Moment]
    going: Callable[[], bool]  # False: the daemon is to stop
    fewest: int  # people behind a figure that is told
    keep_for: timedelta
    _let_go: date | None = field(default=None, init=False)

    def tick(self) -> None:
        """Do what is due."""
        for name, work in (
            ("roll_up", self._roll_up),
            ("close", self._close),
            ("plan", self._plan),
            ("retain", self._retain),
        ):
            if not self.going():
                return
            try:
                work()
            except Exception:
                log.exception("figures_work_failed", work=name)

    def _roll_up(self) -> None:
        roll_up(self.context, self.moment(), going=self.going)

    def _close(self) -> None:
        close_months(self.context, self.fewest, self.moment())

    def _plan(self) -> None:
        for month in self.context.store.closed_list()[:1]:
            plan_reports(self.context, month, self.moment().now)

    def _retain(self) -> None:
        moment = self.moment()
        if moment.now.date() != self._let_go:
            retain(self.context, self.keep_for, moment, going=self.going)
            self._let_go = moment.now.date()
