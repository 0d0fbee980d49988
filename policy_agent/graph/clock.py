"""The tenant's own clock, for rehearsals against a sandbox tenant whose time is set by hand."""

from datetime import UTC, datetime

import requests

from policy_agent.graph.calls import instant
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.retry import RetryPolicy


class TenantClock:
    """Asks a sandbox tenant what time it is: `GET {url}` answers `{"now": "2026-11-22T10:00:00Z"}`.

    A tenant that does not answer is asked again for as long as the policy says, then GraphProblem.
    """

    def __init__(
        self, url: str, ca: str | bool = True, *, retry: RetryPolicy | None = None
    ) -> None:
        self._url = url
        self._ca = ca
        self._retry = retry or RetryPolicy(patience=30.0)
        self._session = requests.Session()

    def now(self) -> datetime:
        """Return the tenant's time, aware UTC."""
        return self._retry.run(self._ask)

    def close(self) -> None:
        self._session.close()

    def _ask(self) -> datetime:
        try:
            response = self._session.get(self._url, verify=self._ca, timeout=(5.0, 30.0))
            response.raise_for_status()
            return instant(response.json()["now"]).astimezone(UTC)
        except (requests.RequestException, KeyError, TypeError, ValueError) as error:
            raise GraphProblem("clock", words=type(error).__name__) from None


__all__ = ["TenantClock"]
