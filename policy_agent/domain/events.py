"""One person's copy of a meeting, as the service has it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Response(StrEnum):
    """What somebody answered to an invitation."""

    NONE = "none"
    ORGANISER = "organiser"
    TENTATIVE = "tentative"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class ShowAs(StrEnum):
    """What an event does to its person's time."""

    FREE = "free"
    TENTATIVE = "tentative"  # an invitation that nobody has answered yet
    BUSY = "busy"
    AWAY = "away"  # out of office
    ELSEWHERE = "elsewhere"  # working elsewhere
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class EventRef:
    """Names one event of one calendar for good: an immutable id, its own in each mailbox."""

    mailbox: str  # Entra object id of the mailbox's user
    event: str  # immutable id of the event; an occurrence of a series has its own


@dataclass(frozen=True, kw_only=True, slots=True)
class Attendee:
    """Somebody who is invited; rooms and equipment are none."""

    address: str  # lower case
    response: Response = Response.NONE
    optional: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class EventCopy:
    """The few fields of an event that rules read; nothing of its text.

    Subject and addresses live in memory only: neither is stored or logged.
    """

    ref: EventRef
    uid: str  # `iCalUId`: the same in all mailboxes, its own for each occurrence of a series
    kind: Literal["single", "occurrence", "exception", "master"]
    series: str | None = None  # id of the series master in the same mailbox
    starts: datetime  # aware UTC; half-open with `ends`
    ends: datetime
    original: datetime | None = None  # aware UTC; where its series puts an occurrence that moved
    all_day: bool = False  # then its midnights are those of `zone`, of UTC where that is empty
    zone: str = ""  # IANA name of the zone it was booked in; empty where it is not told
    organiser: str = ""  # address, lower case; empty where it is not named
    is_organiser: bool = False  # the mailbox's person organises it
    attendees: tuple[Attendee, ...] = ()  # without the organiser
    response: Response = Response.NONE  # of the mailbox's person
    show_as: ShowAs = ShowAs.BUSY
    private: bool = False  # or personal, or confidential
    cancelled: bool = False
    online: bool = False
    subject: str = ""
    categories: tuple[str, ...] = ()
    created: datetime  # aware UTC; of an occurrence, when its series was booked
    modified: datetime  # aware UTC
    change: str = ""  # `changeKey`: another one after each change
    has_agenda: bool | None = None  # None: nobody asked

    def __post_init__(self) -> None:
        if self.starts.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError(f"starts and ends must be aware, got {self.starts!r}, {self.ends!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A half-open span of time."""

    starts: datetime  # aware UTC
    ends: datetime

    def overlaps(self, starts: datetime, ends: datetime) -> bool:
        return self.starts < ends and starts < self.ends


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarOwner:
    """What a mailbox's own settings say of its person's time."""

    mailbox: str
    purpose: str = "user"  # anything but user and linked is a room, equipment or shared
    zone: str = ""  # IANA name; empty: not told
    language: str = ""  # locale, such as en-GB or cy-GB
    # The days of the week on which they work; Monday is 0; None: not told, or none at all.
    working_days: frozenset[int] | None = None
    away: tuple[Span, ...] = ()  # when automatic replies are on


@dataclass(frozen=True, kw_only=True, slots=True)
class FreeBusy:
    """When one person is taken, as `getSchedule` tells it; nothing of why."""

    taken: tuple[Span, ...] = ()  # busy, tentative or out of office; free and elsewhere are not
    away: tuple[Span, ...] = ()  # out of office alone


@dataclass(frozen=True, kw_only=True, slots=True)
class Decline:
    """How a meeting is declined for one person."""

    comment: str  # plain text that the organiser reads
    proposed: Span | None = None  # a new time; only where the meeting takes proposals
    tell: bool = True  # whether the organiser gets an answer by mail
