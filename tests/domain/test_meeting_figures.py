"""Figures of meetings: every person and window counts once, and teams add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from policy_agent.domain.clashes import ClashCourse, ClashState
from policy_agent.domain.events import Response
from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.kept_figures import Period, month_of
from policy_agent.domain.measuring import CountedMeeting, Measuring, takes_time
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_figures import (
    Tally,
    Where,
    clash_block,
    etiquette_blocks,
    fewest,
    fewest_placed,
    meeting_days,
    window_block,
)
from policy_agent.domain.meeting_rules import Check
from policy_agent.domain.modes import Mode
from policy_agent.domain.placing import Placed, Placement
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.windows import Window
from tests.domain.meetings import (
    AUTUMN,
    CALENDAR,
    LONDON,
    MINUTE,
    SPRING,
    calendar,
    person,
    protect,
    rulebook,
    windows,
)

OCTOBER = month_of(date(2026, 10, 1))
DAY = timedelta(days=1)
LUNCH, KIND = "protected-lunch", "kind-meetings"
TENTH = date(2026, 10, 10)


def london(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def placement(who: str, team: str, since: datetime | None = None, **more: Any) -> Placement:
    return Placement(person=who, team=team, since=since, until=more.get("until"))


PLACEMENTS = (
    placement("ann", "north"),
    placement("bob", "north", until=london(TENTH)),
    placement("bob", "south", london(TENTH)),
    placement("carol", "south"),
    placement("dan", "south", until=london(TENTH)),  # and left
)
WHERE = Where(month=OCTOBER, calendar=CALENDAR, placed=Placed(PLACEMENTS))


def rule_day(day: date, team: str, there: int, **more: Any) -> RuleDay:
    said: dict[str, Any] = {
        "rule": LUNCH,
        "kind": "protect-time",
        "mode": Mode.OBSERVE,
        "window": True,
        "people": 12,
        "counted": london(day + DAY),
    }
    return RuleDay(day=day, team=team, there=there, **(said | more))


def met(day: date, organiser: str | None = "ann", **more: Any) -> CountedMeeting:
    said: dict[str, Any] = {"starts": london(day), "checks": {}, "over": {}}
    return CountedMeeting(organiser=organiser, **(said | more))


def over(day: date, *people: str) -> Mapping[str, Mapping[date, tuple[str, ...]]]:
    return {LUNCH: {day: people}}


def tallied(*meetings: CountedMeeting, where: Where = WHERE) -> Tally:
    tally = Tally(where)
    for one in meetings:
        tally.add(one)
    return tally


def counted(days: Iterable[RuleDay], *meetings: CountedMeeting) -> Mapping[str, tuple[int, ...]]:
    made = window_block(LUNCH, list(days), tallied(*meetings).taken[LUNCH], WHERE)
    assert made is not None
    assert made.key == "windows:protected-lunch"
    assert made.columns == ("free", "taken")
    return made.counts


# --- windows -----------------------------------------------------------------------------------


def test_a_lunch_is_taken_once_however_many_meetings_are_over_it() -> None:
    day = date(2026, 10, 6)
    meetings = [met(day, over=over(day, "ann", "bob")), met(day, over=over(day, "ann"))]
    assert counted([rule_day(day, "north", 9)], *meetings) == {"north": (7, 2)}


def test_a_day_counts_for_the_team_at_the_end_of_it() -> None:
    days = [rule_day(day, team, 5) for day in (TENTH - DAY, TENTH) for team in ("north", "south")]
    meetings = [met(day, over=over(day, "bob")) for day in (TENTH - DAY, TENTH)]
    assert counted(days, *meetings) == {"north": (9, 1), "south": (9, 1)}


def test_what_lies_outside_of_the_month_is_left_out() -> None:
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    meetings = [
        met(first - DAY, over={LUNCH: {first - DAY: ("ann",), first: ("ann",)}}),
        met(last + DAY, over=over(last + DAY, "ann")),
        met(last + DAY, over=over(last, "ann")),  # a window that wraps midnight
    ]
    days = [rule_day(first, "north", 9), rule_day(last, "north", 9)]
    assert counted(days, *meetings) == {"north": (16, 2)}


def test_days_on_which_the_window_does_not_come_round_are_nobodys() -> None:
    day = date(2026, 10, 6)
    days = [rule_day(day, "north", 9), rule_day(day + DAY, "north", 9, window=False)]
    assert counted(days, met(day, over=over(day + DAY, "ann"))) == {"north": (9, 0)}


def test_no_more_is_taken_of_a_team_than_there_were_people() -> None:
    day = date(2026, 10, 6)
    meeting = met(day, over=over(day, "ann", "bob", "carol"))
    days = [rule_day(day, "north", 1), rule_day(day, "south", 0)]
    assert counted(days, meeting) == {"north": (0, 1)}


def test_few_people_who_were_ever_there_are_all_that_stand_behind_a_team() -> None:
    day = date(2026, 10, 6)
    days = [rule_day(day, "north", 3), rule_day(day + DAY, "north", 4)]
    made = window_block(LUNCH, [*days, rule_day(day, "south", 12, people=14)], [], WHERE)
    assert made is not None
    assert made.people == {"north": 4, "south": 12}


def test_a_window_that_came_to_nobody_has_no_block() -> None:
    assert window_block(LUNCH, [], [], WHERE) is None
    assert window_block(LUNCH, [rule_day(date(2026, 10, 6), "north", 0)], [], WHERE) is None


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A meeting of the small model, in whole minutes."""

    starts: datetime
    minutes: int
    people: frozenset[str]
    declined: frozenset[str]

    def takes(self, who: str, minute: datetime) -> bool:
        coming = self.people - self.declined
        there = who in coming and len(coming) > 1
        return there and self.starts <= minute < self.starts + self.minutes * MINUTE


