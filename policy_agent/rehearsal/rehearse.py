"""Rehearse: a rulebook's decisions on past copies, as if each came in just then.

What is held already by a person is counted within the rehearsal, so that the limit of a rule acts
as it would have. Modes are left aside: a rule that only observes is rehearsed as if it acted.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policy_agent.domain.decisions import Decision, Outcome, Reason, decide
from policy_agent.domain.rules import Rulebook
from policy_agent.rehearsal.traffic import PastCopy

_STEP = 2_000  # copies between two words of progress
_SILENT = frozenset({Reason.OUTSIDE_WINDOW, Reason.NOT_COVERED, Reason.FROM_OUTSIDE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """One copy and what the rules say of it."""

    copy: PastCopy
    decisions: tuple[Decision, ...]

    @property
    def held(self) -> bool:
        return self.said.outcome is Outcome.HOLD

    @property
    def let_through(self) -> bool:
        return lets_through(self.said)

    @property
    def said(self) -> Decision:
        """Return the decision that becomes of the copy, whatever the modes.

        The hold with the latest promise; without one an error, then whatever was let through, then
        the first rule's word.
        """
        if len(self.decisions) == 1:
            return self.decisions[0]
        return max(self.decisions, key=_weight)


def lets_through(decision: Decision) -> bool:
    """Whether a rule was in force just then, and something lifted it."""
    return decision.outcome is Outcome.DELIVER and decision.reason not in _SILENT


def rehearse(
    rulebook: Rulebook,
    copies: Sequence[PastCopy],
    progress: Callable[[int], None] = lambda _steps: None,
) -> tuple[Rehearsed, ...]:
    """Decide every copy in the order of time; the answer is in the order of `copies`."""
    order = sorted(range(len(copies)), key=lambda number: copies[number].facts.received)
    found: list[Rehearsed | None] = [None] * len(copies)
    waiting: dict[str, list[datetime]] = {}  # by recipient: promises of what is held just now
    for done, number in enumerate(order, start=1):
        copy = copies[number]
        facts = copy.facts
        promises = waiting.get(copy.recipient)
        if promises:
            while promises and promises[0] <= facts.received:
                heapq.heappop(promises)
        already = len(promises or ())
        if facts.held_already != already:
            facts = replace(facts, held_already=already)
        rehearsed = Rehearsed(copy=copy, decisions=decide(rulebook, facts))
        found[number] = rehearsed
        promise = rehearsed.said.promise
        if promise is not None:
            heapq.heappush(waiting.setdefault(copy.recipient, []), promise)
        if done % _STEP == 0:
            progress(_STEP)
    return tuple([one for one in found if one is not None])


def _weight(decision: Decision) -> tuple[int, float]:
    if decision.outcome is Outcome.HOLD and decision.promise is not None:
        return (3, decision.promise.timestamp())
    if decision.outcome is Outcome.ERROR:
        return (2, 0.0)
    return (0 if decision.reason in _SILENT else 1, 0.0)
