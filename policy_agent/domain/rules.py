"""Rules as the rulebook means them, after its YAML was read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.meeting_rules import (
    KeepMeeting,
    MeetingEtiquette,
    MeetingRule,
    ProtectTime,
)
from policy_agent.domain.modes import Mode
from policy_agent.domain.own_time import release_moment
from policy_agent.domain.people import Person
from policy_agent.domain.where import Where
from policy_agent.domain.windows import Window

if TYPE_CHECKING:
    from policy_agent.domain.engine import Engine
    from policy_agent.domain.meeting_decisions import MeetingEngine


class HoldPoint(StrEnum):
    """The place where a hold happens."""

    OUTLOOK = "outlook"
    DRAFTS = "drafts"
    INBOX = "inbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """A named set of people: an Entra group, or addresses, or both."""

    name: str
    group: str | None = None  # mail address of the Entra group, lower case
    people: tuple[str, ...] = ()  # addresses, lower case
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Exempt:
    """Standing exemption of whole teams."""

    teams: frozenset[str]
    when: Literal["involved", "recipient"]  # involved: sender or any recipient frees every copy
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class LetThrough:
    """One line of conditions; all that are given must match."""

    importance: Literal["low", "normal", "high"] | None = None
    subject_tags: tuple[str, ...] = ()  # any of them
    categories: frozenset[str] = frozenset()  # any of them, lower case
    recipient_outside: bool = False
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """When held mail comes back."""

    at: time  # on the next working day, wall clock of the window's calendar
    # Whose working days count: the window's calendar's, or each recipient's own where known.
    calendar: Literal["window", "recipient"] = "window"
    spread: timedelta = timedelta()  # releases are spread over this long after the promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A mail that the rulebook's writer had in mind, and what should become of it."""

    title: str
    sender: str  # names from the example, not addresses
    recipients: tuple[str, ...]
    at: datetime  # naive wall clock of the window's calendar
    teams: Mapping[str, frozenset[str]]  # name -> teams beyond those that `from`/`to` ask for
    outside: frozenset[str] = frozenset()  # names that stand for people outside
    working_days: Mapping[str, frozenset[int]] = field(default_factory=dict)  # own, by name
    subject: str = ""
    importance: Literal["low", "normal", "high"] = "normal"
    categories: frozenset[str] = frozenset()
    expect_outcome: Literal["hold", "deliver"]
    expect_until: datetime | None = None  # naive wall clock, before spread
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class DeferEmail:
    """`kind: defer-email`: mail inside a window waits for the next working moment."""

    name: str
    because: str
    owner: str
    mode: Mode
    mode_for: Mapping[str, Mode] = field(default_factory=dict)  # by team of the sender
    from_teams: frozenset[str]
    to_teams: frozenset[str]
    exempt: Exempt | None = None
    window: Window
    hold_at: tuple[HoldPoint, ...]
    release: Release
    let_through: tuple[LetThrough, ...] = ()
    held_per_person: int | None = None  # past it: deliver
    examples: tuple[Example, ...] = ()
    where: Where  # of the rule; its clauses below
    where_window: Where
    where_people: Where
    where_mode: Where
    where_limit: Where | None = None

    def promise(self, recipient: Person, received: datetime) -> datetime:
        """Return when a copy that is held for that person comes back, before spread.

        ValueError: there is no working day in a year, or `received` is naive.
        """
        days = recipient.working_days if self.release.calendar == "recipient" else None
        return release_moment(self.window.calendar, days, received, self.release.at)

    def mode_of(self, teams: frozenset[str]) -> Mode:
        """Return how strongly the rule acts on mail from somebody in these teams.

        `mode_for` goes before `mode`; where several of its teams match, the strongest wins.
        """
        named = [mode for team, mode in self.mode_for.items() if team in teams]
        return max(named, key=lambda mode: mode.strength, default=self.mode)


@dataclass(frozen=True, kw_only=True, slots=True)
class Exemption:
    """A dated, owned, approved exception for people."""

    name: str
    rules: frozenset[str]
    teams: frozenset[str]
    addresses: frozenset[str] = frozenset()  # lower case
    starts: date
    ends: date  # the last day it holds, all day
    because: str
    approved_by: str
    where: Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Reporting:
    """Who is told of what in reports."""

    to: tuple[str, ...] = ()  # addresses of the monthly report's readers, lower case
    leaders: str | None = None  # the team that is told of as the leaders
    teams: tuple[str, ...] = ()  # whoever is in several counts in the first; empty: the smallest
    champions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # addresses, by team


Rule = DeferEmail | MeetingRule

MAIL_KIND = "defer-email"

_KINDS: Mapping[type, str] = {
    DeferEmail: MAIL_KIND,
    ProtectTime: "protect-time",
    MeetingEtiquette: "meeting-etiquette",
    KeepMeeting: "keep-meeting",
}


def kind_of(rule: Rule) -> str:
    """Return the kind of a rule as the rulebook writes it."""
    return _KINDS[type(rule)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rulebook:
    """Everything under `rules/`, read and checked."""

    organisation: str
    domains: frozenset[str]  # lower case
    calendars: Mapping[str, Calendar]
    teams: Mapping[str, Team]
    windows: Mapping[str, Window]
    rules: tuple[Rule, ...]
    exemptions: tuple[Exemption, ...] = ()
    exemption_days_at_most: int = 90  # how far apart the days of an exemption may be
    reporting: Reporting = Reporting()
    hash: str  # hex, of the files' bytes and names: stands on every decision
    # The mail rules, compiled by `policy_agent.domain.decisions` when a mail is first decided. Not
    # part of what a rulebook is: left out of equality and of the printed form.
    engine: "Engine | None" = field(default=None, init=False, repr=False, compare=False)
    # The same of the rules about meetings, by `policy_agent.domain.meeting_decisions`.
    meeting_engine: "MeetingEngine | None" = field(
        default=None, init=False, repr=False, compare=False
    )

    @property
    def mail_rules(self) -> tuple[DeferEmail, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, DeferEmail))

    @property
    def asks_for_working_days(self) -> bool:
        """Whether some rule counts the recipient's own working days."""
        return any(rule.release.calendar == "recipient" for rule in self.mail_rules)

    @property
    def protect_time(self) -> tuple[ProtectTime, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, ProtectTime))

    @property
    def meeting_etiquette(self) -> tuple[MeetingEtiquette, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, MeetingEtiquette))

    @property
    def keep_meeting(self) -> tuple[KeepMeeting, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, KeepMeeting))

    @property
    def holidays_known_until(self) -> date | None:
        """Return the earliest day from which a calendar in use knows no holidays any more."""
        known = [c.known_until for c in self.calendars.values() if c.known_until is not None]
        return min(known, default=None)


__all__ = [
    "MAIL_KIND",
    "DeferEmail",
    "Example",
    "Exempt",
    "Exemption",
    "HoldPoint",
    "LetThrough",
    "Mode",
    "Release",
    "Reporting",
    "Rule",
    "Rulebook",
    "Team",
    "kind_of",
]
