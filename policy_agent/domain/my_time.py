"""My time: how the weeks of one person went, out of their own calendar and mail.

Only rules that are about the person count: they are in one of its teams, no standing exemption
frees a team of theirs, whatever its `when`, and it is not off for everybody. What a rule lets
through counts all the same: it took the person's time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policy_agent.domain.back_to_back import Run, is_meeting, runs_by_day
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import EventCopy, ShowAs, Span
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_clauses import in_force, names
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.people import Person
from policy_agent.domain.protecting import is_long_enough, overlaps_of, span_of
from policy_agent.domain.rules import DeferEmail, Exemption, Rule, Rulebook
from policy_agent.domain.spans import shared, union
from policy_agent.domain.time_back import WorkingTime
from policy_agent.domain.walltime import as_instant
from policy_agent.domain.windows import Window

BREAK = timedelta(minutes=5)  # that a run of meetings ends with, where no rule says
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """One week of the person's wall clock, from Monday on, as far as it has gone by."""

    monday: date
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class OverProtected:
    """A meeting that took some of the person's protected time."""

    copy: EventCopy
    day: date  # on which the window came round


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedTime:
    """How often one rule's window came round for the person, and how often it stayed free."""

    rule: ProtectTime
    came: int
    free: int
    over: tuple[OverProtected, ...]  # the latest first


@dataclass(frozen=True, kw_only=True, slots=True)
class LongestRun:
    """The longest run of meetings without a break in one week."""

    week: Week
    run: Run | None  # None: there was a break after each meeting


def weeks_until(now: datetime, working: WorkingTime, whole: int) -> tuple[Week, ...]:
    """Return so many whole weeks and the running one, the oldest first."""
    today = working.day_of(now)
    this = today - today.weekday() * _DAY
    mondays = [this - number * _WEEK for number in range(whole, -1, -1)]
    return tuple(
        Week(
            monday=monday,
            span=Span(
                starts=working.midnight(monday),
                ends=min(working.midnight(monday + _WEEK), as_instant(now)),
            ),
        )
        for monday in mondays
    )


def whole_span(weeks: Sequence[Week]) -> Span:
    return Span(starts=weeks[0].span.starts, ends=weeks[-1].span.ends)


def calendar_of(rulebook: Rulebook, person: Person) -> Calendar | None:
    """Return the calendar of the first rule that is about the person, else the rulebook's first."""
    first = next(iter(rulebook.calendars.values()), None)
    ours = (_calendar(rule) for rule in rulebook.rules if _is_about(rule, person))
    return next(ours, first)


def rest_of(rulebook: Rulebook, person: Person) -> tuple[Window, ...]:
    """Return the windows in which mail waits, by rules about whoever sends or gets it."""
    ours = (rule.window for rule in rulebook.mail_rules if _is_about(rule, person))
    return tuple({window.name: window for window in ours}.values())


def rest_spans(windows: Iterable[Window], span: Span) -> list[Span]:
    """Return when any of the windows came round within the span."""
    found: list[Span] = []
    for window in windows:
        zone = window.calendar.zone
        first, last = (moment.astimezone(zone).date() for moment in (span.starts, span.ends))
        found += [
            Span(starts=as_instant(one.starts), ends=as_instant(one.ends))
            for one in window.occurrences(first - 2 * _DAY, last)
        ]
    return shared(union(found), [span])


def protected_time(
    rulebook: Rulebook, person: Person, copies: Sequence[EventCopy], span: Span
) -> tuple[ProtectedTime, ...]:
    """Return what became of the protected time within the span, by rule.

    A window counts once it is over. On days of leave, and on those of an exemption for the person,
    nothing was protected.
    """
    meetings = [copy for copy in copies if is_meeting(copy)]
    away = [copy for copy in copies if copy.show_as is ShowAs.AWAY and not copy.cancelled]
    return tuple(
        _protected(
            rule,
            [one for one in rulebook.exemptions if rule.name in one.rules and names(one, person)],
            meetings,
            away,
            span,
        )
        for rule in rulebook.protect_time
        if _is_about(rule, person)
    )


