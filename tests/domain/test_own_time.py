"""Working days and quiet time of one's own: properties, and the days that make trouble."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.own_time import FARTHEST, OwnTime, release_moment, rests_until
from policy_agent.domain.where import NOWHERE

LONDON = ZoneInfo("Europe/London")
ZONES = st.sampled_from([LONDON, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/St_Johns")])
MORNING = time(8, 30)
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
# Both clock changes of 2026, Christmas and the year's end are among them.
MOMENTS = st.datetimes(
    datetime(2026, 3, 1),  # noqa: DTZ001  the strategy adds the zone
    datetime(2027, 1, 15),  # noqa: DTZ001  the same
    timezones=st.just(UTC),
)
WALL = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
QUIET = st.tuples(WALL, WALL).filter(lambda span: span[0] != span[1])


def calendar(
    days: frozenset[int] = frozenset(range(5)), *holidays: date, zone: ZoneInfo = LONDON
) -> Calendar:
    return Calendar(
        name="service",
        zone=zone,
        working_days=days,
        holidays=dict.fromkeys(holidays, "Holiday"),
        where=NOWHERE,
    )


CALENDARS = st.builds(
    lambda days, holidays, zone: calendar(days, *holidays, zone=zone),
    DAYS,
    st.lists(st.dates(date(2026, 3, 1), date(2027, 1, 31)), max_size=25),
    ZONES,
)


@settings(max_examples=200, deadline=None)
@given(office=CALENDARS, days=st.none() | st.frozensets(st.integers(0, 6)), after=MOMENTS)
def test_mail_comes_back_on_a_day_of_ones_own_or_by_the_calendar(
    office: Calendar, days: frozenset[int] | None, after: datetime
) -> None:
    moment = release_moment(office, days, after, MORNING)
    assert moment > after
    day = moment.astimezone(office.zone).date()
    assert day not in office.holidays
    own = [
        one
        for one in (after.astimezone(office.zone).date() + timedelta(n) for n in range(16))
        if one.weekday() in (days or ()) and one not in office.holidays
        if timedelta() < datetime.combine(one, MORNING, office.zone) - after <= FARTHEST
    ]
    if own:
        assert day == own[0]
    else:
        assert moment == office.next_working_moment(after, MORNING)


def test_part_time_staff_hear_on_their_own_morning_and_never_on_a_holiday() -> None:
    saturday = datetime(2026, 5, 23, 10, tzinfo=LONDON)  # before the bank holiday
    office = calendar(frozenset(range(5)), date(2026, 5, 25))
    for days, expected in [
        ({0, 3}, datetime(2026, 5, 28, 8, 30, tzinfo=LONDON)),
        ({2}, datetime(2026, 5, 27, 8, 30, tzinfo=LONDON)),
        ({5, 6}, datetime(2026, 5, 24, 8, 30, tzinfo=LONDON)),
        (set[int](), datetime(2026, 5, 26, 8, 30, tzinfo=LONDON)),
    ]:
        assert release_moment(office, frozenset(days), saturday, MORNING) == expected


def test_whose_only_day_is_a_holiday_twice_over_hears_with_everybody_else() -> None:
    office = calendar(frozenset(range(5)), date(2026, 12, 25), date(2027, 1, 1))
    friday_evening = datetime(2026, 12, 18, 18, tzinfo=LONDON)
    assert release_moment(office, frozenset({4}), friday_evening, MORNING) == datetime(
        2026, 12, 21, 8, 30, tzinfo=LONDON
    )


def test_whoever_works_on_days_that_never_come_hears_by_the_calendar() -> None:
    sundays = [date(2026, 5, 24) + timedelta(weeks=n) for n in range(60)]
    office = calendar(frozenset(range(5)), *sundays)
    saturday = datetime(2026, 5, 23, 10, tzinfo=LONDON)
    assert release_moment(office, frozenset({6}), saturday, MORNING) == datetime(
        2026, 5, 25, 8, 30, tzinfo=LONDON
    )


@settings(max_examples=100, deadline=None)
@given(days=st.none() | DAYS, quiet=st.none() | QUIET, zone=ZONES, now=MOMENTS)
def test_rest_ends_at_the_first_moment_that_is_neither_a_day_off_nor_quiet(
    days: frozenset[int] | None, quiet: tuple[time, time] | None, zone: ZoneInfo, now: datetime
) -> None:
    own = OwnTime(working_days=days, quiet=quiet)

    def rests(moment: datetime) -> bool:
        local = moment.astimezone(zone)
        if days is not None and local.weekday() not in days:
            return True
        if quiet is None:
            return False
        starts, ends = quiet
        inside = [local.time() >= starts, local.time() < ends]
        return all(inside) if starts < ends else any(inside)

    until = rests_until(own, None, zone, now)
    assert not rests(until)
    moment = now
    while moment < until:
        assert rests(moment)
        moment += timedelta(minutes=30)
    assert until == now or rests(until - timedelta(microseconds=1))


def test_a_quiet_time_may_wrap_midnight_and_ends_on_the_next_working_day() -> None:
    own = OwnTime(working_days=frozenset({0, 2}), quiet=(time(18), time(9)))
    monday_evening = datetime(2026, 6, 1, 19, tzinfo=LONDON)
    assert rests_until(own, None, LONDON, monday_evening) == datetime(2026, 6, 3, 8, tzinfo=UTC)
    wednesday_noon = datetime(2026, 6, 3, 12, tzinfo=LONDON)
    assert rests_until(own, None, LONDON, wednesday_noon) == wednesday_noon


def test_a_quiet_time_inside_the_hour_that_comes_twice_ends() -> None:
    own = OwnTime(quiet=(time(1), time(1, 30)))
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # 01:15, the first time
    second = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 01:15 again
    assert rests_until(own, None, LONDON, first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert rests_until(own, None, LONDON, second) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_own_days_on_which_the_calendar_never_opens_do_not_keep_a_note_for_good() -> None:
    own = OwnTime(working_days=frozenset({5, 6}))
    monday = datetime(2026, 6, 1, 9, tzinfo=UTC)
    assert rests_until(own, calendar(), LONDON, monday) == monday
    saturday = datetime(2026, 6, 5, 23, tzinfo=UTC)  # midnight in London
    assert rests_until(own, calendar(frozenset(range(7))), LONDON, monday) == saturday


@pytest.mark.parametrize(
    ("days", "quiet"),
    [(frozenset[int](), None), (frozenset({7}), None), (None, (time(9), time(9)))],
)
def test_time_of_ones_own_that_leaves_none_is_refused(
    days: frozenset[int] | None, quiet: tuple[time, time] | None
) -> None:
    with pytest.raises(ValueError, match=r"own working days|quiet time"):
        OwnTime(working_days=days, quiet=quiet)
