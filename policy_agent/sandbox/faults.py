"""What can be made to go wrong, each at a given share, from a seeded generator."""

import time
from dataclasses import dataclass, field, fields
from datetime import datetime
from random import Random

from policy_agent.sandbox.refusals import GraphError


@dataclass(kw_only=True, slots=True)
class Faults:
    """The faults that are on. Everything is off at first."""

    seed: int = 0
    lost_notifications: float = 0.0  # share that is never sent
    repeated_notifications: float = 0.0  # share that is sent twice
    event_echoes: float = 0.0  # share of changes of events that are told of more than once
    late_share: float = 0.0
    late_seconds: float = 0.0
    throttle: float = 0.0  # share of Graph calls answered 429
    retry_after: float | None = 1.0  # seconds in Retry-After; None leaves the header out
    unavailable: bool = False
    unavailable_until: datetime | None = None  # by the tenant's clock
    unavailable_for: float | None = None  # until then on the monotonic clock
    error_rate: float = 0.0  # share of Graph calls answered 500, 502, 503 or 504
    lost_answers: float = 0.0  # share of Graph calls that work, but whose answer never arrives
    empty_delta_pages: float = 0.0  # share of delta pages that come empty, with a nextLink
    latency: float = 0.002  # real seconds that a Graph call takes
    token_lifetime: int = 3599  # real seconds
    unlicensed: frozenset[str] = frozenset()  # addresses, in lower case
    denied: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - not for secrets

    def reseed(self, seed: int) -> None:
        self.seed = seed
        self.random.seed(seed)

    def clear(self) -> None:
        """Switch everything off."""
        fresh = Faults()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def happens(self, share: float) -> bool:
        """Throw the dice; no fault that is off uses up a number."""
        return share > 0 and self.random.random() < share

    def check_call(self, now: datetime) -> None:
        """Refuse a Graph call, if one of the general faults strikes."""
        if self.is_unavailable(now):
            raise GraphError(
                503,
                "serviceNotAvailable",
                "The service is temporarily unavailable.",
                headers=self._retry_after(),
            )
        if self.happens(self.throttle):
            raise GraphError(
                429,
                "ApplicationThrottled",
                "Application is over its limit.",
                headers=self._retry_after(),
            )
        if self.happens(self.error_rate):
            status, code = self.random.choice(
                [
                    (500, "ErrorInternalServerTransientError"),
                    (502, "UnknownError"),
                    (503, "ErrorServerBusy"),
                    (504, "UnknownError"),
                ]
            )
            raise GraphError(status, code, "A transient fault of the service.")

    def is_unavailable(self, now: datetime) -> bool:
        if self.unavailable_until is not None and now < self.unavailable_until:
            return True
        if self.unavailable_for is not None and time.monotonic() < self.unavailable_for:
            return True
        return self.unavailable

    def check_mailbox(self, address: str) -> None:
        """Refuse a call to a mailbox that has no licence or is out of the app's scope."""
        if address.lower() in self.unlicensed:
            raise GraphError(
                404,
                "MailboxNotEnabledForRESTAPI",
                "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
            )
        if address.lower() in self.denied:
            raise GraphError(
                403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
            )

    def _retry_after(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": f"{self.retry_after:g}"}
