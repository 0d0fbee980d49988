"""Nudges: courteous messages to the person who can change something."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.walltime import as_instant, attach

WORKING_HOURS = (time(8, 30), time(17, 30))  # of a calendar that does not say


class NudgeKind(StrEnum):
    """What a nudge is about; a closed set, safe as a metric's label."""

    CLASH = "clash"
    ETIQUETTE = "etiquette"
    REBOOK = "rebook"


class NudgeState(StrEnum):
    """Where a nudge is in its life: planned → drafted → sent."""

    PLANNED = "planned"  # written down; there may or may not be a draft of it yet
    DRAFTED = "drafted"  # lies in the service mailbox; it may or may not have been sent yet
    SENT = "sent"
    GIVEN_UP = "given_up"  # there was nothing to say any more, or it could not be sent


OPEN_NUDGES = frozenset({NudgeState.PLANNED, NudgeState.DRAFTED})

NUDGE_TRANSITIONS: dict[NudgeState, frozenset[NudgeState]] = {
    NudgeState.PLANNED: frozenset({NudgeState.DRAFTED, NudgeState.GIVEN_UP}),
    NudgeState.DRAFTED: frozenset({NudgeState.SENT, NudgeState.GIVEN_UP}),
    NudgeState.SENT: frozenset(),
    NudgeState.GIVEN_UP: frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedNudge:
    """A nudge that is to be sent, before it has a row of its own.

    The text is not kept: it is written when it is sent, from what is true then.
    """

    key: str  # names it for good: a second one of the same key is never made
    kind: NudgeKind
    person: str  # Entra object id of whoever gets it
    about: str  # what it is about, for the one who writes the text: an id of the kind's own rows
    not_before: datetime  # aware UTC: nobody is nudged outside of working hours
    # Name of the calendar whose working hours those are, so that one which is late still waits for
    # them; empty: `not_before` says all.
    calendar: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Nudge:
    """A nudge as the store has it."""

    id: int
    key: str
    kind: NudgeKind
    person: str
    about: str
    state: NudgeState
    draft: str | None  # immutable id of the message in the service mailbox
    planned: datetime  # aware UTC
    not_before: datetime
    calendar: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message as it goes out; lives in memory only."""

    key: str  # of the nudge: marks the message, so that a lost answer never makes a second one
    to: str  # address of somebody inside
    subject: str
    html: str  # a whole, small HTML page


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
