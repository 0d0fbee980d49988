"""What protecting time needs of the store; part of `policy_agent.agent.ports.Store`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from policy_agent.domain.clashes import (
    Answer,
    AnswerState,
    Clash,
    ClashOccurrence,
    ClashState,
    FoundClash,
)
from policy_agent.domain.events import Span


class ClashStore(Protocol):
    """Clashes and the answers that are given to them."""

    # what looks found
    def put_clashes(
        self,
        found: Collection[FoundClash],
        *,
        looked: Collection[str],
        rules: Collection[str],
        unsure: Collection[tuple[str, str]] = (),
        now: datetime,
    ) -> None:
        """Write down what a look at these series found; `looked` are their keys, all of them.

        A clash of theirs that was not found again is over, if its rule is one of `rules`, those
        that were asked, and it is not `unsure`, by rule and series: then the look could not tell.
        """

    def lose_clashes(self, events: Collection[str], *, now: datetime) -> None:
        """Hear that these events are gone: occurrences, singles or series masters."""

    def lose_unseen(
        self, whole: Mapping[str, Span], *, looked: Collection[str], now: datetime
    ) -> None:
        """Hear that mailboxes were seen whole in these spans, and which series were there."""

    def pass_clashes(self, *, now: datetime) -> int:
        """End those of which everything has begun; returns how many."""

    # what is to be done
    def open_clashes(self, *, limit: int) -> Sequence[Clash]:
        """Return open ones whose nudge is not in the outbox yet, the first to come first."""

    def mark_planned(self, planned: Collection[Clash]) -> None:
        """Remember that the nudge of each is in the outbox."""

    def note_slots(self, clash: Clash, slots: Sequence[Span]) -> None:
        """Remember the alternatives that its organiser is told."""

    def advance_clash(
        self,
        clash: Clash,
        to: ClashState,
        *,
        why: str,
        now: datetime,
        told: datetime | None = None,
        act_at: datetime | None = None,
    ) -> Clash | None:
        """Bring it from the state it is given with into another, by compare-and-set.

        Writes an event row, ends the lease, sets `act_at`; None: somebody else was there first.
        """

    def note_told(self, clash: int, *, at: datetime) -> None:
        """Remember when its organiser was first told, whatever state it is in by now."""

    def set_act_at(self, clash: Clash, at: datetime | None) -> None:
        """Change when a nudged one is declined; one in another state is left alone."""

    def claim_clashes(
        self, worker: str, *, limit: int, now: datetime, machine: datetime, lease: timedelta
    ) -> Sequence[Clash]:
        """Take nudged ones whose grace is over, and those that somebody else began to act on."""

    def retry_clash(self, clash: Clash, *, at: datetime) -> None:
        """Give the lease back, not to be claimed before `at` (machine time)."""

    # answers
    def begin_acting(
        self, clash: Clash, wanted: Collection[Answer], *, why: str, now: datetime
    ) -> bool:
        """Write the answers down and make a nudged clash `acting`, all or nothing.

        What has an answer already is left as it is. False: somebody else changed the clash.
        """

    def answers(self, clash: int, states: Collection[AnswerState]) -> Sequence[Answer]:
        """Return its answers in any of these states, by person and then by time."""

    def answered(self, clash: int) -> tuple[frozenset[tuple[str, str]], frozenset[str]]:
        """Return who has an answer, by uid and person, and who has one for the whole series."""

    def end_answers(
        self, ended: Mapping[Answer, str], to: AnswerState, *, now: datetime
    ) -> Sequence[Answer]:
        """Bring planned ones to their end, with why; returns those that it did change."""

    # reading
    def clash(self, id_: int) -> Clash | None: ...

    def clashes(self, states: Collection[ClashState]) -> Sequence[Clash]:
        """Return those in any of these states, the first to come first."""

    def clash_occurrences(self, clash: int) -> tuple[ClashOccurrence, ...]:
        """Return its occurrences as they were last found, in order."""
