"""Whose copy is judged: one of each meeting, however many calendars it lies in.

1. The organiser's own copy, where their calendar is covered and can be read: their id for the
   series names it in all mailboxes.
2. Else the copy of the first covered attendee in whose calendar it was seen. Copies are joined by
   iCalUId, for a series by its master's, which is read once and remembered. When that attendee has
   it no more, or their calendar cannot be read, another one's copy takes its place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from policy_agent.agent.context import AgentContext
from policy_agent.agent.meetings.people import Guests
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef
from policy_agent.domain.people import Person


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The copies of one series, or of one single meeting, in one calendar."""

    ref: EventRef  # of the master, or of the single meeting
    recurs: bool
    copies: Sequence[EventCopy]  # singles and occurrences; at least one
    organiser: Person | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which groups are judged, and by which name each goes in all mailboxes."""

    groups: Sequence[tuple[str, Group]] = ()
    unread: frozenset[EventRef] = field(default_factory=frozenset)  # nobody knows yet, ask again


def group(copies: Sequence[EventCopy], guests: Guests) -> list[Group]:
    """Put the copies of each series of each calendar together."""
    found: dict[EventRef, list[EventCopy]] = {}
    for copy in copies:
        ref = EventRef(mailbox=copy.ref.mailbox, event=copy.series or copy.ref.event)
        found.setdefault(ref, []).append(copy)
    return [
        Group(
            ref=ref,
            recurs=some[0].series is not None,
            copies=some,
            organiser=guests.organiser(some[0]),
        )
        for ref, some in found.items()
    ]


def is_elsewhere(copy: EventCopy, organiser: Person | None, readable: Collection[str]) -> bool:
    """Say whether it is its organiser's copy, another one, that is judged."""
    return (
        not copy.is_organiser
        and organiser is not None
        and organiser.id != copy.ref.mailbox
        and organiser.id in readable
    )


def choose(
    context: AgentContext,
    groups: Sequence[Group],
    *,
    readable: Collection[str],
    masters: Sequence[EventCopy],
    whole: Collection[str],
) -> Chosen:
    """Return the groups that are judged, of those that were seen in calendars.

    `masters` were read already; `whole` are the calendars that were seen whole.
    """
    own = [(one.ref.event, one) for one in groups if one.copies[0].is_organiser]
    outside = [
        one
        for one in groups
        if not one.copies[0].is_organiser
        and not is_elsewhere(one.copies[0], one.organiser, readable)
    ]
    uids = _uids(context, outside, masters)
    known = [(uids[one.ref], one) for one in outside if one.ref in uids]
    unread = frozenset(one.ref for one in outside if one.ref not in uids)
    certain = set(whole) - {ref.mailbox for ref in unread}
    held: dict[str, set[str]] = {mailbox: set() for mailbox in certain}
    for uid, one in known:
        if one.ref.mailbox in held:
            held[one.ref.mailbox].add(uid)
    if held:
        context.store.release_judges(held)
    first: dict[str, str] = {}
    for uid, one in known:
        first.setdefault(uid, one.ref.mailbox)
    judges = context.store.claim_judges(first)
    theirs = [(uid, one) for uid, one in known if judges[uid] == one.ref.mailbox]
    return Chosen(groups=[*own, *theirs], unread=unread)


def _uids(
    context: AgentContext, groups: Sequence[Group], masters: Sequence[EventCopy]
) -> Mapping[EventRef, str]:
    """Return the uid that names each in all mailboxes, as far as it can be told.

    Two series that share an occurrence are one, so few of many copies have to be read.
    """
    found = {one.ref: one.copies[0].uid for one in groups if not one.recurs}
    series = {one.ref: one for one in groups if one.recurs}
    if not series:
        return found
    told = {copy.ref: copy.uid for copy in masters if copy.ref in series}
    found |= context.store.series_uids(series.keys() - told.keys())
    by_occurrence: dict[str, list[EventRef]] = {}
    for ref, one in series.items():
        for copy in one.copies:
            by_occurrence.setdefault(copy.uid, []).append(ref)
    _spread(found | told, series, by_occurrence, told)
    asked: list[EventRef] = []
    reached: set[EventRef] = set()
    for ref, one in series.items():
        if ref in found or ref in told or ref in reached:
            continue
        asked.append(ref)
        reached.update(other for copy in one.copies for other in by_occurrence[copy.uid])
    if asked:
        answers = context.calendars.read(asked, agenda=False)
        told |= {
            ref: answer.uid
            for ref, answer in answers.items()
            if not isinstance(answer, CallFailure)
        }
        _spread(found | told, series, by_occurrence, told)
    context.store.put_series_uids(told)
    return found | told


def _spread(
    known: Mapping[EventRef, str],
    series: Mapping[EventRef, Group],
    by_occurrence: Mapping[str, Sequence[EventRef]],
    told: dict[EventRef, str],
) -> None:
    """Give each series the uid of any other that it shares an occurrence with."""
    for ref, uid in known.items():
        for copy in series[ref].copies if ref in series else ():
            for other in by_occurrence[copy.uid]:
                if other not in known:
                    told.setdefault(other, uid)
