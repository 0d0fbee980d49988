"""The grace of a clash ends in working hours: declining writes to the organiser."""

from datetime import datetime, timedelta

import pytest

from policy_agent.domain.clashes import Grace, grace_of
from tests.domain.meetings import CALENDAR, LONDON, protect


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("told", "over"),
    [
        ("2026-06-09 10:00", "2026-06-10 10:00"),
        ("2026-06-12 15:00", "2026-06-15 08:30"),  # Friday: no answer on Saturday
        ("2026-04-02 10:00", "2026-04-07 08:30"),  # over Good Friday and Easter Monday
        ("2026-06-08 20:00", "2026-06-10 08:30"),  # in the evening: the next morning but one
    ],
)
def test_a_day_of_grace_ends_in_working_hours(told: str, over: str) -> None:
    assert CALENDAR.working_hours is not None
    grace = Grace(lasts=timedelta(days=1), calendar=CALENDAR)
    assert grace.ends(london(told)) == london(over)


def test_a_rule_gives_its_own_grace_and_calendar() -> None:
    rule = protect(grace=timedelta(days=2))
    assert grace_of(rule) == Grace(lasts=timedelta(days=2), calendar=rule.calendar)


def test_without_a_calendar_any_time_will_do() -> None:
    assert Grace(lasts=timedelta(days=1)).ends(london("2026-06-12 15:00")) == london(
        "2026-06-13 15:00"
    )
