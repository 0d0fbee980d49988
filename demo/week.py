"""Drives the week: lets the clock run, delivers each mail at its own time, waits for the end."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from demo.agent import Daemon
from demo.tenant import Tenant
from demo.traffic import ZONE, Message

START = datetime(2023, 8, 24, 0, 0, tzinfo=ZONE).astimezone(UTC)
END = datetime(2023, 8, 31, 0, 0, tzinfo=ZONE).astimezone(UTC)
SETTLE_LIMIT = 120  # seconds of real time that the end may take


@dataclass(frozen=True, kw_only=True)
class Span:
    """A part of the week that is not hurried through as the rest is."""

    starts: datetime
    ends: datetime
    rate: float  # times as fast as real time


RELEASE = Span(  # slow enough that the lag of a release can be seen
    starts=datetime(2023, 8, 29, 8, 20, tzinfo=ZONE),
    ends=datetime(2023, 8, 29, 9, 0, tzinfo=ZONE),
    rate=400.0,
)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How many times as fast as real time the tenant's clock runs."""

    usual: float = 15_000.0
    spans: tuple[Span, ...] = (RELEASE,)

    def at(self, now: datetime) -> float:
        return next((s.rate for s in self.spans if s.starts <= now < s.ends), self.usual)

    def next_change(self, now: datetime) -> datetime:
        changes = [moment for span in self.spans for moment in (span.starts, span.ends)]
        return min((moment for moment in changes if moment > now), default=END)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something done to the tenant or the daemon at a moment of the week."""

    at: datetime
    do: Callable[[], None]


@dataclass(kw_only=True)
class Week:
    """One run through the week."""

    tenant: Tenant
    daemon: Daemon
    messages: Sequence[Message]
    pace: Pace = field(default_factory=Pace)
    happenings: Sequence[Happening] = ()
    progress: Callable[[datetime, int], None] | None = None
    rows: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    # (mailbox id, immutable message id) -> (row of the message, recipient's address)

    def run(self) -> None:
        """Deliver everything, then wait until the agent has nothing left to do."""
        waiting = list(self.messages)
        happenings = sorted(self.happenings, key=lambda happening: happening.at)
        now = self.tenant.now()
        self.tenant.run_clock(rate=self.pace.at(now))
        change = self.pace.next_change(now)
        while now < END:
            now = self.tenant.now()
            if now >= change:
                self.tenant.run_clock(rate=self.pace.at(now))
                change = self.pace.next_change(now)
            due = [message for message in waiting if message.sent <= now]
            if due:
                self._deliver(due)
                waiting = waiting[len(due) :]
            while happenings and happenings[0].at <= now:
                happenings.pop(0).do()
            if self.progress is not None:
                self.progress(now, len(self.messages) - len(waiting))
            if not due:
                time.sleep(0.01)
        self._settle()

    def _deliver(self, messages: Sequence[Message]) -> None:
        body = {"messages": [message.as_delivery() for message in messages]}
        answers = self.tenant.control("POST", "deliver", body)["messages"]
        for message, answer in zip(messages, answers, strict=True):
            for copy in answer["copies"]:
                self.rows[copy["mailbox"], copy["message"]] = (message.row, copy["address"])

    def _settle(self) -> None:
        """Wait for a whole sweep that began after the last delivery, and for nothing left over."""
        began = self.tenant.now()
        self.tenant.run_clock(rate=60.0)
        end = time.monotonic() + SETTLE_LIMIT
        while time.monotonic() < end:
            health = self.daemon.health()
            if (
                health is not None
                and health.swept_since is not None
                and datetime.fromisoformat(health.swept_since) > began
                and health.pending_arrivals == 0
                and health.open_holds == 0
            ):
                return
            time.sleep(0.1)
        raise RuntimeError(
            f"the agent was not done {timedelta(seconds=SETTLE_LIMIT)} after the week's end: "
            f"{self.daemon.health()}"
        )
