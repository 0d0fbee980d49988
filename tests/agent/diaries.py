"""Diaries: calendars in memory, and an agent that watches them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from policy_agent.agent.context import AgentContext, CurrentPolicy, Moment, Policy
from policy_agent.agent.meetings.ports import Copies
from policy_agent.agent.meetings.seen import Feature, Seen
from policy_agent.agent.meetings.sweep import CalendarsSwept, CalendarSweep
from policy_agent.agent.meetings.watch import work_off_events
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import (
    Attendee,
    CalendarOwner,
    EventCopy,
    EventRef,
    Response,
    ShowAs,
    Span,
)
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.rules import Rule
from policy_agent.store.store import Store
from tests.domain.meetings import LONDON, protect, rulebook

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)  # a Monday
TUESDAY_LUNCH = datetime(2026, 1, 6, 12, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
WEEK = timedelta(weeks=1)
BOOKED = datetime(2025, 12, 1, tzinfo=UTC)


def address(name: str) -> str:
    """Return somebody's address; a name with a domain is one already."""
    return name if "@" in name else f"{name}@northshire.example"


@dataclass(kw_only=True)
class Booked:
    """A meeting as its organiser booked it."""

    number: int
    organiser: str  # name, or an address outside
    attendees: tuple[str, ...]
    starts: datetime
    ends: datetime
    weeks: int | None = None  # every so many weeks, without an end
    more: dict[str, Any] = field(default_factory=dict)  # further fields of its copies
    without: set[str] = field(default_factory=set)  # whose calendar it is not in any more
    modified: datetime = BOOKED

    def ref(self, name: str, place: int | None = None) -> EventRef:
        """Return somebody's copy: the single meeting or the master, or an occurrence."""
        end = "" if place is None else f".{place}"
        return EventRef(mailbox=name, event=f"{name}/{self.number}{end}")

    def uid(self, place: int | None = None) -> str:
        return f"uid-{self.number}" if place is None else f"uid-{self.number}.{place}"


class Diaries:
    """The `Calendars` port over meetings in memory; counts calls by kind, one a calendar."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = tuple(names)
        self.booked: list[Booked] = []
        self.rooms: set[str] = set()
        self.away: dict[str, tuple[Span, ...]] = {}
        self.failing: dict[str, CallFailure] = {}  # by mailbox: every call of it fails
        self.calls: Counter[str] = Counter()
        self.agendas = 0  # how often it was asked for
        self.largest = 0  # copies that one answer held

    # what people do

    def book(self, organiser: str, *attendees: str, **more: Any) -> Booked:
        starts = more.pop("starts", TUESDAY_LUNCH)
        one = Booked(
            number=len(self.booked),
            organiser=organiser,
            attendees=attendees,
            starts=starts,
            ends=more.pop("ends", starts + HALF_HOUR),
            weeks=more.pop("weeks", None),
            more=more,
        )
        self.booked.append(one)
        return one

    def change(self, one: Booked, now: datetime, **fields: Any) -> None:
        for name, value in fields.items():
            if hasattr(one, name):
                setattr(one, name, value)
            else:
                one.more[name] = value
        one.modified = now

    # the port

    def owners(self, mailboxes: Sequence[str]) -> Mapping[str, CalendarOwner | CallFailure]:
        self.calls["owners"] += len(mailboxes)
        return {
            mailbox: self.failing.get(mailbox)
            or CalendarOwner(
                mailbox=mailbox,
                purpose="room" if mailbox in self.rooms else "user",
                zone="Europe/London",
                away=self.away.get(mailbox, ()),
            )
            for mailbox in mailboxes
        }

    def view(
        self, spans: Mapping[str, Span], *, agenda: bool
    ) -> Mapping[str, Copies | CallFailure]:
        self.agendas += agenda
        found = {
            mailbox: self._answer("view", mailbox, lambda m=mailbox, s=span: self._view(m, s))
            for mailbox, span in spans.items()
        }
        self.largest = max(self.largest, sum(len(c) for c in found.values() if _fine(c)))
        return found

    def changed(self, since: Mapping[str, datetime]) -> Mapping[str, Copies | CallFailure]:
        return {
            mailbox: self._answer(
                "changed", mailbox, lambda m=mailbox, s=start: self._changed(m, s)
            )
            for mailbox, start in since.items()
        }

    def instances(
        self, series: Mapping[EventRef, Span], *, agenda: bool
    ) -> Mapping[EventRef, Copies | CallFailure]:
        self.agendas += agenda
        return {
            ref: self._answer("instances", ref.mailbox, lambda r=ref, s=span: self._instances(r, s))
            for ref, span in series.items()
        }

    def read(
        self, refs: Sequence[EventRef], *, agenda: bool
    ) -> Mapping[EventRef, EventCopy | CallFailure]:
        self.agendas += agenda
        return {ref: self._answer("read", ref.mailbox, lambda r=ref: self._read(r)) for ref in refs}

    # inside

    def _answer(self, what: str, mailbox: str, answer: Any) -> Any:
        self.calls[what] += 1
        return self.failing.get(mailbox) or answer()

    def _of(self, mailbox: str) -> Iterator[Booked]:
        for one in self.booked:
            if mailbox in {one.organiser, *one.attendees} and mailbox not in one.without:
                yield one

    def _view(self, mailbox: str, span: Span) -> Copies:
        return tuple(
            copy for one in self._of(mailbox) for copy in self._expanded(one, mailbox, span)
        )

    def _changed(self, mailbox: str, since: datetime) -> Copies:
        return tuple(self._copy(one, mailbox) for one in self._of(mailbox) if one.modified >= since)

    def _instances(self, ref: EventRef, span: Span) -> Copies | CallFailure:
        for one in self._of(ref.mailbox):
            if one.ref(ref.mailbox) == ref:
                return tuple(self._expanded(one, ref.mailbox, span))
        return CallFailure(kind="gone", what="instances: 404")

    def _read(self, ref: EventRef) -> EventCopy | CallFailure:
        name, _, place = ref.event.partition(".")
        for one in self._of(ref.mailbox):
            if one.ref(ref.mailbox).event == name:
                return self._copy(one, ref.mailbox, int(place) if place else None)
        return CallFailure(kind="gone", what="event: 404")

    def _expanded(self, one: Booked, mailbox: str, span: Span) -> Iterator[EventCopy]:
        if one.weeks is None:
            copy = self._copy(one, mailbox)
            if span.overlaps(copy.starts, copy.ends):
                yield copy
            return
        place = max(0, (span.starts - one.starts) // (one.weeks * WEEK) - 1)
        while (copy := self._copy(one, mailbox, place)).starts < span.ends:
            if span.overlaps(copy.starts, copy.ends):
                yield copy
            place += 1

    def _copy(self, one: Booked, mailbox: str, place: int | None = None) -> EventCopy:
        ahead = (place or 0) * (one.weeks or 0) * WEEK
        master = one.weeks is not None and place is None
        mine = mailbox == one.organiser
        copy = EventCopy(
            ref=one.ref(mailbox, place),
            uid=one.uid(place),
            kind="master" if master else "single" if place is None else "occurrence",
            series=None if place is None else one.ref(mailbox).event,
            starts=(one.starts.astimezone(LONDON) + ahead).astimezone(UTC),  # by the wall clock
            ends=(one.ends.astimezone(LONDON) + ahead).astimezone(UTC),
            organiser=address(one.organiser),
            is_organiser=mine,
            attendees=tuple(Attendee(address=address(name)) for name in one.attendees),
            response=Response.ORGANISER if mine else Response.NONE,
            show_as=ShowAs.BUSY if mine else ShowAs.TENTATIVE,
            created=BOOKED,
            modified=one.modified,
        )
        return replace(copy, **one.more)


def _fine(answer: Copies | CallFailure) -> bool:
    return not isinstance(answer, CallFailure)


class Taker:
    """A feature that keeps what it was handed."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.breaks = False

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        if self.breaks:
            raise RuntimeError("this feature is broken")
        self.seen.append(seen)

    def tick(self, context: AgentContext, moment: Moment) -> None: ...

    @property
    def series(self) -> list[tuple[str, str, int]]:
        """Return what was seen: key, mailbox, how many occurrences ahead."""
        return [
            (one.key, one.mailbox, len(one.occurrences))
            for seen in self.seen
            for one in seen.series
        ]


