"""Rules about meetings as the rulebook means them: one class a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.modes import Mode
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window


class OnClash(StrEnum):
    """What `enforce` does about a clash once the grace is over."""

    DECLINE = "decline"  # for each covered person it was booked over, with a proposed new time
    CANCEL = "cancel"  # as the organiser


class Check(StrEnum):
    """What `meeting-etiquette` looks at; a closed set, safe as a metric's label."""

    AGENDA = "agenda"
    NOTICE = "notice"
    LENGTH = "length"
    BREAK = "break"
    SIZE = "size"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingExempt:
    """Standing exemption of whole teams."""

    teams: frozenset[str]
    # organiser: their meetings are free; attendee: only that person's own time is not looked at;
    # involved: the whole meeting is free when the organiser or anybody invited is in a team
    when: Literal["organiser", "attendee", "involved"]
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingLetThrough:
    """One line of conditions; all that are given must match."""

    subject_tags: tuple[str, ...] = ()  # any of them
    categories: frozenset[str] = frozenset()  # any of them, lower case
    organiser_outside: bool = False
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingExample:
    """A meeting that the rulebook's writer had in mind, and what should become of it."""

    title: str
    organiser: str  # names from the example, not addresses
    attendees: tuple[str, ...]  # without the organiser
    starts: datetime  # naive wall clock of the rule's calendar
    ends: datetime
    booked: datetime | None = None  # naive wall clock; None: a fortnight before it starts
    teams: Mapping[str, frozenset[str]] = field(default_factory=dict)  # beyond the rule's `people`
    outside: frozenset[str] = frozenset()  # names that stand for people outside
    subject: str = ""
    categories: frozenset[str] = frozenset()  # lower case
    online: bool = False
    all_day: bool = False
    agenda: bool = True
    cancelled: bool = False
    after: datetime | None = None  # naive; when the organiser's meeting before it ends
    expect: Literal["deliver", "nudge", "decline", "cancel"]  # deliver: it is left alone
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class _MeetingRule:
    """What every rule about meetings has."""

    name: str
    because: str
    owner: str
    mode: Mode
    mode_for: Mapping[str, Mode] = field(default_factory=dict)  # by team of the organiser
    people: frozenset[str]  # teams
    exempt: MeetingExempt | None = None
    let_through: tuple[MeetingLetThrough, ...] = ()
    examples: tuple[MeetingExample, ...] = ()
    where: Where  # of the rule; its clauses below
    where_people: Where
    where_mode: Where

    def mode_of(self, teams: frozenset[str]) -> Mode:
        """Return how strongly the rule acts on meetings whose organiser is in these teams.

        `mode_for` goes before `mode`; where several of its teams match, the strongest wins.
        """
        named = [mode for team, mode in self.mode_for.items() if team in teams]
        return max(named, key=lambda mode: mode.strength, default=self.mode)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectTime(_MeetingRule):
    """`kind: protect-time`: nobody is booked over a window of theirs."""

    window: Window
    attendees_at_least: int = 2  # people in the meeting, the organiser counted, rooms not
    overlap_at_least: timedelta = timedelta(minutes=1)  # less than that is no clash
    online_only: bool = False
    booked_from: date | None = None  # a series booked before that day is listed for its owner
    block_out: bool = False  # keep a busy appointment there
    on_clash: OnClash = OnClash.DECLINE  # what enforce does
    grace: timedelta = timedelta(hours=24)  # that the organiser has from the nudge on
    where_window: Where
    where_meetings: Where | None = None

    @property
    def calendar(self) -> Calendar:
        return self.window.calendar


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingEtiquette(_MeetingRule):
    """`kind: meeting-etiquette`: meetings that are kind to people; it only ever nudges."""

    calendar: Calendar  # whose working hours it nudges in
    agenda_required: bool = False
    notice_at_least: timedelta | None = None  # from booking to start
    no_longer_than: timedelta | None = None
    break_between: timedelta | None = None  # between two meetings of the organiser's own day
    attendees_at_most: int | None = None  # people invited, without the organiser and rooms
    where_checks: Mapping[Check, Where]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLine:
    """One line of which meetings are kept; all that it gives must match."""

    categories: frozenset[str] = frozenset()  # any of them, lower case
    subject_words: tuple[str, ...] = ()  # any of them, whole words, casefolded
    team: str | None = None  # a meeting to which at least half of this team is invited
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class KeepMeeting(_MeetingRule):
    """`kind: keep-meeting`: a meeting that should happen; the other kinds leave it alone."""

    calendar: Calendar  # whose working days `rebook_within` counts
    named: tuple[KeptLine, ...] = ()  # which meetings; any line is enough
    every: timedelta | None = None  # how often a person should have one, whole weeks
    # Working days after it would have been, or after it was cancelled if that is later.
    rebook_within: int | None = None
    where_meetings: Where


MeetingRule = ProtectTime | MeetingEtiquette | KeepMeeting
