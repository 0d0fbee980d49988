"""Figures of meetings: what a month's meetings come to, by team, before anybody is told.

1. A protected window is counted for each person on each day on which it came round for them: it was
   taken when a meeting that they had not declined was over it, else it was free. A day is that of
   the organisation's zone, and counts for the team that somebody was in at the end of it.
2. Etiquette is counted for each meeting that began in the month, by its organiser's team then, and
   for each check that could be looked at.
3. A clash is counted in the month in which it was found, by its organiser's team then. Those of
   organisers whom the directory does not know are nobody's.

Everything is made of rows of the store: whoever counts again, counts the same.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from policy_agent.domain.blocks import Block
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.clashes import ClashCourse, ClashState
from policy_agent.domain.kept_figures import Period
from policy_agent.domain.measures import (
    ClashColumn,
    EtiquetteColumn,
    Measure,
    SeriesKey,
    WindowColumn,
    block,
)
from policy_agent.domain.measuring import CountedMeeting
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.months import Series, SeriesRow
from policy_agent.domain.placing import Placed, Placement
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

_DAY = timedelta(days=1)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """Whose month it is, and who counted where in it."""

    month: Period
    calendar: Calendar  # the organisation's first: whose zone its days are of
    placed: Placed

    def last_moment(self, day: date) -> datetime:
        """Return the last moment of a day, aware UTC: who is where then counts there that day."""
        midnight = as_instant(attach(day + _DAY, MIDNIGHT, self.calendar.zone))
        return midnight - timedelta.resolution

    def team_on(self, person: str, day: date) -> str:
        """Return the team that somebody counts in on a day."""
        return self.placed.team(person, self.last_moment(day))


class Tally:
    """Counts meetings as they come by: there may be many."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self.taken: dict[str, set[tuple[date, str]]] = defaultdict(set)
        # By rule and check, then by team: found and fine.
        self.checks: dict[tuple[str, Check], dict[str, list[int]]] = defaultdict(dict)
        self.organisers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.weekdays: Counter[int] = Counter()

    def add(self, meeting: CountedMeeting) -> None:
        """Count one; what it has outside of the month is left out."""
        month, calendar = self._where.month, self._where.calendar
        for rule, days in meeting.over.items():
            for day, people in days.items():
                if month.first <= day < month.after:
                    self.taken[rule].update((day, person) for person in people)
        if not month.has(meeting.starts, calendar):
            return
        self.weekdays[meeting.starts.astimezone(calendar.zone).weekday()] += 1
        if meeting.organiser is None:
            return
        team = self._where.placed.team(meeting.organiser, meeting.starts)
        for rule, said in meeting.checks.items():
            self.organisers[rule][team].add(meeting.organiser)
            for check, found in said.items():
                counts = self.checks[rule, check].setdefault(team, [0, 0])
                counts[0 if found else 1] += 1


def fewest(days: Iterable[RuleDay]) -> Mapping[str, int]:
    """Return the fewest people of each team whom a rule was about on any day that it had any."""
    found: dict[str, int] = {}
    for one in days:
        if one.people:
            found[one.team] = min(found.get(one.team, one.people), one.people)
    return found


def fewest_placed(placements: Sequence[Placement], where: Where) -> Mapping[str, int]:
    """Return the fewest people of each team at the end of any day of the month that it had any."""
    people = sorted({one.person for one in placements})
    found: dict[str, int] = {}
    for number in range((where.month.after - where.month.first).days):
        last = where.last_moment(where.month.first + number * _DAY)
        teams = (where.placed.at(person, last) for person in people)
        for team, size in Counter(team for team in teams if team is not None).items():
            found[team] = min(found.get(team, size), size)
    return found


