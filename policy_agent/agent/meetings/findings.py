"""What the agent needs of the store for etiquette; see `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from policy_agent.domain.findings import Finding, Found
from policy_agent.domain.meeting_rules import Check


class FindingStore(Protocol):
    """What etiquette found, and who was told of it."""

    def put_findings(
        self,
        found: Collection[Found],
        *,
        series: Collection[str],
        unseen: Collection[tuple[str, Check]] = (),
        now: datetime,
    ) -> None:
        """Write down what was found about these series, and that nothing else is so of them.

        But for `unseen`: checks of a series that could not be looked at this time. What somebody
        was told stays told.
        """

    def people_to_tell(
        self, rules: Collection[str], *, found_by: datetime, now: datetime
    ) -> Mapping[str, frozenset[str]]:
        """Return who could be told something by these rules, each with which of them.

        Only of what was found by then and lies ahead of `now`.
        """

    def open_findings(self, person: str) -> Sequence[Finding]:
        """Return what somebody could be told, the first meeting first."""

    def name_findings(self, nudge: str, named: Collection[int], over: Collection[int]) -> None:
        """Write down which findings the text of a nudge names, and which were over by then."""

    def tell_findings(self, nudge: str) -> None:
        """Write down that what the text of this nudge names was told; again is harmless."""
