"""The calendar half of the daemon's work: what each of its jobs does.

Nothing of it is called while no rule about meetings is in force: then no calendar is covered. It
has jobs of its own, so that whatever breaks here, mail flows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.features import FEATURES
from policy_agent.agent.meetings.seen import Feature
from policy_agent.agent.meetings.sweep import CalendarSweep
from policy_agent.agent.meetings.watch import work_off_events
from policy_agent.agent.upkeep import Wanted, subscribe
from policy_agent.domain.watching import PERSONAL

log = structlog.get_logger()

_SUBSCRIBED_AT_A_TIME = 200  # calendars; each waits for our own web server, and mail comes first


@dataclass(kw_only=True)
class MeetingWork:
    """Works on calendars, a job a method; each is called by one thread at a time."""

    context: AgentContext
    moment: Callable[[], Moment]
    going: Callable[[], bool]  # says no when the daemon is to stop
    features: Sequence[Feature] = field(default=FEATURES)
    swept_since: datetime | None = None  # tenant time at which the last whole sweep began

    def arrivals(self) -> None:
        """Work off notices of events, until there is none."""
        while self.going() and work_off_events(self.context, self.features, self.moment()):
            pass

    def sweep(self) -> None:
        """Sweep every covered calendar."""
        began = self.moment().now
        swept = CalendarSweep(self.context, self.features, self.moment, self.going).run()
        if not swept.put_off and self.going():
            self.swept_since = began

    def tick(self) -> None:
        """Let every feature do what is due; what breaks in one does not keep it from the others."""
        for feature in self.features:
            try:
                feature.tick(self.context, self.moment())
            except Exception:
                self.context.meters.job_failed("meetings")
                log.exception("meetings_tick_failed", feature=type(feature).__name__)

    def upkeep(self) -> None:
        """Keep a subscription on the calendar of each covered person."""
        moment = self.moment()
        calendars = [c for c in self.context.store.calendars() if c.purpose in PERSONAL]
        wanted = Wanted(
            what="calendar",
            scope=frozenset(c.id for c in calendars),
            resting=frozenset(c.id for c in calendars if not c.readable(moment.now)),
            park=self.context.store.park_calendars,
            at_a_time=_SUBSCRIBED_AT_A_TIME,
        )
        subscribe(self.context, wanted, moment)
