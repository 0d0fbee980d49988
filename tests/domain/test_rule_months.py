"""Rules and teams that come, go and change in mid-month."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from policy_agent.domain.modes import Mode
from policy_agent.domain.months import CHANGED, TeamMonth
from policy_agent.domain.placing import NO_TEAM, Placement
from policy_agent.domain.rule_days import RuleDay
from policy_agent.domain.rule_months import (
    days_of,
    fewest_people,
    rule_month,
    span_of,
    team_months,
)

LONDON = ZoneInfo("Europe/London")
OCTOBER = date(2026, 10, 1)
DAYS = days_of(OCTOBER)
ROW = RuleDay(
    day=OCTOBER,
    rule="weekend-email",
    team="managers",
    kind="defer-email",
    mode=Mode.OBSERVE,
    window=False,
    people=12,
    there=12,
    counted=datetime(2026, 10, 2, 1, tzinfo=UTC),
)


def rows(first: int = 1, last: int = 31, **changed: Any) -> list[RuleDay]:
    """Return the rows of the days of October from `first` to `last`."""
    days = [day for day in DAYS if first <= day.day <= last]
    return [replace(ROW, day=day, window=day.weekday() >= 5, **changed) for day in days]


def test_a_rule_that_was_there_all_month_neither_came_nor_went() -> None:
    month = rule_month(OCTOBER, rows(), "Rest")
    assert (month.first, month.last, month.days) == (None, None, 9)
    assert (month.name, month.kind, month.because) == ("weekend-email", "defer-email", "Rest")


def test_a_rule_that_was_added_and_taken_away_in_mid_month_says_when() -> None:
    month = rule_month(OCTOBER, rows(12, 20), "")
    assert (month.first, month.last) == (date(2026, 10, 12), date(2026, 10, 20))
    assert month.days == 2


def test_a_mode_that_was_not_the_same_all_month_has_changed() -> None:
    month = rule_month(
        OCTOBER,
        [
            *rows(1, 11),
            *rows(12, 31, mode=Mode.ENFORCE),
            *rows(team="leadership", mode=Mode.NUDGE),
            *rows(5, 5, team=NO_TEAM),
        ],
        "",
    )
    assert month.modes == {NO_TEAM: "observe", "leadership": "nudge", "managers": CHANGED}


def test_the_fewest_people_are_those_of_a_day_on_which_the_team_was_there() -> None:
    found = fewest_people([*rows(1, 5), *rows(6, 6, people=9, there=9), *rows(7, 7, team="new")])
    assert found == {"managers": 9, "new": 12}


def test_a_month_is_as_long_as_its_clocks_make_it() -> None:
    starts, ends = span_of(OCTOBER, LONDON)
    assert (starts.hour, ends.hour) == (23, 0)  # summer time goes in between
    assert ends - starts == timedelta(days=31, hours=1)
    starts, ends = span_of(date(2026, 3, 1), LONDON)
    assert ends - starts == timedelta(days=31) - timedelta(hours=1)


def test_a_team_that_came_went_or_got_another_name_says_when() -> None:
    starts, ends = span_of(OCTOBER, LONDON)
    renamed = datetime(2026, 10, 14, 22, 59, tzinfo=UTC)  # a minute before midnight in London
    found = team_months(
        OCTOBER,
        LONDON,
        [
            Placement(person="ann", team="old", since=None, until=renamed),
            Placement(person="ann", team="new", since=renamed, until=None),
            Placement(person="bob", team="old", since=None, until=starts + timedelta(days=1)),
            Placement(person="cat", team="always", since=starts, until=ends),
            Placement(person="dan", team=NO_TEAM, since=None, until=None),
            Placement(person="eve", team="before", since=None, until=starts),
        ],
    )
    assert found == {
        "old": TeamMonth(name="old", last=date(2026, 10, 14)),
        "new": TeamMonth(name="new", first=date(2026, 10, 14)),
        "always": TeamMonth(name="always"),
    }