def window_block(
    rule: str, days: Sequence[RuleDay], taken: Collection[tuple[date, str]], where: Where
) -> Block | None:
    """Return how often protected time came to people, and how often it was taken.

    `taken` is of those who were there. Should it name more of a team on a day than there were, the
    rest is left out. None: it came to nobody.
    """
    there = {(one.day, one.team): one.there for one in days if one.window and one.there}
    over = Counter((day, where.team_on(person, day)) for day, person in taken)
    counts: dict[str, list[int]] = {}
    most: dict[str, int] = {}
    for (day, team), came in there.items():
        busy = min(came, over[day, team])
        found = counts.setdefault(team, [0, 0])
        found[0] += came - busy
        found[1] += busy
        most[team] = max(most.get(team, 0), came)
    members = fewest(days)
    # Of a team of which few were ever there, the figures are of those few.
    people = {team: min(members[team], most[team]) for team in counts}
    return made_block(block(Measure.WINDOWS, rule), WindowColumn, counts, people)


def etiquette_blocks(rules: Mapping[str, Sequence[RuleDay]], tally: Tally) -> tuple[Block, ...]:
    """Return what each check found, of each rule that looked at any meeting."""
    found: list[Block] = []
    for (rule, check), counts in sorted(tally.checks.items()):
        people = behind(fewest(rules.get(rule, ())), tally.organisers[rule])
        key = block(Measure.ETIQUETTE, rule, check)
        made = made_block(key, EtiquetteColumn, counts, people)
        if made is not None:
            found.append(made)
    return tuple(found)


def clash_block(
    rule: str, courses: Iterable[ClashCourse], placed: Mapping[str, int], where: Where
) -> Block | None:
    """Return what became of the clashes found in the month; None: there is nobody to count.

    `placed` are the people of each team: anybody may book over what a rule protects, whether or not
    it is about them.
    """
    counts: dict[str, list[int]] = {}
    organisers: dict[str, set[str]] = defaultdict(set)
    columns = list(ClashColumn)
    for one in courses:
        if one.rule == rule and one.organiser is not None:
            team = where.placed.team(one.organiser, one.found)
            found = counts.setdefault(team, [0] * len(columns))
            found[columns.index(_became(one))] += 1
            organisers[team].add(one.organiser)
    people = behind(placed, organisers)
    return made_block(block(Measure.CLASHES, rule), ClashColumn, counts, people)


def meeting_days(weekdays: Mapping[int, int], where: Where) -> Series:
    """Return how many meetings began on each day of the week, and how many such days there were."""
    working = Counter(day.weekday() for day in where.month.working_days(where.calendar))
    return Series(
        key=SeriesKey.MEETING_DAYS,
        columns=("meetings", "days"),
        rows=tuple(
            SeriesRow(head=name, values=(weekdays.get(number, 0), working[number]))
            for number, name in enumerate(_WEEK)
        ),
    )


def _became(course: ClashCourse) -> ClashColumn:
    """Return what became of a clash; one that passed is what it was before."""
    last = [one for one in course.states if one is not ClashState.PASSED][-1]
    if last is ClashState.MENDED:
        return ClashColumn.MENDED
    if ClashState.DONE in course.states:  # whoever was invited later has no part in it
        return ClashColumn.DECLINED
    return ClashColumn.LISTED if last is ClashState.LISTED else ClashColumn.STOOD


def behind(known: Mapping[str, int], counted: Mapping[str, Collection[str]]) -> Mapping[str, int]:
    """Return the people of each team; of one that nobody knows of, those who were counted."""
    return {**{team: len(people) for team, people in counted.items()}, **known}


def made_block(
    key: str,
    columns: Iterable[StrEnum],
    counts: Mapping[str, Sequence[int]],
    people: Mapping[str, int],
) -> Block | None:
    """Return a block of every team with people; None: there is none."""
    names = tuple(columns)
    if not people:
        return None
    none = (0,) * len(names)
    return Block(
        key=key,
        columns=names,
        counts={team: tuple(counts.get(team, none)) for team in sorted(people)},
        people={team: people[team] for team in sorted(people)},
    )


__all__ = [
    "Tally",
    "Where",
    "behind",
    "clash_block",
    "etiquette_blocks",
    "fewest",
    "fewest_placed",
    "made_block",
    "meeting_days",
    "window_block",
]
