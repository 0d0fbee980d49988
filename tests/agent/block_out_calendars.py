"""Calendars in memory, as far as block-outs go, which lose answers and outlive a killed agent."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from policy_agent.domain.blocking import BlockOut, MarkedSeries
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner, EventCopy, EventRef, ShowAs, Span

UNSURE = CallFailure(kind="unavailable", what="the answer was lost")
GONE = CallFailure(kind="gone", what="there is no such event")
MADE = datetime(2026, 1, 1, tzinfo=UTC)


class KilledError(BaseException):
    """The agent's process ended here."""


@dataclass(kw_only=True)
class Series:
    """A series as it lies in a mailbox."""

    ref: EventRef
    key: str
    look: BlockOut
    deleted: set[date] = field(default_factory=set)
    moved: dict[date, Span] = field(default_factory=dict)
    show_as: ShowAs = ShowAs.BUSY

    def occurrences(self, span: Span) -> Iterator[EventCopy]:
        day = max(self.look.day_of(span.starts), self.look.first)
        for own in self.look.days(day, self.look.day_of(span.ends)):
            planned = self.look.span_on(own)
            at = self.moved.get(own, planned)
            if own not in self.deleted and at.overlaps(span.starts, span.ends):
                yield EventCopy(
                    ref=self.at(own),
                    uid=f"{self.ref.event}/{own}",
                    kind="exception" if own in self.moved else "occurrence",
                    series=self.ref.event,
                    starts=at.starts,
                    ends=at.ends,
                    original=planned.starts,
                    show_as=self.show_as,
                    created=MADE,
                    modified=MADE,
                )

    def at(self, day: date) -> EventRef:
        return EventRef(mailbox=self.ref.mailbox, event=f"{self.ref.event}/{day}")


class BlockOutCalendars:
    """Each method counts its calls; `lose` and `kill` say which of them go wrong."""

    def __init__(self) -> None:
        self.series: dict[EventRef, Series] = {}
        self.purposes: dict[str, str] = {}
        self.failing: dict[str, CallFailure] = {}  # by mailbox
        self.lose: set[str] = set()  # names of methods that do their work and lose the answer once
        self.kill: tuple[str, int] | None = None  # before or after the call of that number
        self.calls: list[str] = []
        self._made = 0

    def of(self, mailbox: str) -> list[Series]:
        return [one for ref, one in self.series.items() if ref.mailbox == mailbox]

    def owners(self, mailboxes: Sequence[str]) -> Mapping[str, CalendarOwner | CallFailure]:
        with self._call("owners"):
            return {
                mailbox: self.failing.get(mailbox)
                or CalendarOwner(mailbox=mailbox, purpose=self.purposes.get(mailbox, "user"))
                for mailbox in mailboxes
            }

    def marked(
        self, mailboxes: Sequence[str]
    ) -> Mapping[str, tuple[MarkedSeries, ...] | CallFailure]:
        with self._call("marked"):
            return {
                mailbox: self.failing.get(mailbox)
                or tuple(MarkedSeries(ref=one.ref, mark=one.key) for one in self.of(mailbox))
                for mailbox in mailboxes
            }

    def add_block_outs(
        self, wanted: Mapping[str, BlockOut]
    ) -> Mapping[str, EventRef | CallFailure]:
        with self._call("add") as lost:
            answers: dict[str, EventRef | CallFailure] = {}
            for key, look in wanted.items():
                failing = self.failing.get(look.mailbox)
                if failing is not None:
                    answers[key] = failing
                    continue
                self._made += 1
                ref = EventRef(mailbox=look.mailbox, event=f"series {self._made}")
                self.series[ref] = Series(ref=ref, key=key, look=look)
                answers[key] = UNSURE if lost else ref
            return answers

    def instances(
        self, series: Mapping[EventRef, Span], *, agenda: bool
    ) -> Mapping[EventRef, tuple[EventCopy, ...] | CallFailure]:
        with self._call("instances"):
            return {
                ref: tuple(self.series[ref].occurrences(span)) if ref in self.series else GONE
                for ref, span in series.items()
            }

    def restore(self, wanted: Mapping[EventRef, BlockOut]) -> Mapping[EventRef, CallFailure | None]:
        with self._call("restore") as lost:
            answers: dict[EventRef, CallFailure | None] = {}
            for ref, look in wanted.items():
                there = self.series.get(ref)
                if there is None:
                    answers[ref] = GONE
                    continue
                there.look, there.show_as = look, ShowAs.BUSY
                there.deleted.clear()  # as Exchange does when a recurrence is written
                answers[ref] = UNSURE if lost else None
            return answers

    def restore_occurrences(
        self, wanted: Mapping[EventRef, Span]
    ) -> Mapping[EventRef, CallFailure | None]:
        with self._call("restore_occurrences") as lost:
            answers: dict[EventRef, CallFailure | None] = {}
            for ref, span in wanted.items():
                series, day = self._occurrence(ref)
                if series is None or day in series.deleted:
                    answers[ref] = GONE
                    continue
                series.moved[day] = span
                answers[ref] = UNSURE if lost else None
            return answers

    def remove(self, refs: Collection[EventRef]) -> Mapping[EventRef, CallFailure | None]:
        with self._call("remove") as lost:
            answers: dict[EventRef, CallFailure | None] = {}
            for ref in refs:
                failing = self.failing.get(ref.mailbox)
                if failing is not None:
                    answers[ref] = failing
                    continue
                series, day = self._occurrence(ref)
                if self.series.pop(ref, None) is None and series is not None:
                    series.deleted.add(day)
                answers[ref] = UNSURE if lost else None
            return answers

    def _occurrence(self, ref: EventRef) -> tuple[Series | None, date]:
        master, _, day = ref.event.partition("/")
        found = self.series.get(EventRef(mailbox=ref.mailbox, event=master))
        return found, date.fromisoformat(day) if day else date.min

    def _call(self, name: str) -> "_Call":
        return _Call(self, name)


class _Call:
    """One call: counted, maybe the last that the agent made, maybe one that it hears nothing of."""

    def __init__(self, calendars: BlockOutCalendars, name: str) -> None:
        self._calendars = calendars
        self._name = name

    def __enter__(self) -> bool:
        self._calendars.calls.append(self._name)
        self._end_if("before")
        lost = self._name in self._calendars.lose
        self._calendars.lose.discard(self._name)
        return lost

    def __exit__(self, *_: object) -> None:
        self._end_if("after")

    def _end_if(self, when: str) -> None:
        if self._calendars.kill == (when, len(self._calendars.calls)):
            self._calendars.kill = None
            raise KilledError


def weeks(count: int, since: datetime) -> Span:
    return Span(starts=since, ends=since + timedelta(weeks=count))
