"""The tenant's clock: it can be set, run fast, or stand still."""

import time
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """Return the real time; only tokens and certificates, which real clients check, use it."""
    return datetime.now(UTC)  # noqa: TID251 - the sandbox's one edge to the time of day


class TenantClock:
    """What the time is in the tenant.

    It runs from the machine's monotonic clock, so a correction of the time of day never
    moves it, and `rate` tenant seconds pass in each real second.
    """

    def __init__(self, *, start: datetime | None = None, rate: float = 1.0) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("the clock needs a time with an offset")
        self._base = (start or real_now()).astimezone(UTC)
        self._since = time.monotonic()
        self._rate = rate

    @property
    def rate(self) -> float:
        """Tenant seconds per real second; 0 means the clock stands still."""
        return self._rate

    def now(self) -> datetime:
        """Return the tenant's time, in UTC."""
        return self._base + timedelta(seconds=(time.monotonic() - self._since) * self._rate)

    def change(self, *, now: datetime | None = None, rate: float | None = None) -> None:
        """Set the time, the rate or both, from this instant on."""
        if now is not None and now.tzinfo is None:
            raise ValueError("the clock needs a time with an offset")
        if rate is not None and rate < 0:
            raise ValueError("the clock cannot run backwards")
        current = self.now()
        self._base = now.astimezone(UTC) if now is not None else current
        self._since = time.monotonic()
        self._rate = self._rate if rate is None else rate

    def real_seconds_until(self, instant: datetime) -> float | None:
        """Return how many real seconds are left, or None if the clock stands still before it."""
        left = (instant - self.now()).total_seconds()
        if left <= 0:
            return 0.0
        return left / self._rate if self._rate > 0 else None


def graph_time(instant: datetime) -> str:
    """Spell an instant as Graph does: UTC, whole seconds, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
