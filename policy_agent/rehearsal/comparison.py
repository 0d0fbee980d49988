"""Comparison: what two rulebooks say differently of the same copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policy_agent.rehearsal.rehearse import Rehearsed


class Change(StrEnum):
    """How a copy fares otherwise than with the other rulebook."""

    HELD = "+held"
    NOT_HELD = "-held"
    LATER = "later"
    EARLIER = "earlier"
    MODE = "another mode"  # held until the same moment, by a rule in another mode


_WORDS = {Change.HELD: "+{} held", Change.NOT_HELD: "-{} held", Change.MODE: "{} in another mode"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One copy with what becomes of it, before and after."""

    change: Change
    before: Rehearsed
    after: Rehearsed


def compare(before: Sequence[Rehearsed], after: Sequence[Rehearsed]) -> tuple[Difference, ...]:
    """Return the copies that fare differently, in the order of the traffic."""
    return tuple(_differences(before, after))


def in_words(differences: Sequence[Difference]) -> str:
    """Return the difference in a line, such as «+14 held, -3 held, 1 later»."""
    counts = {change: sum(1 for one in differences if one.change is change) for change in Change}
    said = [
        _WORDS.get(change, f"{{}} {change.value}").format(count)
        for change, count in counts.items()
        if count
    ]
    return ", ".join(said) or "no difference"


def _differences(before: Sequence[Rehearsed], after: Sequence[Rehearsed]) -> Iterator[Difference]:
    for old, new in zip(before, after, strict=True):
        change = _change(old, new)
        if change is not None:
            yield Difference(change=change, before=old, after=new)


def _change(old: Rehearsed, new: Rehearsed) -> Change | None:
    was, now = old.said.promise, new.said.promise
    if was is None or now is None:
        if now is not None:
            return Change.HELD
        return Change.NOT_HELD if was is not None else None
    if was != now:
        return Change.LATER if now > was else Change.EARLIER
    return Change.MODE if old.said.mode is not new.said.mode else None
