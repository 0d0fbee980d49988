"""What a newly served list may change, as GOV.UK really changed its own, and as feeds break."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from policy_agent.holidays.changes import accept
from policy_agent.holidays.kept import SHIPPED
from policy_agent.holidays.read import HolidayProblem
from policy_agent.holidays.source import HolidayList, list_of

TODAY = date(2026, 11, 22)
ENGLAND = SHIPPED.division("england-and-wales")


def changed(
    holidays: HolidayList,
    *,
    without: tuple[date, ...] = (),
    and_also: dict[date, str] | None = None,
    since: int = 0,
) -> HolidayList:
    days = {
        day: name for day, name in holidays.days.items() if day not in without and day.year >= since
    }
    return list_of(holidays.name, days | (and_also or {}))


def refused(served: HolidayList, known: HolidayList = ENGLAND, today: date = TODAY) -> str:
    with pytest.raises(HolidayProblem) as caught:
        accept(served, known, today)
    return str(caught.value)


def test_the_same_list_is_no_news() -> None:
    accepted = accept(ENGLAND, ENGLAND, TODAY)
    assert accepted.holidays == ENGLAND
    assert accepted.news == ()


def test_a_day_added_on_short_notice_is_taken() -> None:
    coronation = {date(2023, 5, 8): "Coronation"}
    known = changed(ENGLAND, without=(date(2023, 5, 8),))
    accepted = accept(changed(known, and_also=coronation), known, date(2022, 11, 6))
    assert date(2023, 5, 8) in accepted.holidays.days
    assert accepted.news == ("2023-05-08 (Coronation) came",)


def test_scotlands_world_cup_day_reaches_a_stale_copy() -> None:
    path = Path(__file__).parent / "data/stale-bank-holidays.json"
    events = json.loads(path.read_bytes())["scotland"]["events"]
    stale = list_of("scotland", {date.fromisoformat(e["date"]): e["title"] for e in events})
    assert date(2026, 6, 15) not in stale.days
    accepted = accept(SHIPPED.division("scotland"), stale, date(2026, 2, 26))
    assert date(2026, 6, 15) in accepted.holidays.days
    assert date(2012, 1, 2) in accepted.holidays.days  # GOV.UK shows no 2012 any more
    assert accepted.news == (
        f"2026-06-15 ({SHIPPED.division('scotland').days[date(2026, 6, 15)]}) came",
    )


def test_a_new_year_is_news_in_a_line() -> None:
    known = list_of("x", {d: n for d, n in ENGLAND.days.items() if d.year < 2028})
    assert accept(ENGLAND, known, TODAY).news == ("2028 is new, with 8 holidays",)


def test_past_years_that_are_served_no_more_are_kept() -> None:
    accepted = accept(changed(ENGLAND, since=2024), ENGLAND, TODAY)  # as in August 2025
    assert accepted.holidays == ENGLAND
    assert accepted.news == ()


def test_past_years_that_are_served_again_are_taken() -> None:
    accepted = accept(ENGLAND, changed(ENGLAND, since=2024), TODAY)  # as in January 2026
    assert accepted.holidays == ENGLAND


def test_a_day_that_moves_within_its_year_is_taken_and_told() -> None:
    served = changed(
        ENGLAND,
        without=(date(2027, 5, 3),),
        and_also={date(2027, 5, 7): "Early May bank holiday (VE day)"},
    )
    accepted = accept(served, ENGLAND, TODAY)
    assert date(2027, 5, 3) not in accepted.holidays.days
    (news,) = accepted.news
    assert news == (
        "2027-05-03 (Early May bank holiday) moved,"
        " and 2027-05-07 (Early May bank holiday (VE day)) came"
    )


def test_a_day_of_this_year_that_moves_is_not_kept_beside_the_new_one() -> None:
    served = changed(
        ENGLAND, without=(date(2026, 12, 28),), and_also={date(2026, 12, 29): "Boxing Day"}
    )
    assert date(2026, 12, 28) not in accept(served, ENGLAND, TODAY).holidays.days


def test_two_days_of_a_year_may_move_and_three_may_not() -> None:
    old = (date(2027, 5, 3), date(2027, 5, 31), date(2027, 8, 30))
    new = {day + timedelta(days=1): "Moved" for day in old}
    two = {day: new[day] for day in sorted(new)[:2]}
    assert accept(changed(ENGLAND, without=old[:2], and_also=two), ENGLAND, TODAY).news != ()
    assert refused(changed(ENGLAND, without=old, and_also=new)).startswith("2027 would move 3 days")


def test_a_moved_day_and_a_new_one_beside_it_are_taken() -> None:
    """As in 2022: the spring bank holiday moved to Thursday, and the Jubilee came on Friday."""
    before = changed(
        ENGLAND,
        without=(date(2022, 6, 2), date(2022, 6, 3)),
        and_also={date(2022, 5, 30): "Spring bank holiday"},
    )
    accepted = accept(ENGLAND, before, date(2020, 11, 12))
    assert accepted.holidays == ENGLAND
    assert accepted.news[0].startswith("2022-05-30 (Spring bank holiday) moved, and 2022-06-02")


def test_another_name_is_told() -> None:
    served = changed(ENGLAND, and_also={date(2027, 5, 3): "May Day"})
    assert accept(served, ENGLAND, TODAY).news == (
        "2027-05-03 (Early May bank holiday) is called May Day now",
    )


def test_a_coming_day_that_vanishes_is_refused() -> None:
    assert refused(changed(ENGLAND, without=(date(2027, 5, 3),))) == (
        "2027 would lose 2027-05-03 (Early May bank holiday)"
    )


def test_a_past_day_of_this_year_that_vanishes_is_refused() -> None:
    assert refused(changed(ENGLAND, without=(date(2026, 1, 1),))) == (
        f"2026 would lose 2026-01-01 ({ENGLAND.days[date(2026, 1, 1)]})"
    )


def test_a_day_of_last_year_that_vanishes_is_kept() -> None:
    served = changed(ENGLAND, without=(date(2025, 12, 26),))
    assert accept(served, ENGLAND, TODAY).holidays == ENGLAND


def test_a_new_year_does_not_make_up_for_a_lost_day() -> None:
    served = changed(
        ENGLAND,
        without=(date(2027, 5, 3),),
        and_also={date(2029, 1, n): "More" for n in range(1, 9)},
    )
    assert refused(served) == "2027 would lose 2027-05-03 (Early May bank holiday)"


def test_every_poorer_year_is_said() -> None:
    served = changed(ENGLAND, without=(date(2027, 5, 3), date(2028, 5, 1)))
    assert refused(served) == (
        "2027 would lose 2027-05-03 (Early May bank holiday); "
        "2028 would lose 2028-05-01 (Early May bank holiday)"
    )


def test_a_year_that_slipped_by_a_day_is_refused() -> None:
    slipped = list_of("x", {day + timedelta(days=1): name for day, name in ENGLAND.days.items()})
    assert refused(slipped).startswith("2026 would move 8 days, 2026-01-01 (New")


def test_a_year_full_of_holidays_is_refused() -> None:
    full = {date(2027, 7, n): "Off" for n in range(1, 32)}
    assert refused(changed(ENGLAND, and_also=full)) == (
        "2027 would have 39 holidays, and 20 is the most"
    )
