"""How the service answers, told to whoever counts it, and how hard it pushed back in the last hour.

Microsoft throttles an app by answers of 429, and asks it to wait
(https://learn.microsoft.com/en-us/graph/throttling). The agent waits by itself; whoever runs it
should still see that it does. Counts are by the minute, this process's own, and end with it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Protocol

import requests

from policy_agent.domain.counts import Pushback

MINUTES = 60  # that are looked back on
_THROTTLED = requests.codes.too_many_requests
_UNAVAILABLE = frozenset({requests.codes.service_unavailable, requests.codes.gateway_timeout})


class CallMeters(Protocol):
    """Counts what it is told, by any number of threads; it never raises."""

    def answered(self, operation: str, status: int, seconds: float) -> None:
        """Count an answer; status 0: there was none. Parts of a batch are told of one by one."""

    def paused(self, seconds: float) -> None:
        """Count a pause before something is sent again."""


class NoCallMeters:
    """Counts nothing."""

    def answered(self, operation: str, status: int, seconds: float) -> None: ...

    def paused(self, seconds: float) -> None: ...


@dataclass(slots=True)
class _Minute:
    throttled: int = 0
    unavailable: int = 0
    waits: int = 0
    waited: float = 0.0  # seconds


class Pressure:
    """Counts what it is told by any number of threads; no more than an hour of it is kept."""

    def __init__(
        self, meters: CallMeters | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._meters = meters or NoCallMeters()
        self._clock = clock  # seconds, from anywhere
        self._minutes: dict[int, _Minute] = {}
        self._lock = Lock()

    def told(self, operation: str, status: int, seconds: float) -> None:
        """Count an answer; to be given to `GraphHttp` as `on_call`."""
        self._meters.answered(operation, status, seconds)
        if status == _THROTTLED:
            with self._lock:
                self._minute().throttled += 1
        elif status in _UNAVAILABLE:
            with self._lock:
                self._minute().unavailable += 1

    def pausing(self, sleep: Callable[[float], None]) -> Callable[[float], None]:
        """Return a `sleep` that is counted."""

        def counted(seconds: float) -> None:
            with self._lock:
                minute = self._minute()
                minute.waits += 1
                minute.waited += seconds
            self._meters.paused(seconds)
            sleep(seconds)

        return counted

    def last_hour(self) -> Pushback:
        """Return what was counted in this minute and the 59 before it."""
        with self._lock:
            self._minute()
            minutes = list(self._minutes.values())
            return Pushback(
                throttled=sum(minute.throttled for minute in minutes),
                unavailable=sum(minute.unavailable for minute in minutes),
                waits=sum(minute.waits for minute in minutes),
                waited=timedelta(seconds=sum(minute.waited for minute in minutes)),
            )

    def _minute(self) -> _Minute:
        """Return this minute's counts, and forget those of before the last hour."""
        this = int(self._clock() // 60)
        for minute in [old for old in self._minutes if old <= this - MINUTES]:
            del self._minutes[minute]
        return self._minutes.setdefault(this, _Minute())


__all__ = ["MINUTES", "CallMeters", "Pressure"]
