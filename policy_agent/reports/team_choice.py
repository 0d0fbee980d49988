"""One thing to praise a team for and one to talk about, chosen by rules that anybody may read.

1. Only shares are looked at, of a base of `FEWEST_CASES` or more: less is moved by chance alone.
2. A share stands out if it is `POINTS` away from what it is compared with, and further than chance
   would take it: beyond `SURE` standard errors of the difference of two shares. These are taken
   twice as large as for single cases, as the cases of one meeting come and go together.
3. Praise: what got better since the month before, by most points. Else what is better than with
   everybody else. Else what is `HIGH` or more of what it could be, rather of good things done
   than of bad ones left.
4. To talk about: what got worse, by most points. Else what is worse than with everybody else.
5. Where nothing stands out, it is said that nothing does: chance is neither praised nor blamed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

FEWEST_CASES = 30
POINTS = 0.05
SURE = 1.96
TOGETHER = 2.0
HIGH = 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Cases:
    """So many of so many; both of them told."""

    part: int
    of: int

    @property
    def share(self) -> float:
        return self.part / self.of if self.of else 0.0

    @property
    def enough(self) -> bool:
        return self.of >= FEWEST_CASES

    def without(self, others: "Cases") -> "Cases":
        """Return the rest, of which the others are no part."""
        return Cases(part=self.part - others.part, of=self.of - others.of)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A share of one team that may be praised or talked about."""

    what: str  # after the share: «of the team's meetings came back to back»
    high_is_good: bool
    now: Cases
    then: Cases | None = None  # the month before; None: not told, or the rule was another
    everybody: Cases | None = None  # the team among them; None: not told


class Why(StrEnum):
    """Why something was chosen."""

    CHANGED = "changed"  # since the month before
    APART = "apart"  # from everybody else
    HIGH = "high"  # nearly all of what it could be


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What was chosen, and why."""

    candidate: Candidate
    why: Why


def beyond_chance(one: Cases, other: Cases) -> float:
    """Return by how much one share is above the other; 0 if that may be chance."""
    if not one.enough or not other.enough:
        return 0.0
    pooled = (one.part + other.part) / (one.of + other.of)
    error = sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of))
    apart = one.share - other.share
    return apart if abs(apart) >= max(POINTS, SURE * TOGETHER * error) else 0.0


def praise(candidates: Sequence[Candidate]) -> Choice | None:
    """Return what to praise; None: nothing stands out."""
    found = _furthest(candidates, _since, Why.CHANGED, 1) or _furthest(
        candidates, _beside, Why.APART, 1
    )
    if found is not None:
        return found
    good = [one for one in candidates if one.now.enough and _goodness(one) >= HIGH]
    best = max(good, key=lambda one: (one.high_is_good, _goodness(one)), default=None)
    return None if best is None else Choice(candidate=best, why=Why.HIGH)


def to_talk_about(candidates: Sequence[Candidate]) -> Choice | None:
    """Return what to talk about; None: nothing stands out."""
    return _furthest(candidates, _since, Why.CHANGED, -1) or _furthest(
        candidates, _beside, Why.APART, -1
    )


def _furthest(
    candidates: Sequence[Candidate], by: Callable[[Candidate], float], why: Why, sign: int
) -> Choice | None:
    """Return the candidate that is furthest on the good side (1) or on the bad one (-1)."""
    found = [(sign * by(one), one) for one in candidates]
    best = max(found, key=lambda pair: pair[0], default=None)
    return None if best is None or best[0] <= 0 else Choice(candidate=best[1], why=why)


def _since(candidate: Candidate) -> float:
    if candidate.then is None:
        return 0.0
    apart = beyond_chance(candidate.now, candidate.then)
    return apart if candidate.high_is_good else -apart


def _beside(candidate: Candidate) -> float:
    if candidate.everybody is None:
        return 0.0
    apart = beyond_chance(candidate.now, candidate.everybody.without(candidate.now))
    return apart if candidate.high_is_good else -apart


def _goodness(candidate: Candidate) -> float:
    return candidate.now.share if candidate.high_is_good else 1 - candidate.now.share
