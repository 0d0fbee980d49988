"""What the agent needs of the store for figures; see `policy_agent.agent.ports.Store`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from policy_agent.domain.months import ClosedMonth


class FigureStore(Protocol):
    """Months that are closed, and what is past its time."""

    def close_month(self, month: ClosedMonth) -> bool:
        """Freeze a month; False: it was closed before, and stays as it was told then."""

    def closed_month(self, month: date) -> ClosedMonth | None:
        """Return a month as it was told; None: it is not closed."""

    def closed_between(self, first: date, last: date) -> Sequence[ClosedMonth]:
        """Return the closed months from the one that begins with `first` to that of `last`."""

    def closed_list(self) -> Sequence[date]:
        """Return the first days of all closed months, the latest first."""

    def retained(self) -> Sequence[str]:
        """Return the tables whose rows grow old, in the order in which they go."""

    def erase(self, table: str, *, before: datetime, now: datetime, limit: int) -> int:
        """Take away up to `limit` rows of a table that are older than that, and write it down."""

    def erased_between(self, start: datetime, end: datetime) -> Mapping[str, int]:
        """Return how many rows went from `start` until before `end`, by table."""
