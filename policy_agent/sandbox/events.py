"""Meetings and events: what the organiser says, and each person's own copy of it.

A `Meeting` is what all its copies share; an `Event` is one copy in one calendar, a single event or
the master of a series, with what only its person has changed. So an update by the organiser of
five hundred people's meeting is made once.
"""

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from policy_agent.sandbox.timing import Timing

# An occurrence's id is its master's with its day, so that it is the same for good.
_MARK = "FRAAg"
_OCCURRENCE = re.compile(rf"^(.+){_MARK}([A-Za-z0-9_-]{{4}})(=?)$")
_UID_HEAD = "040000008200E00074C5B7101A82E008"  # MS-OXOCAL 2.2.1.27


@dataclass(slots=True, kw_only=True)
class Changed:
    """What makes an occurrence an exception."""

    fields: dict[str, Any] = field(default_factory=dict)
    starts: datetime | None = None  # UTC; None leaves the series' own times
    ends: datetime | None = None
    extended: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an attendee answered, for audits."""

    address: str
    response: str  # in the words of responseType
    day: date | None  # of one occurrence; None is the single event or the whole series
    at: str
    comment: str
    proposed: Mapping[str, Any] | None
    told: bool  # whether the organiser was sent the answer


@dataclass(slots=True, kw_only=True, eq=False)
class Meeting:
    """What the copies of an event share, one of somebody alone too."""

    uid_tail: str
    organizer: str  # address
    organizer_id: str | None  # user id; None is outside
    fields: dict[str, Any]  # Graph's properties that every copy shows alike
    timing: Timing
    changed: dict[date, Changed] = field(default_factory=dict)  # by the organiser, by day
    cancelled: dict[date, str] = field(default_factory=dict)  # days cancelled, and when
    cancelled_at: str | None = None  # the whole of it
    copies: "dict[str, Event]" = field(default_factory=dict)  # by user id, those still there
    replies: list[Reply] = field(default_factory=list)

    def uid(self, day: date | None) -> str:
        """Return the iCalUId: of an occurrence it carries the day (MS-OXOCAL 2.2.1.27)."""
        when = "00000000" if day is None else f"{day.year:04X}{day.month:02X}{day.day:02X}"
        return _UID_HEAD + when + self.uid_tail

    @property
    def is_meeting(self) -> bool:
        """Whether anybody is invited."""
        return bool(self.fields["attendees"])

    def seen(self, day: date | None) -> "Instance":
        """Return the meeting or an occurrence as its organiser has it, inside or not."""
        event = Event(immutable_id="", mutable_id="", owner="", meeting=self, own={})
        first = self.timing.first
        return event.instance(day) or Instance(event, None, first.starts, first.ends)


@dataclass(slots=True, kw_only=True, eq=False)
class Event:
    """One copy in one calendar: a single event or the master of a series."""

    immutable_id: str
    mutable_id: str
    owner: str  # user id
    meeting: Meeting
    own: dict[str, Any]  # Graph's properties of this copy; they win over the meeting's
    extended: dict[str, str] = field(default_factory=dict)
    own_timing: Timing | None = None  # an attendee moved the own copy
    changed: dict[date, Changed] = field(default_factory=dict)  # in this calendar only
    gone: dict[date, int] = field(default_factory=dict)  # days not there, and the change's number
    former: list[tuple[int, Timing]] = field(default_factory=list)  # and until which change

    @property
    def timing(self) -> Timing:
        return self.own_timing or self.meeting.timing

    @property
    def is_series(self) -> bool:
        return self.timing.recurrence is not None

    def id(self, day: date | None = None, *, immutable: bool) -> str:
        """Return the id of the event, or of its occurrence of a day."""
        own = self.immutable_id if immutable else self.mutable_id
        return own if day is None else occurrence_id(own, day)

    def value(self, name: str, day: date | None = None) -> Any:
        """Return one of Graph's properties as this copy has it."""
        for changed in self.changes(day):
            if name in changed.fields:
                return changed.fields[name]
        return self.own[name] if name in self.own else self.meeting.fields.get(name)

    def changes(self, day: date | None) -> Iterator[Changed]:
        """Yield what has changed of an occurrence, what wins first."""
        if day is None:
            return
        for found in (self.changed.get(day), self.meeting.changed.get(day)):
            if found is not None:
                yield found

    def instance(self, day: date | None = None) -> "Instance | None":
        """Return the event itself or an occurrence, if the calendar has it."""
        if day is None:
            return Instance(self, None, self.timing.first.starts, self.timing.first.ends)
        span = None if day in self.gone else self.timing.occurrence(day)
        if span is None:
            return None
        for changed in self.changes(day):
            if changed.starts is not None and changed.ends is not None:
                return Instance(self, day, changed.starts, changed.ends)
        return Instance(self, day, span.starts, span.ends)

    def instances(self, starts: datetime, ends: datetime) -> "list[Instance]":
        """Return the single event or the occurrences that overlap a span of UTC."""
        spans = self.timing.between(starts, ends)
        if not self.is_series:
            return [Instance(self, None, span.starts, span.ends) for span in spans]
        if not (self.gone or self.changed or self.meeting.changed):
            return [Instance(self, *span) for span in spans]
        odd = self.gone.keys() | self.changed.keys() | self.meeting.changed.keys()
        found = [Instance(self, *span) for span in spans if span.day not in odd]
        for day in odd:
            one = self.instance(day)
            if one is not None and one.overlaps(starts, ends):
                found.append(one)
        return found


class Instance(NamedTuple):
    """An event as a calendar shows it: a single, a master (no day), or an occurrence."""

    event: Event
    day: date | None
    starts: datetime  # UTC
    ends: datetime

    def overlaps(self, starts: datetime, ends: datetime) -> bool:
        """Whether it overlaps a half-open span; without length, whether it is in it."""
        return self.starts < ends and (starts < self.ends or starts <= self.starts)

    @property
    def kind(self) -> str:
        """Return Graph's `type`."""
        if self.day is None:
            return "seriesMaster" if self.event.is_series else "singleInstance"
        is_changed = next(self.event.changes(self.day), None) is not None
        return "exception" if is_changed else "occurrence"

    def value(self, name: str) -> Any:
        return self.event.value(name, self.day)

    def id(self, *, immutable: bool) -> str:
        return self.event.id(self.day, immutable=immutable)

    def extended(self) -> dict[str, str]:
        """Return the single-value extended properties; an occurrence has its master's too."""
        found = dict(self.event.extended)
        for changed in self.event.changes(self.day):
            found.update(changed.extended)
        return found


def occurrence_id(master: str, day: date) -> str:
    """Return the id of an occurrence."""
    packed = base64.urlsafe_b64encode(day.toordinal().to_bytes(3)).decode()
    head = master.rstrip("=")
    return f"{head}{_MARK}{packed}{'=' * (len(master) - len(head))}"


def split_id(key: str) -> tuple[str, date | None]:
    """Return the id of the event or master in an id, and the day if it is an occurrence's."""
    match = _OCCURRENCE.match(key)
    if match is None:
        return key, None
    number = int.from_bytes(base64.urlsafe_b64decode(match[2]))
    if not date.min.toordinal() <= number <= date.max.toordinal():
        return key, None
    return match[1] + match[3], date.fromordinal(number)
