"""Diaries whose meetings are declined and cancelled, and an agent that is killed at any step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from policy_agent.agent.meetings.ports import Copies, Decline
from policy_agent.agent.meetings.protect import Protecting
from policy_agent.agent.tell import Outbox
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.clashes import Clash, ClashState
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, FreeBusy, Response, Span
from policy_agent.domain.modes import Mode
from policy_agent.domain.rules import Rule
from tests.agent.diaries import Booked, Diaries, Watcher, address, open_watcher
from tests.agent.post_room import LOST, Killed, PostRoom
from tests.domain.meetings import protect

# how calls begin that change something, or that ask the tenant
_STEPS = (
    *("accept", "advance", "begin", "cancel", "claim", "decline", "draft", "end", "find", "free"),
    *("instances", "lose", "mark", "note", "owners", "pass", "plan", "put", "read", "record"),
    *("retry", "send", "set", "settle", "view"),
)
GONE = CallFailure(kind="gone", what="404")
DAY = timedelta(days=1)


class Answered(Diaries):
    """Diaries in which a decline takes the copy away and tells its organiser."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.declined: set[EventRef] = set()  # attendees' copies: masters, occurrences or singles
        self.cancelled: set[EventRef] = set()  # organisers' copies
        self.given: list[tuple[EventRef, Decline]] = []  # declines that the service did
        self.comments: list[tuple[EventRef, str]] = []  # cancellations that it did
        self.own: dict[EventRef, dict[str, Any]] = {}  # what people changed in their own copies
        self.refused: dict[str, CallFailure] = {}  # by mailbox: declines that fail
        self.busy: dict[str, tuple[Span, ...]] = {}  # by address
        self.asked: list[Sequence[str]] = []  # whom free_busy was asked about, a call each

    def mails(self) -> list[str]:
        """Return whose declines the organisers got by mail, one each time."""
        return [ref.mailbox for ref, how in self.given if how.tell]

    # the port

    def find(
        self, wanted: Mapping[tuple[str, str], Span]
    ) -> Mapping[tuple[str, str], EventCopy | CallFailure]:
        found: dict[tuple[str, str], EventCopy | CallFailure] = {}
        for (mailbox, uid), span in wanted.items():
            copies = [one for one in self._view(mailbox, span) if one.uid == uid]
            found[mailbox, uid] = self.failing.get(mailbox) or (copies[0] if copies else GONE)
        return found

    def decline(self, answers: Mapping[EventRef, Decline]) -> Mapping[EventRef, CallFailure | None]:
        said: dict[EventRef, CallFailure | None] = {}
        for ref, how in answers.items():
            trouble = self.refused.get(ref.mailbox)
            if trouble is None and isinstance(self._read(ref), CallFailure):
                trouble = GONE
            if trouble is None:
                self.declined.add(ref)
                self.given.append((ref, how))
            said[ref] = trouble
        return said

    def cancel(self, comments: Mapping[EventRef, str]) -> Mapping[EventRef, CallFailure | None]:
        said: dict[EventRef, CallFailure | None] = {}
        for ref, comment in comments.items():
            gone = isinstance(self._read(ref), CallFailure)
            if not gone:
                self.cancelled.add(ref)
                self.comments.append((ref, comment))
            said[ref] = GONE if gone else None
        return said

    def free_busy(
        self, asker: str, addresses: Sequence[str], span: Span
    ) -> Mapping[str, FreeBusy | CallFailure]:
        assert span.ends - span.starts < timedelta(days=42)
        self.asked += [addresses[n : n + 20] for n in range(0, len(addresses), 20)]
        return {one: FreeBusy(taken=self.busy.get(one, ())) for one in addresses}

    # inside

    def _view(self, mailbox: str, span: Span) -> Copies:
        return tuple(one for one in super()._view(mailbox, span) if self._there(one))

    def _instances(self, ref: EventRef, span: Span) -> Copies | CallFailure:
        if ref in self.declined | self.cancelled:
            return GONE
        found = super()._instances(ref, span)
        if isinstance(found, CallFailure):
            return found
        return tuple(one for one in found if self._there(one))

    def _read(self, ref: EventRef) -> EventCopy | CallFailure:
        found = super()._read(ref)
        return found if isinstance(found, CallFailure) or self._there(found) else GONE

    def _there(self, copy: EventCopy) -> bool:
        gone = self.declined | self.cancelled
        series = copy.series and EventRef(mailbox=copy.ref.mailbox, event=copy.series)
        return copy.ref not in gone and series not in gone

    def _copy(self, one: Booked, mailbox: str, place: int | None = None) -> EventCopy:
        copy = super()._copy(one, mailbox, place)
        ends = {one.ref("").event, one.ref("", place).event}
        said_no = {address(r.mailbox) for r in self.declined if r.event[len(r.mailbox) :] in ends}
        people = [
            replace(one, response=Response.DECLINED) if one.address in said_no else one
            for one in copy.attendees
        ]
        own = self.own.get(copy.ref, {})
        off = bool({one.ref(one.organiser), one.ref(one.organiser, place)} & self.cancelled)
        return replace(copy, attendees=tuple(people), cancelled=off or copy.cancelled, **own)


