"""A mailbox's default calendar: the events in it, views of spans, and the log for delta."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from policy_agent.sandbox import ids
from policy_agent.sandbox.changes import Change, Kind
from policy_agent.sandbox.events import Changed, Event, Instance, Meeting, split_id
from policy_agent.sandbox.refusals import not_found
from policy_agent.sandbox.timing import Timing

_VIEWS = 4  # spans whose events are remembered
_PRIVATE = frozenset({"personal", "private", "confidential"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """The last thing that happened to a single event or a series."""

    at: int
    entered: int
    event: Event
    removed: bool = False


class Calendar:
    """One user's calendar. Every change is logged for delta and told to the listener."""

    def __init__(self, owner: str, listener: Callable[[Change], None]) -> None:
        self.owner = owner  # user id
        self.id = ids.folder_id(owner, "calendar")
        self.log: dict[str, EventEntry] = {}  # by immutable id, oldest change first
        self.count = 0  # of changes; delta tokens are made of it
        self._listener = listener
        self._by_immutable: dict[str, Event] = {}
        self._by_mutable: dict[str, Event] = {}
        self._by_transaction: dict[str, Event] = {}
        self._views: dict[tuple[datetime, datetime], list[Instance]] = {}

    def events(self) -> Iterator[Event]:
        """Return the single events and series masters."""
        return iter(self._by_immutable.values())

    def find(self, key: str) -> Instance:
        """Return what has this id of either kind; occurrences have ids of their own."""
        master, day = split_id(key)
        event = self._by_immutable.get(master) or self._by_mutable.get(master)
        found = event.instance(day) if event is not None else None
        if found is None:
            raise not_found("The specified object was not found in the store.")
        return found

    def made_by(self, transaction: str) -> Event | None:
        """Return the event that was made with this transactionId, if it is still there."""
        found = self._by_transaction.get(transaction)
        return found if found is not None and found.immutable_id in self._by_immutable else None

    def add(self, meeting: Meeting, own: dict[str, Any], extended: dict[str, str]) -> Event:
        """Put a copy of a meeting into the calendar."""
        event = Event(
            immutable_id=ids.new_immutable_id(),
            mutable_id=ids.new_mutable_id(),
            owner=self.owner,
            meeting=meeting,
            own=own,
            extended=extended,
        )
        own["changeKey"] = ids.new_change_key()
        self._by_immutable[event.immutable_id] = event
        self._by_mutable[event.mutable_id] = event
        if transaction := own.get("transactionId"):
            self._by_transaction[transaction] = event
        meeting.copies[self.owner] = event
        self._changed()
        self._log(event, entered=self.count)
        self._tell(Kind.CREATED, event, None)
        return event

    def touch(self, event: Event, now: str, day: date | None = None) -> None:
        """Say that an event, or one occurrence of a series, has changed."""
        renewed = {"changeKey": ids.new_change_key(), "lastModifiedDateTime": now}
        event.own.update(renewed)
        if day is not None:
            event.changed.setdefault(day, Changed()).fields.update(renewed)
        self._changed()
        self._log(event, entered=self.log[event.immutable_id].entered)
        if day is not None:
            self._tell(Kind.UPDATED, event, day)
        self._tell(Kind.UPDATED, event, None)

    def retime(self, event: Event, former: Timing) -> None:
        """Forget what was special about single occurrences: the whole series has new times.

        Outlook does so when a series' times or pattern change, deleted occurrences come back.
        """
        event.former.append((self.count + 1, former))
        event.changed.clear()
        event.gone.clear()

    def remove(self, event: Event) -> None:
        """Take an event out of the calendar."""
        del self._by_immutable[event.immutable_id], self._by_mutable[event.mutable_id]
        event.meeting.copies.pop(self.owner, None)
        self._changed()
        self._log(event, entered=self.log[event.immutable_id].entered, removed=True)
        self._tell(Kind.DELETED, event, None)

    def remove_day(self, event: Event, day: date, now: str) -> None:
        """Take one occurrence of a series out of the calendar."""
        event.changed.pop(day, None)
        event.gone[day] = self.count + 1
        event.own.update(changeKey=ids.new_change_key(), lastModifiedDateTime=now)
        self._changed()
        self._log(event, entered=self.log[event.immutable_id].entered)
        self._tell(Kind.DELETED, event, day)
        self._tell(Kind.UPDATED, event, None)

    def view(self, starts: datetime, ends: datetime) -> list[Instance]:
        """Return what overlaps a half-open span, series expanded, earliest first.

        The list is remembered until the calendar changes: the pages of a view are cut from it.
        """
        known = self._views.get((starts, ends))
        if known is None:
            if len(self._views) >= _VIEWS:
                self._views.clear()
            known = [one for event in self.events() for one in event.instances(starts, ends)]
            known.sort(key=lambda one: one.starts)
            self._views[starts, ends] = known
        return known

    def spans(
        self, starts: datetime, ends: datetime
    ) -> Iterator[tuple[datetime, datetime, str, bool]]:
        """Yield start, end, `showAs` and whether it is private of what takes up time."""
        for one in self.view(starts, ends):
            show_as = one.value("showAs")
            if show_as != "free" and not one.value("isCancelled"):
                yield one.starts, one.ends, show_as, one.value("sensitivity") in _PRIVATE

    def _changed(self) -> None:
        self.count += 1
        self._views.clear()

    def _log(self, event: Event, *, entered: int, removed: bool = False) -> None:
        self.log.pop(event.immutable_id, None)  # so that the newest change stands last
        self.log[event.immutable_id] = EventEntry(
            at=self.count, entered=entered, event=event, removed=removed
        )

    def _tell(self, kind: Kind, event: Event, day: date | None) -> None:
        self._listener(
            Change(
                kind=kind,
                owner=self.owner,
                of="event",
                folder=None,
                immutable_id=event.id(day, immutable=True),
                mutable_id=event.id(day, immutable=False),
                change_key=event.value("changeKey", day),
            )
        )
