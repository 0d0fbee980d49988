"""What is said of a clash: to its organiser in a nudge, and as the comment of a decline.

Both are made of the same facts, so that nobody is told one thing and then another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from policy_agent.domain.events import Span
from policy_agent.domain.meeting_clauses import either
from policy_agent.domain.meeting_rules import OnClash, ProtectTime

SHOWN = 3  # dates of a series that are named


@dataclass(frozen=True, kw_only=True, slots=True)
class ClashSaid:
    """Facts of one clash, with times in the organiser's zone."""

    rule: ProtectTime
    zone: str  # IANA name, where it differs from the calendar's; else empty
    dates: tuple[Span, ...]  # of the first few meetings that clash
    more: int  # how many others there are
    slots: tuple[Span, ...]  # alternatives for the first of them, the nearest first
    every_time: bool  # the alternatives suit all dates that were looked at
    shorter: Span | None  # what would be left of the first one
    act_at: datetime | None  # when it is declined or cancelled; None: it is not

    @property
    def ends_at(self) -> datetime | None:
        """When it would have to end, where that mends it."""
        if self.shorter is None or self.shorter.starts != self.dates[0].starts:
            return None
        return self.shorter.ends

    @property
    def starts_at(self) -> datetime | None:
        """When it would have to start, where that mends it."""
        if self.shorter is None or self.shorter.starts == self.dates[0].starts:
            return None
        return self.shorter.starts

    @property
    def let_through(self) -> tuple[str, ...]:
        """Categories that let a meeting through, as the rulebook has them."""
        found = {
            category
            for line in self.rule.let_through
            if not line.subject_tags and not line.organiser_outside
            for category in line.categories
        }
        return tuple(sorted(found))

    @property
    def cancels(self) -> bool:
        return self.rule.on_clash is OnClash.CANCEL


def in_zone(spans: Sequence[Span], zone: ZoneInfo) -> tuple[Span, ...]:
    return tuple(
        Span(starts=one.starts.astimezone(zone), ends=one.ends.astimezone(zone)) for one in spans
    )


def comment(said: ClashSaid) -> str:
    """Return what an organiser reads on a decline or people on a cancellation: plain, short."""
    return "\n".join(_lines(said))


def _lines(said: ClashSaid) -> Iterator[str]:
    rule = said.rule
    done = "cancelled" if said.cancels else "declined"
    yield (
        f"This meeting is over protected time ({rule.window.name}) and was {done} automatically, "
        f"by our rule \u201c{rule.name}\u201d."
    )
    because = rule.because.strip()
    yield because if because.endswith((".", "!", "?")) else f"{because}."
    if said.slots:
        times = either([_when(one) for one in said.slots])
        yield f"Everybody was free at: {times}{_in(said.zone)}."
    if said.ends_at is not None:
        yield f"It would also do to end at {said.ends_at:%H:%M}."
    if said.starts_at is not None:
        yield f"It would also do to start at {said.starts_at:%H:%M}."
    if said.let_through:
        yield f"If it must stay, give it the category {either(said.let_through)} and invite again."
    yield f"Questions? Ask {rule.owner}."


def _when(span: Span) -> str:
    return f"{span.starts:%A} {span.starts.day} {span.starts:%B, %H:%M} to {span.ends:%H:%M}"


def _in(zone: str) -> str:
    return f" ({zone.rpartition('/')[2].replace('_', ' ')} time)" if zone else ""


__all__ = ["SHOWN", "ClashSaid", "comment", "in_zone"]
