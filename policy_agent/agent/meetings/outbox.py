"""What the agent needs of the store to nudge people; see `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.findings import Finding, Found
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.nudging import Nudge, NudgeKind, NudgeState, PlannedNudge


class NudgeStore(Protocol):
    """The outbox's rows, what people chose, and keys."""

    def plan_nudges(self, wanted: Collection[PlannedNudge], *, now: datetime) -> Sequence[Nudge]:
        """Write them down; one whose key was used before is left out. Returns the new ones."""

    def claim_nudges(
        self,
        worker: str,
        *,
        kinds: Collection[NudgeKind],
        closed: Collection[str],
        limit: int,
        now: datetime,
        machine: datetime,
        lease: timedelta,
    ) -> Sequence[Nudge]:
        """Take what is to be sent, and what was sent and is not settled, of these kinds.

        `closed` are the calendars that are outside of their working hours.
        """

    def draft_nudges(self, drafts: Mapping[Nudge, str], *, now: datetime) -> Sequence[Nudge]:
        """Write down where the draft of each planned one lies; returns those it did change."""

    def end_nudges(
        self, ended: Collection[Nudge], to: NudgeState, *, why: str, now: datetime
    ) -> Sequence[Nudge]:
        """Bring each from the state it is given with to `SENT` or `GIVEN_UP`.

        Returns those that it did change. What is sent is claimed again until it is settled.
        """

    def settle_nudges(self, sent: Collection[Nudge]) -> None:
        """Be done with these: their kinds have heard that they were sent."""

    def retry_nudges(self, put_off: Collection[Nudge], *, at: datetime) -> None:
        """Give leases back, not to be claimed before `at` (machine time)."""

    def nudge(self, key: str) -> Nudge | None:
        """Return the one nudge of that key, if it was ever planned."""

    def nudged(
        self, kind: NudgeKind, people: Collection[str], *, since: datetime
    ) -> frozenset[str]:
        """Return who of these has an open nudge of that kind, or was sent one since then."""

    def nudges_sent(self, *, since: datetime) -> int:
        """Count what was sent since then (tenant time), of every kind."""

    def set_etiquette_nudges(self, person: str, *, on: bool, now: datetime) -> None:
        """Turn somebody's etiquette nudges on or off; again is harmless."""

    def without_etiquette_nudges(self, people: Collection[str]) -> frozenset[str]:
        """Return who of these turned them off."""

    def key(self, name: str, *, now: datetime) -> str:
        """Return the secret of that name; the first who asks makes it, for good and for all."""


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
