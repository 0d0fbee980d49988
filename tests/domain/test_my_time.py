"""Figures of one person's own weeks."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from policy_agent.domain.events import Attendee, EventCopy, EventRef, Response, ShowAs, Span
from policy_agent.domain.meeting_rules import MeetingExempt
from policy_agent.domain.modes import Mode
from policy_agent.domain.my_time import (
    BREAK,
    Week,
    break_of,
    calendar_of,
    longest_runs,
    protected_time,
    rest_of,
    rest_spans,
    weeks_until,
    whole_span,
)
from policy_agent.domain.people import Person
from policy_agent.domain.rules import DeferEmail, Exempt, HoldPoint, Release
from policy_agent.domain.time_back import WorkingTime
from policy_agent.domain.windows import Window
from tests.domain.meetings import (
    AUTUMN,
    CALENDAR,
    LONDON,
    LUNCH,
    MINUTE,
    SPRING,
    at,
    exemption,
    kindness,
    person,
    protect,
    rulebook,
)

WORKING = WorkingTime.of(CALENDAR)
MONDAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 10, 14, 0, tzinfo=LONDON)  # a Wednesday
ANN = person("ann")
REST = Window(name="rest-days", calendar=CALENDAR, days="non-working", where=at(2))
NIGHTS = Window(name="nights", calendar=CALENDAR, days="all", time=(time(20), time(7)), where=at(3))


def defer(window: Window = REST, **more: Any) -> DeferEmail:
    said: dict[str, Any] = {
        "name": "weekend-email",
        "because": "Rest",
        "owner": "ict@northshire.example",
        "mode": Mode.OBSERVE,
        "from_teams": frozenset({"leadership"}),
        "to_teams": frozenset({"everyone"}),
        "window": window,
        "hold_at": (HoldPoint.INBOX,),
        "release": Release(at=time(8, 30)),
        "where": at(10),
        "where_window": at(11),
        "where_people": at(12),
        "where_mode": at(13),
    }
    return DeferEmail(**(said | more))


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


def meeting(starts: datetime, minutes: int = 30, **changed: Any) -> EventCopy:
    copy = EventCopy(
        ref=EventRef(mailbox="ann", event=f"{starts:%d%H%M}"),
        uid="u",
        kind="single",
        starts=starts,
        ends=starts + minutes * MINUTE,
        attendees=(Attendee(address="bob@northshire.example"),),
        response=Response.ACCEPTED,
        created=starts,
        modified=starts,
    )
    return replace(copy, **changed)


def weeks(whole: int = 1) -> tuple[Week, ...]:
    return weeks_until(NOW, WORKING, whole)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


# weeks


def test_weeks_are_whole_but_for_the_running_one_which_ends_now() -> None:
    assert weeks(2) == (
        Week(monday=day(-7), span=Span(starts=wall(day(-7), 0), ends=wall(MONDAY, 0))),
        Week(monday=MONDAY, span=Span(starts=wall(MONDAY, 0), ends=wall(day(7), 0))),
        Week(monday=day(7), span=Span(starts=wall(day(7), 0), ends=NOW.astimezone(UTC))),
    )
    assert whole_span(weeks(2)) == Span(starts=wall(day(-7), 0), ends=NOW)


@pytest.mark.parametrize(("sunday", "hours"), [(SPRING, 167), (AUTUMN, 169)])
def test_a_week_with_a_clock_change_is_an_hour_shorter_or_longer(sunday: date, hours: int) -> None:
    found = weeks_until(wall(sunday + timedelta(days=2), 9), WORKING, 1)
    assert (found[0].span.ends - found[0].span.starts) == timedelta(hours=hours)
    assert found[0].span.ends == found[1].span.starts


# which rules are about a person


def test_rest_comes_from_rules_about_whoever_sends_or_gets_mail() -> None:
    leaders = frozenset({"leadership"})
    book = rulebook(defer(), defer(), defer(NIGHTS, from_teams=leaders, to_teams=leaders))
    assert rest_of(book, ANN) == (REST,)
    assert rest_of(book, person("lea", "leadership")) == (REST, NIGHTS)
    assert rest_of(book, Person(id="new", address="")) == ()


def test_a_rule_that_is_off_or_frees_ones_team_is_not_about_one() -> None:
    free = Exempt(teams=frozenset({"everyone"}), when="recipient", where=at(30))
    assert rest_of(rulebook(defer(exempt=free)), ANN) == ()
    assert rest_of(rulebook(defer(mode=Mode.OFF)), ANN) == ()
    partly = defer(mode=Mode.OFF, mode_for={"leadership": Mode.ENFORCE})
    assert rest_of(rulebook(partly), ANN) == (REST,)


def test_the_calendar_is_that_of_the_first_rule_about_the_person() -> None:
    other = replace(CALENDAR, name="other")
    book = rulebook(
        protect(people=frozenset({"leadership"}), window=replace(LUNCH, calendar=other)),
        kindness(),
    )
    assert calendar_of(book, ANN) is CALENDAR
    assert calendar_of(book, person("lea", "leadership")) is other
    assert calendar_of(book, Person(id="new", address="")) is CALENDAR
    assert calendar_of(replace(book, calendars={}, rules=()), ANN) is None


def test_the_break_is_the_longest_that_a_rule_asks_for() -> None:
    rules = [kindness(break_between=n * MINUTE) for n in (10, 15)]
    assert break_of(rulebook(*rules), ANN) == 15 * MINUTE
    assert break_of(rulebook(kindness()), ANN) == BREAK
    assert break_of(rulebook(*rules), Person(id="new", address="")) == BREAK


# rest


def test_rest_days_of_one_weekend_are_one_span_and_end_with_the_weeks() -> None:
    span = whole_span(weeks())
    assert rest_spans([REST], span) == [Span(starts=wall(day(5), 0), ends=wall(day(7), 0))]
    nights = rest_spans([NIGHTS], Span(starts=wall(MONDAY, 0), ends=wall(MONDAY, 21)))
    assert nights == [
        Span(starts=wall(MONDAY, 0), ends=wall(MONDAY, 7)),  # began the evening before
        Span(starts=wall(MONDAY, 20), ends=wall(MONDAY, 21)),
    ]
    assert len(rest_spans([REST, NIGHTS], span)) == 8  # ten nights, three of them at a weekend
    assert rest_spans([], span) == []


# protected time


def figures(*copies: EventCopy, **more: Any) -> tuple[int, int, list[date]]:
    exemptions = more.pop("exemptions", ())
    book = rulebook(protect(**more), exemptions=exemptions)
    (found,) = protected_time(book, ANN, copies, whole_span(weeks()))
    return found.came, found.free, [one.day for one in found.over]


def test_lunches_are_counted_once_they_are_over_and_meetings_over_them_are_named() -> None:
    over = meeting(wall(day(1), 12, 30))
    twice = meeting(wall(day(1), 12, 45))
    long = meeting(wall(day(9), 9), minutes=300)
    clear = meeting(wall(day(2), 13))
    assert figures() == (8, 8, [])  # 5 of the week before, and Monday to Wednesday
    assert figures(over, twice, long, clear) == (8, 6, [day(9), day(1), day(1)])
    before = replace(weeks()[1], span=Span(starts=wall(day(7), 0), ends=wall(day(9), 12, 59)))
    (found,) = protected_time(rulebook(protect()), ANN, [long], whole_span([before]))
    assert (found.came, found.free, found.over) == (2, 2, ())


@pytest.mark.parametrize(
    "changed",
    [
        {"attendees": ()},
        {"response": Response.DECLINED},
        {"cancelled": True},
        {"show_as": ShowAs.FREE},
        {"all_day": True},
    ],
)
def test_what_takes_nobodys_time_leaves_lunch_free(changed: dict[str, Any]) -> None:
    assert figures(meeting(wall(day(1), 12, 30), **changed)) == (8, 8, [])


def test_an_overlap_that_is_too_short_for_the_rule_leaves_lunch_free() -> None:
    short = meeting(wall(day(1), 12, 15), minutes=19)
    assert figures(short, overlap_at_least=5 * MINUTE) == (8, 8, [])
    assert figures(short, overlap_at_least=4 * MINUTE) == (8, 7, [day(1)])


def test_days_of_leave_and_of_an_exemption_do_not_count() -> None:
    all_day = meeting(
        wall(day(1), 0), minutes=24 * 60, show_as=ShowAs.AWAY, all_day=True, attendees=()
    )
    over = meeting(wall(day(1), 12, 30))
    assert figures(all_day, over) == (7, 7, [])
    assert figures(replace(all_day, cancelled=True), over) == (8, 7, [day(1)])
    inspection = exemption(day(1), day(3), "everyone")
    assert figures(over, exemptions=(inspection,)) == (5, 5, [])
    others = exemption(day(1), day(3), "leadership")
    assert figures(over, exemptions=(others,)) == (8, 7, [day(1)])


def test_of_an_exempt_team_nothing_is_protected() -> None:
    free = MeetingExempt(teams=frozenset({"everyone"}), when="organiser", where=at(40))
    book = rulebook(protect(exempt=free))
    assert protected_time(book, ANN, [], whole_span(weeks())) == ()


@pytest.mark.parametrize("sunday", [SPRING, AUTUMN])
def test_lunch_is_at_half_past_twelve_on_both_sides_of_a_clock_change(sunday: date) -> None:
    friday, monday = sunday - timedelta(days=2), sunday + timedelta(days=1)
    copies = [meeting(wall(one, 12, 30)) for one in (friday, monday)]
    span = whole_span(weeks_until(wall(monday, 15), WORKING, 1))
    (found,) = protected_time(rulebook(protect()), ANN, copies, span)
    assert (found.came, found.free) == (6, 4)


# runs


def test_the_longest_run_of_each_week_is_told() -> None:
    copies = [
        *(meeting(wall(day(0), 9 + hour), minutes=60) for hour in range(3)),
        *(meeting(wall(day(1), 9 + hour), minutes=60) for hour in range(2)),
        *(meeting(wall(day(3), 9 + hour), minutes=60) for hour in range(3)),
        meeting(wall(day(8), 9)),
    ]
    first, second = longest_runs(copies, weeks(), WORKING, BREAK)
    assert first.run is not None
    assert (first.run.starts, first.run.meetings) == (wall(MONDAY, 9), 3)
    assert first.run.length == 180 * MINUTE
    assert (second.week, second.run) == (weeks()[1], None)


def test_a_meeting_that_has_not_begun_is_part_of_no_run() -> None:
    ahead = [meeting(NOW + n * 30 * MINUTE) for n in range(2)]
    assert [one.run for one in longest_runs(ahead, weeks(), WORKING, BREAK)] == [None, None]