@dataclass
class Watcher:
    """An agent that watches diaries."""

    diaries: Diaries
    context: AgentContext
    store: Store
    taker: Taker = field(default_factory=Taker)
    features: tuple[Feature, ...] = ()
    now: datetime = NOW
    machine: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    @property
    def moment(self) -> Moment:
        return Moment(now=self.now, machine=self.machine)

    def sweep(self) -> CalendarsSwept:
        features = self.features or (self.taker,)
        return CalendarSweep(self.context, features, lambda: self.moment).run()

    def notified(self, *refs: EventRef, change: str = "updated") -> int:
        """Take notice of these and work them off; returns how many notices were claimed."""
        self.store.accept_events(dict.fromkeys(refs, change), now=self.now)
        return self.tick()

    def tick(self) -> int:
        features = self.features or (self.taker,)
        total = 0
        while claimed := work_off_events(self.context, features, self.moment):
            total += claimed
        return total

    def after(self, length: timedelta) -> None:
        """Let time go by, on both clocks."""
        self.now += length
        self.machine += length

    def decided(self, uid: str) -> list[Reason]:
        return [row.reason for row in self.store.meeting_decisions_of(uid)]

    def use(self, *rules: Rule, hash_: str = "1" * 64) -> None:
        """Put another rulebook in force."""
        policy = self.context.current.policy
        book = replace(rulebook(*rules), hash=hash_)
        self.context.current.policy = replace(policy, rulebook=book)


@contextmanager
def open_watcher(
    folder: Path,
    names: Sequence[str],
    *,
    rules: Sequence[Rule] = (),
    covered: Collection[str] | None = None,
    url: str | None = None,
) -> Iterator[Watcher]:
    """Set up an agent over the calendars of these people, all of them covered or only some."""
    store = Store.open(url or f"sqlite:///{folder / 'store.db'}")
    people = {
        address(name): Person(id=name, address=address(name), teams=frozenset({"everyone"}))
        for name in names
    }
    directory = Directory(
        domains=frozenset({"northshire.example"}),
        people=people,
        groups={"staff@northshire.example": frozenset({"everyone"})},
    )
    diaries = Diaries(names)
    nothing = cast("Any", None)
    context = AgentContext(
        mail=nothing,
        subscriptions=nothing,
        people=nothing,
        calendars=cast("Any", diaries),
        outgoing=nothing,
        store=store,
        current=CurrentPolicy(
            Policy(rulebook=rulebook(*(rules or (protect(),))), directory=directory)
        ),
        worker="worker",
        lease=timedelta(minutes=5),
        hold_folder="Arriving next working day",
        released_category="Arrived while you were away",
        notification_url="https://agent.northshire.example/notifications",
        subscription_length=timedelta(days=6),
        service_mailbox=None,
        public_url="https://agent.northshire.example",
        block_out_category="Protected time",
    )
    store.put_calendars(names if covered is None else covered, now=NOW)
    try:
        yield Watcher(diaries=diaries, context=context, store=store)
    finally:
        store.close()
