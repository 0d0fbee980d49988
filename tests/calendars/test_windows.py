"""Windows: which days, which hours, which weeks."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.where import NOWHERE
from policy_agent.domain.windows import Occurrence, Window
from policy_agent.holidays.kept import SHIPPED

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NIGHT = (time(22), time(6))

Days = Literal["working", "non-working", "all"] | frozenset[int]


def office(zone: ZoneInfo = LONDON) -> Calendar:
    return Calendar(
        name="service",
        zone=zone,
        working_days=frozenset(range(5)),
        holidays=SHIPPED.division("england-and-wales").days,
        where=NOWHERE,
    )


def window(
    days: Days,
    span: tuple[time, time] | None = None,
    *,
    every: int = 1,
    starting: date | None = None,
    zone: ZoneInfo = LONDON,
) -> Window:
    return Window(
        name="any",
        calendar=office(zone),
        days=days,
        time=span,
        every_weeks=every,
        starting=starting,
        where=NOWHERE,
    )


def wall(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold)


def day_at(asked: Window, text: str) -> str | None:
    occurrence = asked.occurrence_at(wall(text))
    return None if occurrence is None else occurrence.day.isoformat()


def test_rest_days_are_half_open_from_midnight_to_midnight() -> None:
    rest = window("non-working")
    assert day_at(rest, "2026-05-22 23:59:59.999999") is None
    assert day_at(rest, "2026-05-23 00:00") == "2026-05-23"
    assert day_at(rest, "2026-05-24 00:00") == "2026-05-24"
    assert day_at(rest, "2026-05-25 23:59:59") == "2026-05-25"  # the spring bank holiday
    assert day_at(rest, "2026-05-26 00:00") is None


def test_lunch_is_on_working_days_only() -> None:
    lunch = window("working", (time(12, 30), time(13)))
    assert day_at(lunch, "2026-05-22 12:29:59") is None
    assert day_at(lunch, "2026-05-22 12:30") == "2026-05-22"
    assert day_at(lunch, "2026-05-22 13:00") is None
    assert day_at(lunch, "2026-05-25 12:45") is None  # the spring bank holiday


def test_the_instant_may_come_in_any_zone() -> None:
    lunch = window("working", (time(12, 30), time(13)))
    occurrence = lunch.occurrence_at(datetime(2026, 5, 22, 11, 45, tzinfo=UTC))
    assert occurrence == Occurrence(
        day=date(2026, 5, 22), starts=wall("2026-05-22 12:30"), ends=wall("2026-05-22 13:00")
    )


def test_a_night_belongs_to_the_day_on_which_it_starts() -> None:
    friday_night = window(frozenset({4}), NIGHT)
    assert day_at(friday_night, "2026-05-22 21:59") is None
    assert day_at(friday_night, "2026-05-22 22:00") == "2026-05-22"
    assert day_at(friday_night, "2026-05-23 05:59") == "2026-05-22"
    assert day_at(friday_night, "2026-05-23 06:00") is None
    assert day_at(friday_night, "2026-05-22 05:00") is None


def test_the_night_before_a_bank_holiday_reaches_into_it() -> None:
    nights = window("working", NIGHT)
    assert day_at(nights, "2026-05-25 03:00") is None  # Sunday's night, and Sunday is free
    assert day_at(nights, "2026-05-27 03:00") == "2026-05-26"
    assert day_at(nights, "2025-12-25 03:00") == "2025-12-24"


def test_an_end_at_midnight_is_the_end_of_the_day() -> None:
    evening = window("all", (time(18), time(0)))
    assert day_at(evening, "2026-12-31 23:59:59") == "2026-12-31"
    assert day_at(evening, "2027-01-01 00:00") is None


def test_a_holiday_wednesday_is_a_wednesday_still() -> None:
    assert day_at(window(frozenset({2})), "2024-12-25 12:00") == "2024-12-25"


def test_a_night_in_which_clocks_change_is_as_long_as_it_is() -> None:
    nights = window("all", NIGHT)
    for day, hours in ((date(2026, 3, 28), 7), (date(2026, 10, 24), 9)):
        (night,) = nights.occurrences(day, day)
        assert night.ends.astimezone(UTC) - night.starts.astimezone(UTC) == timedelta(hours=hours)


def test_a_repeated_hour_is_decided_by_its_instants() -> None:
    small_hours = window("all", (time(1), time(1, 30)))
    assert small_hours.occurrence_at(wall("2026-10-25 01:15")) is not None
    assert small_hours.occurrence_at(wall("2026-10-25 01:15", fold=1)) is None
    until_two = window("all", (time(1, 30), time(2)))
    assert until_two.occurrence_at(wall("2026-10-25 01:15")) is None
    assert until_two.occurrence_at(wall("2026-10-25 01:15", fold=1)) is not None


def test_a_span_inside_the_gap_comes_when_the_gap_is_over() -> None:
    (occurrence,) = window("all", (time(1, 15), time(1, 45))).occurrences(
        date(2026, 3, 29), date(2026, 3, 29)
    )
    assert occurrence.starts.isoformat() == "2026-03-29T02:15:00+01:00"
    assert occurrence.ends.isoformat() == "2026-03-29T02:45:00+01:00"


def test_a_span_that_the_gap_swallows_does_not_come() -> None:
    # 01:45 moves to 02:45, and 02:15 is before it.
    span = window("all", (time(1, 45), time(2, 15)))
    assert list(span.occurrences(date(2026, 3, 29), date(2026, 3, 29))) == []
    assert day_at(span, "2026-03-29 02:30") is None
    # 01:30 moves to 02:30, where it would end.
    empty = window("all", (time(1, 30), time(2, 30)))
    assert list(empty.occurrences(date(2026, 3, 29), date(2026, 3, 29))) == []


def test_a_day_that_a_zone_skipped_has_no_window() -> None:
    lunch = window("all", (time(12, 30), time(13)), zone=ZoneInfo("Pacific/Apia"))
    days = [o.day.day for o in lunch.occurrences(date(2011, 12, 28), date(2012, 1, 1))]
    assert days == [28, 29, 31, 1]


def test_a_fortnight_counts_from_the_week_of_its_start() -> None:
    focus = window(frozenset({2}), every=2, starting=date(2026, 1, 7))
    days = [o.day.isoformat() for o in focus.occurrences(date(2025, 12, 1), date(2026, 2, 10))]
    assert days == ["2026-01-07", "2026-01-21", "2026-02-04"]


def test_nothing_comes_round_before_its_start() -> None:
    focus = window(frozenset({0, 2}), every=2, starting=date(2026, 1, 7))
    assert day_at(focus, "2025-12-24 12:00") is None  # a fortnight before
    assert day_at(focus, "2026-01-05 12:00") is None  # the Monday of the very week
    assert day_at(focus, "2026-01-07 12:00") == "2026-01-07"


def test_the_start_may_be_another_weekday_than_the_windows() -> None:
    focus = window(frozenset({2}), every=2, starting=date(2026, 1, 5))  # a Monday
    assert day_at(focus, "2026-01-07 12:00") == "2026-01-07"
    late = window(frozenset({2}), every=2, starting=date(2026, 1, 9))  # a Friday
    assert day_at(late, "2026-01-07 12:00") is None
    assert day_at(late, "2026-01-14 12:00") is None
    assert day_at(late, "2026-01-21 12:00") == "2026-01-21"


def test_fortnights_do_not_trip_over_a_year_of_53_weeks() -> None:
    focus = window(frozenset({2}), every=2, starting=date(2026, 1, 7))
    days = [o.day.isoformat() for o in focus.occurrences(date(2026, 12, 10), date(2027, 1, 31))]
    assert days == ["2026-12-23", "2027-01-06", "2027-01-20"]


def test_a_night_of_a_fortnight_reaches_into_the_week_between() -> None:
    nights = window(frozenset({6}), NIGHT, every=2, starting=date(2026, 1, 4))
    assert day_at(nights, "2026-01-05 03:00") == "2026-01-04"
    assert day_at(nights, "2026-01-12 03:00") is None


def test_a_fortnight_without_a_start_is_refused() -> None:
    with pytest.raises(ValueError, match=r"every 2 weeks needs a day to count from"):
        window(frozenset({2}), every=2)


def test_a_window_every_zero_weeks_is_refused() -> None:
    with pytest.raises(ValueError, match=r"every 1 week or more, got 0"):
        window(frozenset({2}), every=0)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a moment needs a zone, got the naive"):
        window("all").occurrence_at(
            datetime(2026, 5, 22, 12)  # noqa: DTZ001  naive is what it is about
        )


def test_what_a_window_remembers_is_no_part_of_it() -> None:
    asked, fresh = window("working"), window("working")
    assert day_at(asked, "2026-05-22 12:00") == "2026-05-22"
    assert asked == fresh
    assert repr(asked) == repr(fresh)


def test_a_window_that_was_asked_of_very_many_days_still_answers() -> None:
    rest = window("non-working")
    first = wall("2010-01-02 12:00").astimezone(UTC)
    weekends = sum(rest.occurrence_at(first + n * 7 * DAY) is not None for n in range(700))
    days = sum(rest.occurrence_at(first + n * DAY) is not None for n in range(4200))
    assert weekends == 700
    assert days > 4200 * 2 // 7


# Zones, and a day on which each did something to its clocks.
CHANGES = (
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/London", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Asia/Kathmandu", date(2026, 3, 29)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Nuuk", date(2024, 3, 30)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/St_Johns", date(2010, 11, 7)),
)


class Minutes:
    """Every minute for days around a date, and what the wall clock shows in each."""

    def __init__(self, zone: ZoneInfo, around: date) -> None:
        noon = datetime.combine(around, time(12), tzinfo=UTC)
        self.instants = [noon + n * MINUTE for n in range(-7 * 1440, 7 * 1440)]
        self.walls = [m.astimezone(zone).replace(tzinfo=None, fold=0) for m in self.instants]
        self.first: dict[datetime, datetime] = {}
        for instant, shown in zip(self.instants, self.walls, strict=True):
            self.first.setdefault(shown, instant)
        self.days = {shown.date() for shown in self.walls}

    def showing(self, day: date, at: time) -> datetime:
        wanted = datetime.combine(day, at)
        if wanted not in self.first:
            jump = next(n for n, shown in enumerate(self.walls) if shown > wanted)
            wanted += self.walls[jump] - self.walls[jump - 1] - MINUTE
        return self.first[wanted]

    def inside(self, asked: Window, day: date) -> tuple[datetime, datetime] | None:
        """Return the span of the window that starts on a day, in UTC."""
        if day not in self.days or not comes_on(asked, day):
            return None
        start, end = asked.time or (time(), time())
        starts = self.showing(day, start)
        ends = self.showing(day if end > start else day + DAY, end)
        return (starts, ends) if starts < ends else None


def comes_on(asked: Window, day: date) -> bool:
    if asked.starting is not None:
        week = (day.toordinal() - 1) // 7 - (asked.starting.toordinal() - 1) // 7
        if day < asked.starting or week % asked.every_weeks != 0:
            return False
    if asked.days == "all":
        return True
    if isinstance(asked.days, frozenset):
        return day.weekday() in asked.days
    return asked.calendar.is_working_day(day) == (asked.days == "working")


HOURS = st.one_of(
    st.sampled_from(
        [time(), time(0, 30), time(1), time(1, 30), time(2), time(2, 15), time(23, 30)]
    ),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
)


@settings(max_examples=60, deadline=None)
@given(
    change=st.sampled_from(CHANGES),
    days=st.one_of(
        st.sampled_from(["working", "non-working", "all"]),
        st.frozensets(st.integers(0, 6), min_size=1),
    ),
    span=st.one_of(st.none(), st.tuples(HOURS, HOURS)),
    every=st.integers(1, 3),
    back=st.integers(0, 40),
)
@example(change=CHANGES[2], days=frozenset({6}), span=(time(23, 30), time(23)), every=1, back=40)
@example(change=CHANGES[4], days="all", span=NIGHT, every=1, back=40)
@example(change=CHANGES[4], days="all", span=None, every=1, back=40)
@example(change=CHANGES[8], days="all", span=(time(23, 15), time(23, 45)), every=1, back=40)
@example(change=CHANGES[9], days="all", span=None, every=1, back=40)
@example(change=CHANGES[10], days="all", span=None, every=1, back=40)
def test_it_is_what_looking_at_every_minute_finds(
    change: tuple[str, date],
    days: Days,
    span: tuple[time, time] | None,
    every: int,
    back: int,
) -> None:
    zone, day = ZoneInfo(change[0]), change[1]
    asked = window(days, span, every=every, starting=day - back * DAY, zone=zone)
    minutes = Minutes(zone, day)
    spans = [
        (found, near)
        for near in (day + n * DAY for n in range(-5, 6))
        if (found := minutes.inside(asked, near)) is not None
    ]
    for instant in minutes.instants[4 * 1440 : -4 * 1440]:
        expected = next((day for (starts, ends), day in spans if starts <= instant < ends), None)
        occurrence = asked.occurrence_at(instant)
        assert (None if occurrence is None else occurrence.day) == expected, instant
    for occurrence in asked.occurrences(day - 5 * DAY, day + 5 * DAY):
        said = (occurrence.starts.astimezone(UTC), occurrence.ends.astimezone(UTC))
        assert (said, occurrence.day) in spans
    assert len(list(asked.occurrences(day - 5 * DAY, day + 5 * DAY))) == len(spans)
