"""Kept meetings in figures: held, moved, cancelled and missing, by rule and team, for a month.

These are the questions that workforce health checks ask every year, so each figure says exactly
what it counts; see `KeptFigures`.

A meeting belongs to the month in which it starts, by the wall clock of the rule's calendar, and by
its last known start: one that was put off from October to November belongs to November. It belongs
to every team that has somebody in it whom the rule is about, and counts once in each; so teams do
not add up. Who is in which team is what is known now.

Figures of fewer than ten people are left out, and so are those that another team's would give away;
see `policy_agent.domain.rolling_out`. Only those of a team count whom the rule is about.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.kept_meetings import KeptMeeting, KeptState, ids
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.rolling_out import suppressed
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

SHORT_NOTICE = 24  # hours; a cancellation with less than that was at short notice

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A half-open run of days."""

    first: date
    after: date  # the first day that is not in it

    def has(self, moment: datetime, calendar: Calendar) -> bool:
        """Whether a moment lies in it by the calendar's wall clock."""
        return self.first <= moment.astimezone(calendar.zone).date() < self.after

    def working_days(self, calendar: Calendar) -> frozenset[date]:
        days = (self.first + n * _DAY for n in range((self.after - self.first).days))
        return frozenset(day for day in days if calendar.is_working_day(day))

    def start(self, calendar: Calendar) -> datetime:
        return as_instant(attach(self.first, MIDNIGHT, calendar.zone))

    def end(self, calendar: Calendar) -> datetime:
        return as_instant(attach(self.after, MIDNIGHT, calendar.zone))


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptFigures:
    """How one rule's meetings went for one team in a month; None: left out, or not asked for."""

    rule: str
    team: str
    suppressed: bool  # fewer than ten people stand behind the figures
    expects: bool  # the rule says how often everybody should have one
    # Meetings whose end has passed, that nobody had cancelled, and in which at least two people had
    # not declined by then.
    held: int | None = None
    # Those of `held` that were held at another time than that at which they were first seen.
    moved: int | None = None
    # Meetings that their organiser cancelled or deleted, or that too many declined for two people
    # to be left, whenever that was; booked again or not.
    cancelled: int | None = None
    # Those of `cancelled` of which it was known less than 24 hours before they were to start.
    at_short_notice: int | None = None
    # Those of `cancelled` that another meeting made up for: of the same rule, with the same people
    # whom the rule is about, within the working days that the rule gives.
    rebooked: int | None = None
    # People without a meeting of the rule in the last whole weeks: as many as the rule's `expected`
    # says, up to the last Monday of the month or to this week's. They had one if it was held and
    # they were in it and had not declined. None where the rule expects nothing.
    missing: int | None = None
    # People who were looked at for `missing`: their calendar was watched for all of those weeks,
    # and on at most half of the working days in them they were on leave.
    expected: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What figures are made of, as the store has it."""

    members: Mapping[str, frozenset[str]]  # person ids by team, as they are now
    meetings: Sequence[KeptMeeting]  # all that start in the month or in the weeks before its end
    watched: Mapping[str, datetime]  # since when each person's calendar is, by person id
    leave: Mapping[str, frozenset[date]]  # days with leave on them, by person id


def month_of(day: date) -> Period:
    """Return the month that a day is in."""
    first = day.replace(day=1)
    return Period(first=first, after=(first + 31 * _DAY).replace(day=1))


def weeks_before(rule: KeepMeeting, month: Period, now: datetime) -> Period | None:
    """Return the weeks in which everybody should have had a meeting; None: the rule expects none.

    They are whole weeks, Monday to Sunday, and end with the last one that is over both by now and
    by the end of the month.
    """
    if rule.every is None:
        return None
    end = min(month.after, now.astimezone(rule.calendar.zone).date())
    monday = end - end.weekday() * _DAY
    return Period(first=monday - rule.every, after=monday)


def span_of(rule: KeepMeeting, month: Period, now: datetime) -> tuple[datetime, datetime]:
    """Return from when until before when meetings have to be known for a rule's figures."""
    weeks = weeks_before(rule, month, now)
    first = month if weeks is None or weeks.first >= month.first else weeks
    return first.start(rule.calendar), month.end(rule.calendar)