NAMES = ("ann", "bob", "carol", "dan")


@st.composite
def booked(draw: st.DrawFn, edges: list[datetime]) -> Booked:
    """Return a meeting that begins or ends about where a window does."""
    minutes = draw(st.sampled_from([1, 4, 30, 75, 600, 1800]))
    before = draw(st.sampled_from([0, minutes]) | st.integers(0, 40))
    return Booked(
        starts=draw(st.sampled_from(edges)) + (draw(st.integers(-1, 1)) - before) * MINUTE,
        minutes=minutes,
        people=draw(st.frozensets(st.sampled_from(NAMES), min_size=2)),
        declined=draw(st.frozensets(st.sampled_from(NAMES), max_size=2)),
    )


@given(data=st.data(), window=windows(), first=st.sampled_from([SPRING, AUTUMN]))
@settings(max_examples=60)
def test_free_and_taken_are_what_is_counted_minute_by_minute(
    data: st.DataObject, window: Window, first: date
) -> None:
    zone = window.calendar.zone
    week = Period(first=first - 2 * DAY, after=first + 3 * DAY)
    days = [week.first + number * DAY for number in range(5)]
    came = list(window.occurrences(days[0] - DAY, days[-1] + DAY))
    edges = [edge.astimezone(UTC) for one in came for edge in (one.starts, one.ends)]
    meetings = data.draw(st.lists(booked(edges or [london(first)]), max_size=5))
    away = data.draw(st.frozensets(st.tuples(st.sampled_from(days), st.sampled_from(NAMES))))
    moves = datetime(first.year, first.month, first.day, 9, tzinfo=zone).astimezone(UTC)
    placements = (
        placement("ann", "north"),
        placement("bob", "north", until=moves),
        placement("bob", "south", moves),
        placement("carol", "south"),
        placement("dan", "", moves),
    )
    where = Where(month=week, calendar=calendar(zone), placed=Placed(placements))

    free: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    there: Counter[tuple[date, str]] = Counter()
    for occurrence in (one for one in came if one.day in days):
        starts, ends = occurrence.starts.astimezone(UTC), occurrence.ends.astimezone(UTC)
        minutes = [starts + number * MINUTE for number in range((ends - starts) // MINUTE)]
        for who in NAMES:
            if (occurrence.day, who) in away:
                continue
            moved = occurrence.day >= first
            team = {"ann": "north", "bob": "south" if moved else "north", "carol": "south"}.get(who)
            there[occurrence.day, team or ""] += 1
            took = any(one.takes(who, minute) for one in meetings for minute in minutes)
            (taken if took else free)[team or ""] += 1

    tally = Tally(where)
    rule = protect(window)
    measuring = Measuring(rulebook(rule), {})
    for one in meetings:
        facts = facts_of(one)
        if takes_time(facts):
            verdicts = decide_meeting(rulebook(rule), facts, {})
            tally.add(met(first, starts=one.starts, over=measuring.over(facts, verdicts)))
    made = window_block(
        rule.name,
        [rule_day(day, team, number) for (day, team), number in there.items()],
        tally.taken[rule.name] - away,
        where,
    )
    counts = {} if made is None else made.counts
    assert counts == {team: (free[team], taken[team]) for team in {*free, *taken}}
    assert sum(map(sum, counts.values())) == there.total()


def facts_of(one: Booked) -> MeetingFacts:
    """Return what a calendar tells of it; somebody who declined nothing organises it, if any."""
    organiser = next(iter(sorted(one.people - one.declined)), None)
    return MeetingFacts(
        starts=one.starts,
        ends=one.starts + one.minutes * MINUTE,
        organiser=person(organiser or "eve", inside=organiser is not None),
        invited=tuple(
            Invited(
                person=person(who),
                response=Response.DECLINED if who in one.declined else Response.ACCEPTED,
            )
            for who in sorted(one.people)
            if who != organiser
        ),
    )


# --- etiquette ---------------------------------------------------------------------------------


def test_each_check_counts_the_meetings_that_it_could_look_at() -> None:
    first = date(2026, 10, 1)
    meetings = [
        met(first, checks={KIND: {Check.AGENDA: True, Check.BREAK: False}}),
        met(first, "carol", checks={KIND: {Check.AGENDA: False}}),
        met(first, "bob", checks={KIND: {Check.AGENDA: False, Check.BREAK: True}}),
        met(TENTH + DAY, "bob", checks={KIND: {Check.AGENDA: True}}),
        met(first, checks={}),
        met(first, None, checks={}),
        met(first - DAY, checks={KIND: {Check.AGENDA: True}}),
    ]
    days = {KIND: [rule_day(first, "north", 4), rule_day(first, "west", 4)]}
    agenda, breaks = etiquette_blocks(days, tallied(*meetings))
    assert agenda.key == "etiquette:kind-meetings:agenda"
    assert agenda.columns == ("found", "fine")
    assert agenda.counts == {"north": (1, 1), "south": (1, 1), "west": (0, 0)}
    assert agenda.people == {"north": 12, "south": 2, "west": 12}
    assert breaks.key == "etiquette:kind-meetings:break"
    assert breaks.counts == {"north": (1, 1), "south": (0, 0), "west": (0, 0)}


@pytest.mark.parametrize("last", [date(2026, 3, 31), date(2026, 10, 31)])
def test_a_month_with_a_clock_change_ends_at_midnight_on_the_wall(last: date) -> None:
    where = Where(month=month_of(last), calendar=CALENDAR, placed=Placed(PLACEMENTS))
    inside = met(last, starts=london(last, 23, 59))
    outside = met(last, starts=london(last + DAY, 0))
    assert tallied(inside, outside, where=where).weekdays == {last.weekday(): 1}


def test_no_meetings_come_to_no_blocks() -> None:
    assert etiquette_blocks({KIND: [rule_day(TENTH, "north", 4)]}, tallied()) == ()


# --- clashes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "column"),
    [
        ("observed passed", "stood"),
        ("observed", "stood"),
        ("open nudged mended", "mended"),
        ("open nudged acting done", "declined"),
        ("open nudged acting done nudged passed", "declined"),
        ("open nudged acting done nudged mended", "mended"),
        ("open nudged acting observed passed", "stood"),
        ("listed", "listed"),
        ("listed passed", "listed"),
        ("listed mended", "mended"),
        ("open mended open passed", "stood"),
        ("observed passed observed", "stood"),
    ],
)
def test_a_clash_counts_as_what_became_of_it(states: str, column: str) -> None:
    one = course("ann", *map(ClashState, states.split()))
    made = clash_block(LUNCH, [one], {}, WHERE)
    assert made is not None
    assert dict(zip(made.columns, made.counts["north"], strict=True)) == {
        "mended": 0,
        "declined": 0,
        "stood": 0,
        "listed": 0,
    } | {column: 1}


def course(organiser: str | None, *states: ClashState, **more: Any) -> ClashCourse:
    said: dict[str, Any] = {"rule": LUNCH, "found": london(date(2026, 10, 6))}
    return ClashCourse(organiser=organiser, states=states or (ClashState.OPEN,), **(said | more))


def test_clashes_count_for_the_team_of_their_organiser_when_they_were_found() -> None:
    found = [
        course("bob"),
        course("bob", found=london(TENTH + DAY)),
        course(None),
        course("ann", rule="focus"),
    ]
    made = clash_block(LUNCH, found, {"north": 11, "south": 12, "west": 13}, WHERE)
    assert made is not None
    assert made.counts == {"north": (0, 0, 1, 0), "south": (0, 0, 1, 0), "west": (0, 0, 0, 0)}
    assert made.people == {"north": 11, "south": 12, "west": 13}


def test_without_anybody_there_are_no_clashes_to_tell_of() -> None:
    assert clash_block(LUNCH, [course(None)], {}, WHERE) is None


# --- people and days ---------------------------------------------------------------------------


def test_the_fewest_people_of_a_team_are_those_of_its_smallest_day() -> None:
    days = [
        rule_day(TENTH, "north", 0, people=14),
        rule_day(TENTH + DAY, "north", 0, people=11),
        rule_day(TENTH, "south", 0, people=0),
    ]
    assert fewest(days) == {"north": 11}


def test_people_are_placed_at_the_end_of_each_day_and_whoever_left_is_nowhere() -> None:
    assert fewest_placed(PLACEMENTS, WHERE) == {"north": 1, "south": 2}
    later = (*PLACEMENTS, placement("eve", "west", london(TENTH)), placement("fay", ""))
    where = Where(month=OCTOBER, calendar=CALENDAR, placed=Placed(later))
    assert fewest_placed(later, where) == {"north": 1, "south": 2, "west": 1, "": 1}


def test_meetings_are_told_by_the_day_of_the_week_with_how_many_such_days_there_were() -> None:
    april = month_of(date(2026, 4, 1))  # Good Friday and Easter Monday
    where = Where(month=april, calendar=CALENDAR, placed=Placed(()))
    tally = tallied(
        met(date(2026, 4, 7), None), met(date(2026, 4, 14)), met(date(2026, 4, 18)), where=where
    )
    made = meeting_days(tally.weekdays, where)
    assert made.key == "meeting-days"
    assert made.columns == ("meetings", "days")
    assert [(row.head, *row.values) for row in made.rows] == [
        ("mon", 0, 3),
        ("tue", 2, 4),
        ("wed", 0, 5),
        ("thu", 0, 5),
        ("fri", 0, 3),
        ("sat", 1, 0),
        ("sun", 0, 0),
    ]
