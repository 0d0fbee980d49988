"""Supervisions: diaries in which people decline and cancel meetings, and an agent over them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from policy_agent.agent.meetings.keep import KeepingMeetings
from policy_agent.agent.meetings.rebook import RebookWriter
from policy_agent.agent.meetings.seen import Feature
from policy_agent.agent.tell import Outbox
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Response, Span
from policy_agent.domain.kept_meetings import KeptMeeting
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.notes import Letter, NoteKind
from policy_agent.store import Store
from tests.agent.diaries import NOW, Booked, Diaries, Watcher, address, open_watcher
from tests.agent.post_room import Killed, PostRoom
from tests.domain.meetings import keep, kept_line

GONE = CallFailure(kind="gone", what="event: 404")
RULE = keep(named=(kept_line(subject_words=("supervision",)),), every=timedelta(weeks=4))


class Supervisions(Diaries):
    """Diaries that know answers, cancellations and single occurrences, and lose pages."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.declined: set[tuple[int, str]] = set()  # by number of the meeting and name
        self.cancelled: set[int] = set()
        self.deleted: set[tuple[int, int]] = set()  # occurrences, by number and place
        self.shifted: dict[tuple[int, int | None], timedelta] = {}
        self.lost: set[EventRef] = set()  # left out where a whole calendar is asked for

    # what people do

    def supervision(self, organiser: str, *attendees: str, **more: Any) -> Booked:
        return self.book(organiser, *attendees, **({"subject": "Supervision"} | more))

    def cancel(self, one: Booked, watcher: Watcher) -> None:
        """Cancel as the organiser does in Outlook: their own copy goes, others say so."""
        one.without.add(one.organiser)
        one.modified = watcher.now
        self.cancelled.add(one.number)

    # the port

    def find(
        self, wanted: Mapping[tuple[str, str], Span]
    ) -> Mapping[tuple[str, str], EventCopy | CallFailure]:
        self.calls["find"] += len(wanted)
        return {key: self.failing.get(key[0]) or self._find(*key) for key in wanted}

    # inside

    def _find(self, mailbox: str, uid: str) -> EventCopy | CallFailure:
        name, _, place = uid.partition(".")
        for one in self._of(mailbox):
            if one.uid() == name:
                return self._read(one.ref(mailbox, int(place) if place else None))
        return GONE

    def _read(self, ref: EventRef) -> EventCopy | CallFailure:
        if any(one.ref(ref.mailbox, place) == ref for one, place in self._deleted()):
            return GONE
        return super()._read(ref)

    def _deleted(self) -> Iterator[tuple[Booked, int]]:
        for number, place in self.deleted:
            yield self.booked[number], place

    def _expanded(self, one: Booked, mailbox: str, span: Span) -> Iterator[EventCopy]:
        gone = {found.ref(mailbox, place) for found, place in self._deleted()} | self.lost
        for copy in super()._expanded(one, mailbox, span):
            if copy.ref not in gone:
                yield copy

    def _copy(self, one: Booked, mailbox: str, place: int | None = None) -> EventCopy:
        copy = super()._copy(one, mailbox, place)
        shift = self.shifted.get((one.number, place), timedelta())
        response = copy.response
        if (one.number, mailbox) in self.declined:
            response = Response.DECLINED
        declined = {address(name) for number, name in self.declined if number == one.number}
        attendees = tuple(
            replace(guest, response=Response.DECLINED)
            if copy.is_organiser and guest.address in declined
            else guest
            for guest in copy.attendees
        )
        return replace(
            copy,
            starts=copy.starts + shift,
            ends=copy.ends + shift,
            attendees=attendees,
            response=response,
            cancelled=one.number in self.cancelled,
        )


@dataclass
class Deaths:
    """Kills the process at its so-manieth step, once."""

    left: int | None = None

    def step(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


class Mortal:
    """A port after each of whose calls the process may be killed: that is before the next one."""

    def __init__(self, port: object, deaths: Deaths) -> None:
        self._port = port
        self._deaths = deaths

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)

        def call(*given: Any, **named: Any) -> Any:
            answer = method(*given, **named)
            self._deaths.step()
            return answer

        return call


@dataclass
class Service:
    """An agent that keeps meetings over diaries, with its outbox."""

    watcher: Watcher
    diaries: Supervisions
    room: PostRoom = field(default_factory=PostRoom)
    deaths: Deaths = field(default_factory=Deaths)
    outbox: Outbox = field(init=False)

    def __post_init__(self) -> None:
        self.watcher.diaries = self.diaries
        self.watcher.context = replace(
            self.watcher.context,
            calendars=cast("Any", Mortal(self.diaries, self.deaths)),
            store=cast("Any", Mortal(self.watcher.store, self.deaths)),
            outgoing=cast("Any", Mortal(self.room, self.deaths)),
            service_mailbox="wellbeing@northshire.example",
        )
        self.start()

    def start(self) -> None:
        """Begin as a new process does."""
        self.watcher.store.forget_leases("worker")
        self.outbox = Outbox({NoteKind.REBOOK: RebookWriter()})
        self.watcher.features = (KeepingMeetings(),)

    @property
    def store(self) -> Store:
        return self.watcher.store

    @property
    def works(self) -> tuple[Feature | Outbox, ...]:
        return (*self.watcher.features, self.outbox)

    def sweep(self) -> None:
        """Look at every calendar whole, as once a day, then work."""
        self.store.put_calendars([], now=self.watcher.now)
        self.store.put_calendars(self.diaries.names, now=NOW)
        self.watcher.sweep()
        self.work()

    def notice(self, *refs: EventRef, change: str = "updated") -> None:
        self.watcher.notified(*refs, change=change)
        self.work()

    def work(self) -> None:
        """Let features and outbox do what is due, until nothing is left to do."""
        for _ in range(3):
            self.watcher.machine += timedelta(minutes=10)
            for work in self.works:
                work.tick(self.watcher.context, self.watcher.moment)

    def after(self, length: timedelta) -> None:
        self.watcher.after(length)
        self.work()

    def rows(self) -> list[KeptMeeting]:
        starts, before = NOW - timedelta(weeks=52), NOW + timedelta(weeks=52)
        return list(self.store.kept_between(RULE.name, starts, before))

    def row(self) -> KeptMeeting:
        (one,) = self.rows()
        return one

    def whys(self, row: KeptMeeting) -> list[str]:
        return [event.why for event in self.store.kept_events(row.id)]

    def letters(self) -> list[Letter]:
        return self.room.letters_sent()


@contextmanager
def open_service(
    folder: Path, names: Sequence[str], rule: KeepMeeting = RULE, **more: Any
) -> Iterator[Service]:
    with open_watcher(folder, names, rules=[rule], **more) as watcher:
        yield Service(watcher=watcher, diaries=Supervisions(more.get("covered", names)))
