"""What the agent needs of the store for figures; see `policy_agent.agent.ports.Store`."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from policy_agent.domain.months import ClosedMonth


class FigureStore(Protocol):
    """Months that are closed."""

    def closed_month(self, month: date) -> ClosedMonth | None:
        """Return a month as it was told; None: it is not closed."""

    def closed_between(self, first: date, last: date) -> Sequence[ClosedMonth]:
        """Return the closed months from the one that begins with `first` to that of `last`."""