def longest_runs(
    copies: Iterable[EventCopy],
    weeks: Sequence[Week],
    working: WorkingTime,
    break_between: timedelta,
) -> tuple[LongestRun, ...]:
    """Return each week's longest run; of two as long as each other, the earlier one."""
    span = whole_span(weeks)
    begun = [copy for copy in copies if span.starts <= copy.starts < span.ends]
    by_day = runs_by_day(begun, working.zone, break_between)
    found: list[LongestRun] = []
    for week in weeks:
        runs = [
            run
            for day, of_day in by_day.items()
            if week.monday <= day < week.monday + _WEEK
            for run in of_day
        ]
        longest = max(runs, key=lambda run: (run.length, -run.starts.timestamp()), default=None)
        found.append(LongestRun(week=week, run=longest))
    return tuple(found)


def break_of(rulebook: Rulebook, person: Person) -> timedelta:
    """Return the break that a rule asks for between the person's meetings: the longest."""
    told = (
        rule.break_between
        for rule in rulebook.meeting_etiquette
        if rule.break_between is not None and _is_about(rule, person)
    )
    return max(told, default=BREAK)


def _protected(
    rule: ProtectTime,
    exemptions: Sequence[Exemption],
    meetings: Sequence[EventCopy],
    away: Sequence[EventCopy],
    span: Span,
) -> ProtectedTime:
    window = rule.window
    on_leave = union(Span(starts=a, ends=b) for a, b in (span_of(_facts(c), window) for c in away))
    days = {
        day
        for day, came in _came_round(window, span)
        if not shared([came], on_leave) and not any(in_force(one, day) for one in exemptions)
    }
    over = [
        OverProtected(copy=copy, day=overlap.window.day)
        for copy in meetings
        for overlap in overlaps_of(_facts(copy), window)
        if overlap.window.day in days and is_long_enough(rule, overlap)
    ]
    over.sort(key=lambda one: (one.day, one.copy.starts, one.copy.ref), reverse=True)
    return ProtectedTime(
        rule=rule,
        came=len(days),
        free=len(days - {one.day for one in over}),
        over=tuple(over),
    )


def _came_round(window: Window, span: Span) -> Iterator[tuple[date, Span]]:
    """Yield the days on which the window began and ended within the span, and when."""
    zone = window.calendar.zone
    first, last = (moment.astimezone(zone).date() for moment in (span.starts, span.ends))
    for one in window.occurrences(first, last):
        came = Span(starts=as_instant(one.starts), ends=as_instant(one.ends))
        if span.starts <= came.starts and came.ends <= span.ends:
            yield one.day, came


def _facts(copy: EventCopy) -> MeetingFacts:
    """Return of a copy when it is: who is in it makes no difference here."""
    return MeetingFacts(starts=copy.starts, ends=max(copy.starts, copy.ends), all_day=copy.all_day)


def _is_about(rule: Rule, person: Person) -> bool:
    people = rule.from_teams | rule.to_teams if isinstance(rule, DeferEmail) else rule.people
    if rule.exempt is not None and not rule.exempt.teams.isdisjoint(person.teams):
        return False
    is_off = all(mode is Mode.OFF for mode in (rule.mode, *rule.mode_for.values()))
    return not is_off and not people.isdisjoint(person.teams)


def _calendar(rule: Rule) -> Calendar:
    return rule.window.calendar if isinstance(rule, DeferEmail) else rule.calendar


__all__ = [
    "BREAK",
    "LongestRun",
    "OverProtected",
    "ProtectedTime",
    "Week",
    "break_of",
    "calendar_of",
    "longest_runs",
    "protected_time",
    "rest_of",
    "rest_spans",
    "weeks_until",
    "whole_span",
]
