"""Wall clocks to instants, where the clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from policy_agent.domain.walltime import as_instant, attach

LONDON = ZoneInfo("Europe/London")


def test_a_time_that_does_not_exist_moves_forward_by_the_gap() -> None:
    moment = attach(date(2026, 3, 29), time(1, 30), LONDON)
    assert moment.isoformat() == "2026-03-29T02:30:00+01:00"


def test_a_gap_of_half_an_hour_moves_by_half_an_hour() -> None:
    moment = attach(date(2026, 10, 4), time(2, 15), ZoneInfo("Australia/Lord_Howe"))
    assert moment.isoformat() == "2026-10-04T02:45:00+11:00"


def test_a_time_that_comes_twice_is_the_first() -> None:
    moment = attach(date(2026, 10, 25), time(1, 30), LONDON)
    assert moment.isoformat() == "2026-10-25T01:30:00+01:00"
    assert moment.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_asking_for_the_second_of_a_time_that_comes_twice_gives_the_first_too() -> None:
    moment = attach(date(2026, 10, 25), time(1, 30, fold=1), LONDON)
    assert moment.isoformat() == "2026-10-25T01:30:00+01:00"


def test_midnight_on_a_night_whose_midnight_was_jumped_over_is_one_o_clock() -> None:
    moment = attach(date(2018, 11, 4), time(), ZoneInfo("America/Sao_Paulo"))
    assert moment.isoformat() == "2018-11-04T01:00:00-02:00"


def test_a_day_that_was_skipped_lands_on_the_next() -> None:
    moment = attach(date(2011, 12, 30), time(8, 30), ZoneInfo("Pacific/Apia"))
    assert moment.isoformat() == "2011-12-31T08:30:00+14:00"


def test_a_time_with_a_zone_of_its_own_is_no_wall_clock() -> None:
    with pytest.raises(ValueError, match=r"a wall clock's time has no zone of its own"):
        attach(date(2026, 1, 1), time(8, 30, tzinfo=UTC), LONDON)


def test_a_naive_moment_is_no_instant() -> None:
    with pytest.raises(ValueError, match=r"a moment needs a zone, got the naive"):
        as_instant(datetime(2026, 1, 1, 8, 30))  # noqa: DTZ001  naive is what it is about


def test_the_two_passes_of_a_repeated_hour_are_an_hour_apart() -> None:
    first = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
    second = first.replace(fold=1)
    assert (as_instant(second) - as_instant(first)).total_seconds() == 3600
