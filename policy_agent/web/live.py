"""What a page shows of the tenant, asked for no longer than people wait.

A call of the service is tried again for a minute. A page is not worth that: it shows itself without
what did not come, since its button must work on the worst of days too.
"""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

import structlog

log = structlog.get_logger()

_T = TypeVar("_T")


class Live:
    """Runs a few calls beside the pages; one that takes longer goes on alone and is forgotten."""

    def __init__(self, *, patience: float = 2.0, at_a_time: int = 8) -> None:
        self._patience = patience  # seconds
        self._free = threading.BoundedSemaphore(at_a_time)

    def ask(self, work: Callable[[], _T], otherwise: _T) -> _T:
        """Return what the work answers, or `otherwise` where it fails, is late, or many are."""
        return self.begin(work, otherwise)()

    def begin(self, work: Callable[[], _T], otherwise: _T) -> Callable[[], _T]:
        """Begin the work, and return what waits for its answer; so that several go side by side."""
        if not self._free.acquire(blocking=False):
            return lambda: otherwise
        answers: queue.SimpleQueue[_T] = queue.SimpleQueue()

        def run() -> None:
            try:
                answers.put(work())
            except Exception as broken:  # noqa: BLE001  the page does without, whatever it was
                log.warning("page_not_complete", problem=type(broken).__name__)
                answers.put(otherwise)
            finally:
                self._free.release()

        threading.Thread(target=run, name="live", daemon=True).start()

        def wait() -> _T:
            try:
                return answers.get(timeout=self._patience)
            except queue.Empty:
                return otherwise

        return wait
