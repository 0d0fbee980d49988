"""Exchange's limits, per app and mailbox, on the real clock (C/throttling-limits)."""

import math
import time
from collections import Counter

from policy_agent.sandbox.refusals import GraphError


class Throttle:
    """Counts requests under way and requests in the last ten minutes."""

    def __init__(self) -> None:
        self.concurrent = 4  # requests at a time
        self.requests = 10_000  # requests in a window
        self.window = 600.0  # seconds
        self.peaks: dict[str, int] = {}  # most requests at a time, by mailbox, refused ones too
        self.refused = 0
        self._under_way: Counter[tuple[str, str]] = Counter()
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}

    @property
    def under_way(self) -> int:
        """How many requests to mailboxes are under way."""
        return self._under_way.total()

    def enter(self, app: str, mailbox: str) -> None:
        """Count a request in, or refuse it with 429; `leave` must follow only what was let in."""
        key = (app, mailbox)
        started, count = self._windows.get(key, (0.0, 0))
        now = time.monotonic()
        if now - started >= self.window:
            started, count = now, 0
        self._windows[key] = (started, count + 1)  # refused ones count too
        at_a_time = self._under_way[key] + 1
        self.peaks[mailbox] = max(self.peaks.get(mailbox, 0), at_a_time)
        if at_a_time > self.concurrent:
            self.refused += 1
            raise GraphError(
                429,
                "ApplicationThrottled",
                "Application is over its MailboxConcurrency limit.",
                headers={"Retry-After": "1"},
            )
        if count >= self.requests:
            self.refused += 1
            raise GraphError(
                429,
                "ApplicationThrottled",
                "Application is over its request limit for the mailbox.",
                headers={"Retry-After": str(math.ceil(self.window - (now - started)))},
            )
        self._under_way[key] = at_a_time

    def leave(self, app: str, mailbox: str) -> None:
        """Count a request out again."""
        key = (app, mailbox)
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]
