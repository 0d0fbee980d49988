"""Notes: the messages that the agent writes to people; nudges and receipts are kinds of them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

WORKING_HOURS = (time(8, 30), time(17, 30))  # of a calendar that does not say
_LAST_HOUR = 23


class NoteKind(StrEnum):
    """What a note is about; a closed set, safe as a metric's label."""

    # nudges
    CLASH = "clash"
    ETIQUETTE = "etiquette"
    REBOOK = "rebook"
    WEEKEND_MAIL = "weekend_mail"  # to a sender whose mail would have been held
    # receipts, to the sender of held mail
    RECEIPT = "receipt"  # of one mail
    DIGEST = "digest"  # of the mails after the first few of a day
    SUMMARY = "summary"  # to a recipient: what arrived while they were away
    # reports: for an address of the rulebook's, which may be a list's
    REPORT = "report"  # the month's, to those whom `report: to` names
    TEAM_PAGE = "team_page"  # a team's own page of it, to its champion


class NoteState(StrEnum):
    """Where a note is in its life: planned → drafted → sent."""

    PLANNED = "planned"  # written down; there may or may not be a draft of it yet
    DRAFTED = "drafted"  # lies in the service mailbox; it may or may not have been sent yet
    SENT = "sent"
    GIVEN_UP = "given_up"  # there was nothing to say any more, or it could not be sent


NOTHING_TO_SAY = "there was nothing to say any more"  # why one is given up without any trouble
OPEN_NOTES = frozenset({NoteState.PLANNED, NoteState.DRAFTED})

NOTE_TRANSITIONS: dict[NoteState, frozenset[NoteState]] = {
    NoteState.PLANNED: frozenset({NoteState.DRAFTED, NoteState.GIVEN_UP}),
    NoteState.DRAFTED: frozenset({NoteState.SENT, NoteState.GIVEN_UP}),
    NoteState.SENT: frozenset(),
    NoteState.GIVEN_UP: frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedNote:
    """A note that is to be sent, before it has a row of its own.

    The text is not kept: it is written when it is sent, from what is true then.
    """

    key: str  # names it for good: a second one of the same key is never made
    kind: NoteKind
    person: str  # Entra object id of whoever gets it; of a report, an address of the rulebook's
    about: str  # what it is about, for the one who writes the text: an id of the kind's own rows
    not_before: datetime  # aware UTC
    # Name of the calendar whose working hours those are, so that one which is late still waits for
    # them; empty: `not_before` says all.
    calendar: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A note as the store has it."""

    id: int
    key: str
    kind: NoteKind
    person: str
    about: str
    state: NoteState
    draft: str | None  # immutable id of the message in the service mailbox
    planned: datetime  # aware UTC
    not_before: datetime
    calendar: str = ""


# Bytes of all attachments of one letter. Graph takes 4 MB in one request, in which an attachment is
# in base64 twice, with line ends between: once in the message, and once with it.
ATTACHED_AT_MOST: Final = 2_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that goes out with a letter."""

    name: str  # of the file, with its ending
    media_type: str  # such as application/pdf
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message as it goes out; lives in memory only."""

    key: str  # of the note: marks the message, so that a lost answer never makes a second one
    kind: NoteKind  # goes out with it, so that mail of ours is known as such
    to: str  # address of somebody inside
    subject: str
    html: str  # a whole, small HTML page
    text: str  # the same as plain text
    attachments: tuple[Attachment, ...] = ()  # at most `ATTACHED_AT_MOST` bytes together


def reply_expected(calendar: Calendar, arrives: datetime) -> datetime:
    """Return before when nobody needs to answer what arrives then; wall clock of the calendar.

    That is the next full hour, so that there is time to read, within working hours. ValueError: the
    calendar has no working day any more, or `arrives` is naive.
    """
    local = as_instant(arrives).astimezone(calendar.zone)
    if local.hour == _LAST_HOUR:
        hour = attach(local.date() + timedelta(days=1), MIDNIGHT, calendar.zone)
    else:
        hour = attach(local.date(), time(local.hour + 1), calendar.zone)
    return not_before(calendar, hour).astimezone(calendar.zone)


def not_before(calendar: Calendar, now: datetime) -> datetime:
    """Return the first moment from `now` on that is inside the calendar's working hours, in UTC.

    That is `now` itself on a working day between its first and its last working moment. ValueError:
    the calendar has no working day any more, or `now` is naive.
    """
    instant = as_instant(now)
    start, end = calendar.working_hours or WORKING_HOURS
    today = instant.astimezone(calendar.zone).date()
    if calendar.is_working_day(today):
        opens, closes = (as_instant(attach(today, at, calendar.zone)) for at in (start, end))
        if opens <= instant < closes:
            return instant
    return as_instant(calendar.next_working_moment(instant, start))