def figures(
    rule: KeepMeeting, known: Known, month: Period, now: datetime
) -> tuple[KeptFigures, ...]:
    """Return the figures of each team that has anybody whom the rule is about.

    A team that has all of them and others beside is left out: that would be the same again.
    """
    covered = people_of(rule, known.members)
    members = {
        team: found
        for team, people in known.members.items()
        if (found := people & covered) and (found != covered or team in rule.people)
    }
    kept_back = suppressed(members)
    ours = [one for one in known.meetings if one.rule == rule.name]
    calendar = rule.calendar
    tally = _Tally(one for one in ours if month.has(one.starts, calendar))
    weeks = weeks_before(rule, month, now)
    missing = None if weeks is None else _missing(rule, known, ours, weeks, members)
    return tuple(
        KeptFigures(rule=rule.name, team=team, suppressed=True, expects=rule.every is not None)
        if team in kept_back
        else _of_team(rule, team, tally.of(people), missing)
        for team, people in members.items()
    )


def people_of(rule: KeepMeeting, members: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return the ids of everyone whom the rule is about."""
    return frozenset(id_ for team in rule.people for id_ in members.get(team, ()))


def expected_of(rule: KeepMeeting, known: Known, weeks: Period) -> frozenset[str]:
    """Return who should have had a meeting of the rule in those weeks; see `KeptFigures`."""
    since = weeks.start(rule.calendar)
    days = weeks.working_days(rule.calendar)
    return frozenset(
        person
        for person in people_of(rule, known.members)
        if (watched := known.watched.get(person)) is not None
        and watched <= since
        and 2 * len(known.leave.get(person, frozenset()) & days) <= len(days)
    )


def having_had(rule: KeepMeeting, meetings: Iterable[KeptMeeting], weeks: Period) -> frozenset[str]:
    """Return who had one of the rule's meetings in those weeks."""
    return frozenset(
        person.id
        for one in meetings
        if one.state is KeptState.HELD and weeks.has(one.starts, rule.calendar)
        for person in one.people
        if not person.declined
    )


@dataclass(slots=True)
class _Tally:
    """The month's meetings, with the people in each."""

    meetings: Iterable[KeptMeeting]
    with_people: list[tuple[KeptMeeting, frozenset[str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.with_people = [(one, ids(one.people)) for one in self.meetings]

    def of(self, people: frozenset[str]) -> list[KeptMeeting]:
        return [one for one, there in self.with_people if not people.isdisjoint(there)]


def _of_team(
    rule: KeepMeeting,
    team: str,
    meetings: Sequence[KeptMeeting],
    missing: Mapping[str, tuple[int, int]] | None,
) -> KeptFigures:
    were_held = [one for one in meetings if one.state is KeptState.HELD]
    cancelled = [one for one in meetings if one.was_cancelled]
    without, expected = (None, None) if missing is None else missing.get(team, (None, None))
    return KeptFigures(
        rule=rule.name,
        team=team,
        suppressed=False,
        expects=rule.every is not None,
        held=len(were_held),
        moved=sum(bool(one.shift) for one in were_held),
        cancelled=len(cancelled),
        at_short_notice=sum(
            one.notice_hours is not None and one.notice_hours < SHORT_NOTICE for one in cancelled
        ),
        rebooked=sum(one.state is KeptState.REBOOKED for one in cancelled),
        missing=without,
        expected=expected,
    )


def _missing(
    rule: KeepMeeting,
    known: Known,
    meetings: Sequence[KeptMeeting],
    weeks: Period,
    members: Mapping[str, frozenset[str]],
) -> Mapping[str, tuple[int, int]]:
    """Return how many had none and how many were looked at, by team, where both may be told.

    A team may be large enough to be told of, and those of it who were looked at too few.
    """
    expected = expected_of(rule, known, weeks)
    had_one = having_had(rule, meetings, weeks)
    looked_at = {team: people & expected for team, people in members.items()}
    kept_back = suppressed(looked_at)
    return {
        team: (len(people - had_one), len(people))
        for team, people in looked_at.items()
        if team not in kept_back
    }


__all__ = [
    "SHORT_NOTICE",
    "KeptFigures",
    "Known",
    "Period",
    "expected_of",
    "figures",
    "having_had",
    "month_of",
    "people_of",
    "span_of",
    "weeks_before",
]