class Fragile:
    """Hands every call on; kills the process after the one of that number, or loses its answer."""

    def __init__(self, within: Any, counter: "Counter") -> None:
        self._within = within
        self._counter = counter

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._within, name)
        if not callable(found):
            return found

        def call(*args: Any, **more: Any) -> Any:
            answer = found(*args, **more)
            return self._counter.passed(name, answer)

        return call


@dataclass
class Counter:
    """Counts calls of all ports together."""

    kill_at: int = 0
    lose_at: int = 0
    count: int = 0
    names: list[str] = field(default_factory=list)

    def passed(self, name: str, answer: Any) -> Any:
        """Count a call that did something; after one that only read, a kill is like one before."""
        if not name.startswith(_STEPS) or answer in ((), 0):
            return answer
        self.count += 1
        self.names.append(name)
        if self.count == self.kill_at:
            raise Killed
        if self.count == self.lose_at and isinstance(answer, Mapping):
            return dict.fromkeys(answer, LOST)
        return answer


@dataclass
class Office:
    """A watcher that protects time and sends nudges."""

    watcher: Watcher
    diaries: Answered
    post: PostRoom
    counter: Counter = field(default_factory=Counter)
    protecting: Protecting = field(default_factory=Protecting)
    outbox: Outbox = field(default_factory=lambda: Outbox(WRITERS))

    def sweep(self) -> None:
        self.watcher.features = (self.protecting,)
        self.watcher.sweep()

    def tick(self) -> None:
        """Do what one tick of the daemon does."""
        for feature in (self.protecting, self.outbox):
            feature.tick(self.watcher.context, self.watcher.moment)

    def pass_by(self, length: timedelta) -> None:
        self.watcher.after(length)

    def use(self, *rules: Rule) -> None:
        self.watcher.use(*rules)

    def restart(self) -> None:
        """Begin again as a new process would."""
        self.watcher.store.forget_leases("worker")
        self.watcher.machine += timedelta(hours=1)
        self.protecting = Protecting()
        self.outbox = Outbox(WRITERS)

    def settle(self) -> None:
        """Tick until nothing is left to be done now."""
        for _ in range(3):
            self.tick()
            self.watcher.machine += timedelta(minutes=10)

    def clashes(self) -> Sequence[Clash]:
        return self.watcher.store.clashes(list(ClashState))

    @property
    def clash(self) -> Clash:
        (found,) = self.clashes()
        return found

    @property
    def state(self) -> ClashState:
        return self.clash.state

    def states(self) -> list[ClashState]:
        return [one.to_state for one in self.watcher.store.clash_events(self.clash.id)]

    def letters(self) -> list[str]:
        return [letter.to for letter in self.post.letters_sent()]

    def break_at(self, *, kill: int = 0, lose: int = 0, tenant: bool = False) -> None:
        """Count calls of every port from here on, or the tenant's alone, and break at one."""
        self.counter = Counter(kill_at=kill, lose_at=lose)
        context, store = self.watcher.context, self.watcher.store
        self.watcher.context = replace(
            context,
            store=store if tenant else cast("Any", Fragile(store, self.counter)),
            calendars=cast("Any", Fragile(self.diaries, self.counter)),
            outgoing=cast("Any", Fragile(self.post, self.counter)),
        )

    def run_through(self, *steps: Callable[[], None]) -> None:
        """Do each step; where the process is killed in it, a new one does it again."""
        for step in steps:
            try:
                step()
            except Killed:
                self.restart()
                step()


ENFORCED = protect(mode=Mode.ENFORCE)


@contextmanager
def open_office(folder: Path, names: Sequence[str], rules: Sequence[Rule]) -> Iterator[Office]:
    with open_watcher(folder, names, rules=rules) as watcher:
        diaries, post = Answered(names), PostRoom()
        watcher.diaries = diaries
        watcher.context = replace(
            watcher.context,
            calendars=cast("Any", diaries),
            outgoing=cast("Any", post),
            service_mailbox="wellbeing@northshire.example",
        )
        yield Office(watcher=watcher, diaries=diaries, post=post)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of January 2026, in which London's clock shows UTC."""
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)
