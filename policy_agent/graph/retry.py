"""The one retry policy: which calls are sent again, when, and for how long.

Sending again is harmless throughout, also where nobody knows whether the first time was done: with
immutable ids a move or a mark is done once more
(https://learn.microsoft.com/en-us/graph/outlook-immutable-id), a folder or a subscription that is
there already is answered with 409 and then looked up, and what is deleted is answered with 404.
A call of which that is not true, such as sending mail, says so (`Call.once`): it is sent again only
where it was surely not done.
"""

import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random
from tenacity.stop import stop_base
from tenacity.wait import wait_base

from policy_agent.graph.failures import GraphProblem

_T = TypeVar("_T")


class RetryPolicy:
    """Repeats what fails for a passing reason, limited by attempts and by patience.

    The wait is what the service asks for (`Retry-After`), never less than a floor that doubles
    with each attempt, since it has been seen to ask for one second at every 429
    (https://github.com/microsoftgraph/msgraph-sdk-javascript/issues/297), and a random share on
    top, so that many callers do not come back at once.
    """

    def __init__(
        self,
        *,
        attempts: int = 8,
        patience: float = 120.0,  # seconds that one call may take in all, waits included
        floor: float = 0.5,  # seconds before the second attempt where the service does not say
        ceiling: float = 30.0,  # seconds that the floor grows to
        jitter: float = 0.5,  # seconds of the random share
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.sleep = sleep
        self._retrying = Retrying(
            sleep=sleep,
            retry=retry_if_exception(_is_passing),
            wait=_AsAsked(floor=floor, ceiling=ceiling, jitter=jitter),
            stop=_OutOfPatience(attempts=attempts, patience=patience),
            reraise=True,
        )
        self._surely = self._retrying.copy(retry=retry_if_exception(_is_surely_undone))

    def run(self, attempt: Callable[[], _T], *, surely_undone: bool = False) -> _T:
        """Return what the attempt returns; raise its last GraphProblem when patience is over.

        With `surely_undone`, what the service may have done all the same is not tried again.
        """
        return (self._surely if surely_undone else self._retrying)(attempt)

    def tries(self) -> "Tries":
        """Start counting the tries of a call that is sent again as part of a batch."""
        return Tries(self._retrying)


class Tries:
    """The tries of one call of many that share requests: each waits as long as it was told."""

    def __init__(self, retrying: Retrying) -> None:
        self._retrying = retrying
        self._state = RetryCallState(retry_object=retrying, fn=None, args=(), kwargs={})

    def pause_after(self, problem: GraphProblem) -> float | None:
        """Return the seconds to wait before the next try, or None: it was the last."""
        state = self._state
        state.set_exception((type(problem), problem, None))
        if not self._retrying.retry(state):
            return None
        state.upcoming_sleep = self._retrying.wait(state)
        if self._retrying.stop(state):
            return None
        state.idle_for += state.upcoming_sleep
        state.prepare_for_next_attempt()
        return state.upcoming_sleep


class _AsAsked(wait_base):
    def __init__(self, *, floor: float, ceiling: float, jitter: float) -> None:
        self._floor = wait_exponential(multiplier=floor, max=ceiling)
        self._jitter = wait_random(0, jitter)

    def __call__(self, retry_state: RetryCallState) -> float:
        problem = _problem(retry_state)
        asked = 0.0 if problem is None or problem.retry_after is None else problem.retry_after
        return max(asked, self._floor(retry_state)) + self._jitter(retry_state)


class _OutOfPatience(stop_base):
    def __init__(self, *, attempts: int, patience: float) -> None:
        self._attempts = attempts
        self._patience = patience

    def __call__(self, retry_state: RetryCallState) -> bool:
        spent = max(retry_state.idle_for, retry_state.seconds_since_start or 0.0)
        return (
            retry_state.attempt_number >= self._attempts
            or spent + retry_state.upcoming_sleep > self._patience
        )


def _problem(state: RetryCallState) -> GraphProblem | None:
    error = state.outcome.exception() if state.outcome is not None else None
    return error if isinstance(error, GraphProblem) else None


def _is_passing(error: BaseException) -> bool:
    return isinstance(error, GraphProblem) and error.passing


def _is_surely_undone(error: BaseException) -> bool:
    return _is_passing(error) and not (isinstance(error, GraphProblem) and error.unsure)


__all__ = ["RetryPolicy", "Tries"]
