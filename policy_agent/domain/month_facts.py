"""Numbers of a month that have no team: see `policy_agent.domain.measures.Fact`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from policy_agent.domain.measures import Fact
from policy_agent.domain.notes import NoteKind
from policy_agent.domain.rules import Exemption

NUDGES: Mapping[NoteKind, Fact] = {
    NoteKind.CLASH: Fact.CLASH_NUDGES,
    NoteKind.ETIQUETTE: Fact.ETIQUETTE_NUDGES,
    NoteKind.REBOOK: Fact.REBOOK_NUDGES,
    NoteKind.WEEKEND_MAIL: Fact.WEEKEND_NUDGES,
    NoteKind.RECEIPT: Fact.RECEIPTS,
    NoteKind.DIGEST: Fact.RECEIPTS,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class EndedHold:
    """A copy that a rule held, and that did not wait for its promise."""

    rule: str
    sender: str | None  # person id; None: nobody known
    received: datetime  # aware UTC
    abandoned: bool  # never moved; else its sender asked to send it now


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthCounts:
    """What the store counts of a month at once."""

    open_holds: int  # of copies received in it
    meeting_errors: int  # decisions of meetings
    notes: Mapping[NoteKind, int]  # that were sent
    erased: int  # rows that retention took away


@dataclass(frozen=True, kw_only=True, slots=True)
class Exempted:
    """An exemption, of the rulebook or of run time, as far as a month's numbers ask."""

    name: str
    starts: date
    ends: date  # the last day it held, all day: somebody may have ended it before its time
    used: bool  # it freed something

    @classmethod
    def of(cls, exemption: Exemption, *, ended: date | None, used: bool) -> "Exempted":
        return cls(
            name=exemption.name,
            starts=exemption.starts,
            ends=exemption.ends if ended is None else min(ended, exemption.ends),
            used=used,
        )


def exempting_name(detail: str) -> str:
    """Return the name of the exemption that a decision says freed it."""
    return detail.removesuffix(" applies").rpartition("exemption ")[2]


def exemption_facts(exempted: Iterable[Exempted], days: Collection[date]) -> Mapping[str, int]:
    """Return how many were in force on any of the days, and used or not, and ended on one."""
    first, last = min(days), max(days)
    in_force = [one for one in exempted if one.starts <= min(one.ends, last) and one.ends >= first]
    return {
        Fact.EXEMPTIONS_USED: sum(one.used for one in in_force),
        Fact.EXEMPTIONS_UNUSED: sum(not one.used for one in in_force),
        Fact.EXEMPTIONS_ENDED: sum(one.ends <= last for one in in_force),
    }


def note_facts(notes: Mapping[NoteKind, int]) -> Mapping[str, int]:
    """Return how many nudges and receipts of each kind were sent."""
    found = dict.fromkeys(map(str, NUDGES.values()), 0)
    for kind, fact in NUDGES.items():
        found[fact] += notes.get(kind, 0)
    return found


__all__ = [
    "EndedHold",
    "Exempted",
    "MonthCounts",
    "exempting_name",
    "exemption_facts",
    "note_facts",
]
