"""Which list is taken: the last good copy of a feed, or the one that ships."""

from datetime import date

import pytest

from policy_agent.holidays.kept import SHIPPED, KeptHolidays, ShippedHolidays
from policy_agent.holidays.source import DIVISIONS, HolidaySource, list_of
from policy_agent.holidays.write import write_calendar


def kept_text(division: str, days: dict[date, str]) -> str:
    return write_calendar(list_of(division, days))


def test_without_kept_copies_it_has_what_ships() -> None:
    holidays = KeptHolidays.of({})
    assert holidays.divisions == DIVISIONS
    assert holidays.problems == ()
    assert all(holidays.division(name) == SHIPPED.division(name) for name in DIVISIONS)


def test_a_kept_copy_goes_before_the_shipped_one() -> None:
    shipped = SHIPPED.division("scotland")
    days = {**shipped.days, date(2027, 7, 1): "One-off bank holiday"}
    holidays = KeptHolidays.of({"scotland": kept_text("scotland", days)})
    assert holidays.division("scotland").days == dict(sorted(days.items()))
    assert holidays.division("england-and-wales") == SHIPPED.division("england-and-wales")


def test_a_day_that_the_kept_copy_moved_stays_moved() -> None:
    days = dict(SHIPPED.division("scotland").days)
    days[date(2027, 5, 7)] = days.pop(date(2027, 5, 3))
    holidays = KeptHolidays.of({"scotland": kept_text("scotland", days)})
    assert date(2027, 5, 3) not in holidays.division("scotland").days


def test_a_kept_copy_that_does_not_read_is_reported_and_what_ships_stands_in() -> None:
    holidays = KeptHolidays.of({"scotland": "<html>"})
    assert holidays.division("scotland") == SHIPPED.division("scotland")
    (problem,) = holidays.problems
    assert problem == (
        "the kept holidays of scotland do not read, so the shipped ones are used: "
        "it is not a calendar; an .ics file begins with BEGIN:VCALENDAR"
    )


def test_years_that_only_the_shipped_copy_knows_are_added() -> None:
    old = {day: name for day, name in SHIPPED.division("scotland").days.items() if day.year < 2027}
    holidays = KeptHolidays.of({"scotland": kept_text("scotland", old)})
    assert holidays.division("scotland") == SHIPPED.division("scotland")


def test_a_division_that_nobody_ships_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="wales"):
        KeptHolidays.of({"wales": "<html>"}).division("wales")


def test_both_are_holiday_sources() -> None:
    sources: tuple[HolidaySource, ...] = (ShippedHolidays(), KeptHolidays.of({}))
    assert {source.division("scotland").name for source in sources} == {"scotland"}
