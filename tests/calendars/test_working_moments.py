"""The next working moment: the mornings people know, and the rule for all others."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.where import NOWHERE
from policy_agent.holidays.kept import SHIPPED

MORNING = time(8, 30)
LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)

# Zones, and days on which each did something to its clocks.
CHANGES = {
    "Europe/London": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Pacific/Apia": (date(2011, 12, 30), date(2020, 9, 27), date(2021, 4, 4)),
    "Asia/Kathmandu": (date(2026, 3, 29),),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/Nuuk": (date(2024, 3, 30), date(2024, 10, 26)),  # jumps over 23:00 to midnight
    "America/St_Johns": (date(2010, 11, 7),),  # from 00:01 back to 23:01 of the day before
}


def office(division: str = "england-and-wales") -> Calendar:
    return Calendar(
        name="service",
        zone=LONDON,
        working_days=frozenset(range(5)),
        holidays=SHIPPED.division(division).days,
        where=NOWHERE,
    )


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("division", "written", "back"),
    [
        pytest.param(
            "england-and-wales", "2026-05-20 22:00", "2026-05-21T08:30:00+01:00", id="weeknight"
        ),
        pytest.param(
            "england-and-wales", "2026-05-16 10:00", "2026-05-18T08:30:00+01:00", id="weekend"
        ),
        pytest.param(
            "england-and-wales",
            "2026-03-28 12:00",
            "2026-03-30T08:30:00+01:00",
            id="clocks-go-forward",
        ),
        pytest.param(
            "england-and-wales",
            "2026-10-24 12:00",
            "2026-10-26T08:30:00+00:00",
            id="clocks-go-back",
        ),
        pytest.param(
            "england-and-wales",
            "2023-08-26 09:00",
            "2023-08-29T08:30:00+01:00",
            id="august-bank-holiday",
        ),
        pytest.param(
            "england-and-wales",
            "2021-12-24 18:00",
            "2021-12-29T08:30:00+00:00",
            id="christmas-on-a-saturday",
        ),
        pytest.param(
            "england-and-wales",
            "2022-12-24 18:00",
            "2022-12-28T08:30:00+00:00",
            id="christmas-on-a-sunday",
        ),
        pytest.param(
            "england-and-wales",
            "2021-12-31 18:00",
            "2022-01-04T08:30:00+00:00",
            id="year-end-with-a-substitute-day",
        ),
        pytest.param(
            "scotland", "2025-12-31 18:00", "2026-01-05T08:30:00+00:00", id="second-of-january"
        ),
        pytest.param(
            "england-and-wales",
            "2022-06-01 20:00",
            "2022-06-06T08:30:00+01:00",
            id="platinum-jubilee",
        ),
        pytest.param(
            "england-and-wales",
            "2022-09-16 18:00",
            "2022-09-20T08:30:00+01:00",
            id="state-funeral",
        ),
        pytest.param(
            "england-and-wales", "2023-05-05 18:00", "2023-05-09T08:30:00+01:00", id="coronation"
        ),
        pytest.param("scotland", "2026-06-13 18:00", "2026-06-16T08:30:00+01:00", id="world-cup"),
        pytest.param(
            "england-and-wales",
            "2026-06-13 18:00",
            "2026-06-15T08:30:00+01:00",
            id="world-cup-is-scotlands-alone",
        ),
    ],
)
def test_it_comes_back_on_the_next_working_morning(division: str, written: str, back: str) -> None:
    assert office(division).next_working_moment(wall(written), MORNING).isoformat() == back


def test_before_the_hour_on_a_working_day_it_is_the_same_day() -> None:
    moment = office().next_working_moment(wall("2026-05-20 08:29:59"), MORNING)
    assert moment == wall("2026-05-20 08:30")


def test_at_the_hour_itself_it_is_the_next_working_day() -> None:
    moment = office().next_working_moment(wall("2026-05-20 08:30"), MORNING)
    assert moment == wall("2026-05-21 08:30")


def test_the_day_is_that_of_the_calendar_not_of_utc() -> None:
    sunday_in_utc = datetime(2026, 5, 17, 23, 30, tzinfo=UTC)  # 00:30 on Monday in London
    assert office().next_working_moment(sunday_in_utc, MORNING) == wall("2026-05-18 08:30")


def test_a_working_sunday_on_which_the_hour_is_jumped_over_moves_by_the_gap() -> None:
    calendar = Calendar(
        name="homes", zone=LONDON, working_days=frozenset(range(7)), holidays={}, where=NOWHERE
    )
    moment = calendar.next_working_moment(wall("2026-03-28 20:00"), time(1, 30))
    assert moment.isoformat() == "2026-03-29T02:30:00+01:00"


def test_the_second_pass_of_the_repeated_hour_waits_for_the_next_day() -> None:
    calendar = Calendar(
        name="homes", zone=LONDON, working_days=frozenset(range(7)), holidays={}, where=NOWHERE
    )
    second_pass = datetime(2026, 10, 25, 1, 15, tzinfo=LONDON, fold=1)
    moment = calendar.next_working_moment(second_pass, time(1, 30))
    assert moment.isoformat() == "2026-10-26T01:30:00+00:00"


def test_the_order_of_asking_changes_nothing() -> None:
    calendar = office()
    asked = ["2026-05-20 22:00", "2026-05-20 07:00", "2026-05-20 08:30", "2026-05-20 08:29"]
    answers = [calendar.next_working_moment(wall(text), MORNING).day for text in asked]
    assert answers == [21, 20, 21, 20]
    assert calendar.next_working_moment(wall("2026-05-20 07:00"), time(9)).hour == 9
    assert calendar == office()


def test_a_calendar_that_was_asked_of_very_many_days_still_answers() -> None:
    calendar = office()
    first = wall("2010-01-02 12:00").astimezone(UTC)
    for number in range(4200):
        moment = calendar.next_working_moment(first + number * DAY, MORNING)
        assert timedelta() < moment - (first + number * DAY) < 6 * DAY


def test_a_day_is_described_with_its_holiday() -> None:
    calendar = office()
    for _ in range(2):
        assert calendar.describe(date(2023, 8, 28)) == "Mon 28 Aug 2023 (Summer bank holiday)"
        assert calendar.describe(date(2023, 8, 29)) == "Tue 29 Aug 2023"


def test_a_calendar_without_a_working_day_says_so() -> None:
    calendar = Calendar(
        name="closed", zone=LONDON, working_days=frozenset(), holidays={}, where=NOWHERE
    )
    with pytest.raises(
        ValueError, match=r"the calendar closed has no working day with 08:30 on it within 400 days"
    ):
        calendar.next_working_moment(wall("2026-05-20 08:30"), MORNING)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a moment needs a zone, got the naive"):
        office().next_working_moment(
            datetime(2026, 5, 20, 8, 30),  # noqa: DTZ001  naive is what it is about
            MORNING,
        )


def by_brute_force(calendar: Calendar, after: datetime, at: time) -> datetime:
    """Look at every minute of every day; nothing here knows how to attach a time to a day."""
    day = after.astimezone(calendar.zone).date()
    while True:
        found = moment_on(calendar.zone, day, at) if calendar.is_working_day(day) else None
        if found is not None and found.astimezone(UTC) > after.astimezone(UTC):
            return found
        day += DAY


def moment_on(zone: ZoneInfo, day: date, at: time) -> datetime | None:
    wanted = datetime.combine(day, at)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    moments = [(noon + n * MINUTE).astimezone(zone) for n in range(-2400, 2400)]
    walls = [moment.replace(tzinfo=None, fold=0) for moment in moments]
    if wanted in walls:
        return moments[walls.index(wanted)]
    jump = next(n for n, shown in enumerate(walls) if shown > wanted)
    moved = wanted + (walls[jump] - walls[jump - 1] - MINUTE)
    return moments[walls.index(moved)] if moved.date() == day else None


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, time]:
    name = draw(st.sampled_from(sorted(CHANGES)))
    change = draw(st.sampled_from(CHANGES[name]))
    start = datetime.combine(change, time(12), tzinfo=UTC)
    after = start + draw(st.integers(min_value=-5 * 24 * 60, max_value=2 * 24 * 60)) * MINUTE
    calendar = Calendar(
        name="any",
        zone=ZoneInfo(name),
        working_days=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))),
        holidays=dict.fromkeys(
            draw(st.sets(st.integers(-3, 6).map(lambda n: change + n * DAY), max_size=5)), "off"
        ),
        where=NOWHERE,
    )
    at = draw(
        st.one_of(
            st.sampled_from([time(), time(0, 30), time(1, 30), time(2, 15), time(23, 30)]),
            st.builds(time, st.integers(0, 23), st.integers(0, 59)),
        )
    )
    return calendar, after, at


def case(zone: str, after: str, at: str, days: str) -> tuple[Calendar, datetime, time]:
    calendar = Calendar(
        name="any",
        zone=ZoneInfo(zone),
        working_days=frozenset(int(day) for day in days),
        holidays={},
        where=NOWHERE,
    )
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    return calendar, moment, time.fromisoformat(at)


@settings(max_examples=150, deadline=None)
@given(cases())
@example(case("Pacific/Apia", "2011-12-29 20:00", "08:30", "4"))  # the Friday that never was
@example(case("America/Nuuk", "2024-03-30 12:00", "23:30", "5"))  # 23:30 falls on the Sunday
@example(case("America/St_Johns", "2010-11-07 02:30:30", "00:00", "0123456"))
@example(case("Australia/Lord_Howe", "2026-10-03 12:00", "02:15", "6"))
def test_it_is_what_looking_at_every_minute_finds(
    made: tuple[Calendar, datetime, time],
) -> None:
    calendar, after, at = made
    moment = calendar.next_working_moment(after, at)
    found = by_brute_force(calendar, after, at)
    assert moment.isoformat() == found.isoformat()
    assert moment.tzinfo is calendar.zone
    assert moment == calendar.next_working_moment(after, at)  # what it remembers is the same
    assert calendar.is_working_day(moment.date())
    assert moment.astimezone(UTC) > after
