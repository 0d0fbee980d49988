"""The days of series, against python-dateutil and by example."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_agent.sandbox.recurrence import first_day, occurrence_days, read_recurrence
from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.zones import instant_of, zone
from tests.sandbox import expander

WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
KINDS = (
    "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly",
)  # fmt: skip
# Northern, southern, a change of half an hour, and one that lost a whole day (2011-12-30).
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia")
# python-dateutil knows no clock changes from 2038 on.
LAST_YEAR = 2036
TIMES = st.sampled_from([time(0, 0), time(0, 30), time(1, 30), time(2, 0), time(2, 30),
                         time(3, 15), time(12, 30), time(23, 45)])  # fmt: skip
DAYS_OF_WEEK = st.lists(st.sampled_from(WEEK), min_size=1, max_size=7, unique=True)


@st.composite
def recurrences(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Return a recurrence of a type, with any range and start, often at the end of a month."""
    start = draw(
        st.dates(date(2001, 1, 1), date(LAST_YEAR - 1, 12, 31))
        | st.sampled_from([date(2024, 2, 29), date(2023, 1, 31), date(2010, 12, 31)])
    )
    pattern: dict[str, Any] = {"type": kind, "interval": draw(st.integers(1, 13))}
    if kind == "weekly":
        pattern["firstDayOfWeek"] = draw(st.sampled_from(WEEK))
    if kind == "weekly" or kind.startswith("relative"):
        pattern["daysOfWeek"] = draw(DAYS_OF_WEEK)
    if kind.startswith("relative"):
        pattern["index"] = draw(st.sampled_from(["first", "second", "third", "fourth", "last"]))
    if kind.startswith("absolute"):
        pattern["dayOfMonth"] = draw(st.integers(1, 31) | st.integers(28, 31))
    if kind.endswith("Yearly"):
        pattern["month"] = draw(st.integers(1, 12))
    span: dict[str, Any] = {"startDate": start.isoformat()}
    span["type"] = draw(st.sampled_from(["noEnd", "endDate", "numbered"]))
    if span["type"] == "endDate":
        length = draw(st.integers(0, 60) | st.integers(0, 9000))
        span["endDate"] = (start + timedelta(days=length)).isoformat()
    if span["type"] == "numbered":
        span["numberOfOccurrences"] = draw(st.integers(1, 12) | st.integers(1, 2500))
    return {"pattern": pattern, "range": span}


@st.composite
def windows(draw: st.DrawFn) -> tuple[date, date]:
    """Return two whole years, which hold the clock changes of both, or a few days."""
    first = draw(st.dates(date(2001, 1, 1), date(LAST_YEAR - 1, 1, 1)))
    length = draw(st.sampled_from([730, 91, 6, 0]))
    return first, first + timedelta(days=length)


@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_occurrences_are_those_of_dateutil(kind: str, zone_name: str, data: st.DataObject) -> None:
    given_, at = data.draw(recurrences(kind)), data.draw(TIMES)
    spans = [data.draw(windows())]
    start = date.fromisoformat(given_["range"]["startDate"])
    spans.append((start - timedelta(days=1), start + timedelta(days=730)))
    end = given_["range"].get("endDate")
    if end is not None and not expander.days(given_, start, date.fromisoformat(end)):
        with pytest.raises(GraphError, match="ErrorRecurrenceHasNoOccurrence"):
            read_recurrence(given_, start_day=start)
        return
    read = read_recurrence(given_, start_day=start)
    for first, last in spans:
        days = list(occurrence_days(read, first, last))
        found = [instant_of(day, at, zone(zone_name)) for day in days]
        assert found == expander.instants(given_, at, zone_name, first, last), expander.rule(given_)
    first_one = first_day(read)
    assert first_one is not None
    assert expander.days(given_, start, first_one) == [first_one]


def series(start: str, pattern: dict[str, Any], **span: Any) -> dict[str, Any]:
    """Return a recurrence as the tenant reads it, without an end unless the range has one."""
    return read_recurrence(
        {
            "pattern": {"interval": 1, **pattern},
            "range": {"type": "noEnd", "startDate": start, **span},
        },
        start_day=date.fromisoformat(start),
        zone_name="GMT Standard Time",
    )


def days_of(recurrence: dict[str, Any], first: str, last: str) -> list[str]:
    found = occurrence_days(recurrence, date.fromisoformat(first), date.fromisoformat(last))
    return [day.isoformat() for day in found]


def test_a_month_without_the_day_has_it_on_its_last() -> None:
    monthly = series("2026-01-31", {"type": "absoluteMonthly", "dayOfMonth": 31})
    assert days_of(monthly, "2026-01-01", "2026-04-30") == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip


def test_the_29th_of_february_is_the_28th_in_common_years() -> None:
    yearly = series("2024-02-29", {"type": "absoluteYearly", "dayOfMonth": 29, "month": 2})
    assert days_of(yearly, "2024-01-01", "2028-12-31") == [
        "2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29",
    ]  # fmt: skip


def test_several_days_of_the_week_count_together() -> None:
    weekdays = list(WEEK[1:6])
    last = series(
        "2026-05-01", {"type": "relativeMonthly", "daysOfWeek": weekdays, "index": "last"}
    )
    assert days_of(last, "2026-05-01", "2026-08-31") == [
        "2026-05-29", "2026-06-30", "2026-07-31", "2026-08-31",
    ]  # fmt: skip
    second = series(
        "2026-05-01",
        {"type": "relativeMonthly", "daysOfWeek": ["thursday", "friday"], "index": "second"},
    )
    assert days_of(second, "2026-05-01", "2026-06-30") == ["2026-05-07", "2026-06-05"]


@pytest.mark.parametrize(
    ("first", "days"),
    [
        ("sunday", ["2026-01-06", "2026-01-18", "2026-01-20", "2026-02-01"]),
        ("monday", ["2026-01-06", "2026-01-11", "2026-01-20", "2026-01-25"]),
    ],
)
def test_the_first_day_of_the_week_decides_which_weeks_of_a_fortnight_count(
    first: str, days: list[str]
) -> None:
    fortnightly = series(
        "2026-01-06",
        {
            "type": "weekly",
            "interval": 2,
            "daysOfWeek": ["sunday", "tuesday"],
            "firstDayOfWeek": first,
        },
    )
    assert days_of(fortnightly, "2026-01-01", "2026-02-01") == days


def test_a_start_off_the_pattern_moves_to_the_first_day_that_matches() -> None:
    """Google and Outlook count the fortnight from the start's own week (dmfs/lib-recur 73)."""
    fortnightly = series("2020-04-04", {"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday"]})
    assert first_day(fortnightly) == date(2020, 4, 14)
    assert days_of(fortnightly, "2020-04-01", "2020-04-30") == ["2020-04-14", "2020-04-28"]
    monthly = series("2026-01-20", {"type": "absoluteMonthly", "interval": 3, "dayOfMonth": 7})
    assert first_day(monthly) == date(2026, 4, 7)
    assert monthly["range"]["startDate"] == "2026-04-07"


def test_a_numbered_range_counts_only_days_from_the_start_on() -> None:
    numbered = series(
        "2026-01-07",
        {"type": "weekly", "daysOfWeek": ["monday", "wednesday", "friday"]},
        type="numbered",
        numberOfOccurrences=4,
    )
    assert days_of(numbered, "2025-12-01", "2026-12-31") == [
        "2026-01-07", "2026-01-09", "2026-01-12", "2026-01-14",
    ]  # fmt: skip


def test_the_end_date_is_a_day_of_the_series() -> None:
    ended = series("2026-01-07", {"type": "daily"}, type="endDate", endDate="2026-01-09")
    assert days_of(ended, "2026-01-01", "2026-01-31") == ["2026-01-07", "2026-01-08", "2026-01-09"]


def test_a_series_without_an_end_goes_on_for_as_long_as_outlook_counts() -> None:
    daily = series("1998-06-01", {"type": "daily", "interval": 2_147_483_647})
    assert days_of(daily, "1990-01-01", "9999-12-31") == ["1998-06-01"]
    many = series(
        "1998-06-01", {"type": "daily"}, type="numbered", numberOfOccurrences=2_147_483_647
    )
    assert days_of(many, "4500-08-31", "9999-12-31") == ["4500-08-31", "4500-09-01"]


def test_a_window_before_or_after_the_series_is_empty() -> None:
    ended = series("2026-01-07", {"type": "daily"}, type="numbered", numberOfOccurrences=2)
    assert days_of(ended, "2025-01-01", "2026-01-06") == []
    assert days_of(ended, "2026-01-09", "2027-01-01") == []
    assert days_of(ended, "2026-01-08", "2026-01-07") == []


def test_an_occurrence_in_the_gap_of_spring_moves_forward_and_the_first_of_autumn_counts() -> None:
    london = zone("GMT Standard Time")
    assert instant_of(date(2026, 3, 29), time(1, 30), london) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )
    assert instant_of(date(2026, 10, 25), time(1, 30), london) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    half = zone("Australia/Lord_Howe")
    forward = instant_of(date(2026, 10, 4), time(2, 15), half)
    assert forward.astimezone(half).time() == time(2, 45)


def test_the_day_that_samoa_never_had_is_the_day_after_it() -> None:
    apia = zone("Samoa Standard Time")
    daily = series("2011-12-29", {"type": "daily"}, type="numbered", numberOfOccurrences=3)
    days = list(occurrence_days(daily, date(2011, 12, 1), date(2011, 12, 31)))
    found = [instant_of(day, time(12, 30), apia) for day in days]
    assert found == expander.instants(
        daily, time(12, 30), "Pacific/Apia", date(2011, 12, 1), date(2011, 12, 31)
    )
    assert [at.astimezone(apia).day for at in found] == [29, 31, 31]


def test_a_recurrence_is_answered_with_what_it_left_out() -> None:
    given_ = {
        "pattern": {"type": "Weekly", "interval": 1, "daysOfWeek": ["Monday", "monday"]},
        "range": {"type": "NOEND", "startDate": "2026-01-05"},
    }
    found = read_recurrence(given_, start_day=date(2026, 1, 5), zone_name="GMT Standard Time")
    assert found == {
        "pattern": {
            "type": "weekly",
            "interval": 1,
            "month": 0,
            "dayOfMonth": 0,
            "daysOfWeek": ["monday"],
            "firstDayOfWeek": "sunday",
            "index": "first",
        },
        "range": {
            "type": "noEnd",
            "startDate": "2026-01-05",
            "endDate": "0001-01-01",
            "recurrenceTimeZone": "GMT Standard Time",
            "numberOfOccurrences": 0,
        },
    }


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_was_answered_can_be_sent_back(kind: str, data: st.DataObject) -> None:
    given_ = data.draw(recurrences(kind))
    given_["range"].update(type="noEnd", endDate=None, numberOfOccurrences=0)
    start = date.fromisoformat(given_["range"]["startDate"])
    read = read_recurrence(given_, start_day=start)
    moved = date.fromisoformat(read["range"]["startDate"])
    assert read_recurrence(read, start_day=moved) == read


DAILY = {"type": "daily", "interval": 1}
WEEKLY = {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]}
NO_END = {"type": "noEnd", "startDate": "2026-01-07"}
UNREADABLE, INVALID = "UnableToDeserializePostBody", "ErrorPropertyValidationFailure"


@pytest.mark.parametrize(
    ("pattern", "span", "code", "where"),
    [
        (None, NO_END, UNREADABLE, "recurrence.pattern"),
        (DAILY, None, UNREADABLE, "recurrence.range"),
        ({**DAILY, "type": "hourly"}, NO_END, UNREADABLE, "pattern.type"),
        ({**DAILY, "type": None}, NO_END, UNREADABLE, "pattern.type"),
        ({**DAILY, "every": 1}, NO_END, UNREADABLE, "recurrence.pattern.every"),
        ({**DAILY, "interval": "1"}, NO_END, UNREADABLE, "pattern.interval"),
        ({**DAILY, "interval": True}, NO_END, UNREADABLE, "pattern.interval"),
        ({**DAILY, "interval": 0}, NO_END, INVALID, "pattern.interval"),
        ({"type": "daily"}, NO_END, INVALID, "pattern.interval"),
        ({**DAILY, "daysOfWeek": ["monday"]}, NO_END, INVALID, "pattern.daysOfWeek"),
        ({**WEEKLY, "dayOfMonth": 3}, NO_END, INVALID, "pattern.dayOfMonth"),
        ({**WEEKLY, "daysOfWeek": []}, NO_END, INVALID, "pattern.daysOfWeek"),
        ({**WEEKLY, "daysOfWeek": ["mon"]}, NO_END, UNREADABLE, "pattern.daysOfWeek"),
        ({**WEEKLY, "firstDayOfWeek": "noday"}, NO_END, UNREADABLE, "pattern.firstDayOfWeek"),
        ({**DAILY, "type": "absoluteMonthly"}, NO_END, INVALID, "pattern.dayOfMonth"),
        ({**DAILY, "type": "absoluteMonthly", "dayOfMonth": 32}, NO_END, INVALID, "dayOfMonth"),
        ({**DAILY, "type": "absoluteYearly", "dayOfMonth": 1}, NO_END, INVALID, "pattern.month"),
        ({**WEEKLY, "type": "relativeMonthly", "month": 1}, NO_END, INVALID, "pattern.month"),
        ({**WEEKLY, "type": "relativeMonthly", "index": "fifth"}, NO_END, UNREADABLE, "index"),
        (DAILY, {**NO_END, "type": "forever"}, UNREADABLE, "range.type"),
        (DAILY, {**NO_END, "startDate": "07/01/2026"}, UNREADABLE, "range.startDate"),
        (DAILY, {**NO_END, "startDate": "2026-01-08"}, INVALID, "2026-01-07"),
        (DAILY, {**NO_END, "endDate": "2026-02-01"}, INVALID, "range.endDate"),
        (DAILY, {**NO_END, "numberOfOccurrences": 3}, INVALID, "range.numberOfOccurrences"),
        (DAILY, {**NO_END, "recurrenceTimeZone": 1}, UNREADABLE, "range.recurrenceTimeZone"),
        (DAILY, {**NO_END, "type": "endDate"}, UNREADABLE, "range.endDate"),
        (
            DAILY,
            {**NO_END, "type": "endDate", "endDate": "2026-01-06"},
            "ErrorCalendarEndDateIsEarlierThanStartDate",
            "earlier",
        ),
        (
            DAILY,
            {**NO_END, "type": "endDate", "endDate": "4500-09-02"},
            "ErrorRecurrenceEndDateTooBig",
            "Sep 1, 4500",
        ),
        (DAILY, {**NO_END, "type": "numbered"}, INVALID, "range.numberOfOccurrences"),
        (
            DAILY,
            {**NO_END, "type": "numbered", "numberOfOccurrences": 0},
            INVALID,
            "range.numberOfOccurrences",
        ),
        (
            WEEKLY,
            {**NO_END, "type": "endDate", "endDate": "2026-01-11"},
            "ErrorRecurrenceHasNoOccurrence",
            "no occurrences",
        ),
    ],
)
def test_what_the_service_would_not_take_is_a_bad_request(
    pattern: object, span: object, code: str, where: str
) -> None:
    with pytest.raises(GraphError) as refused:
        read_recurrence({"pattern": pattern, "range": span}, start_day=date(2026, 1, 7))
    assert (refused.value.status, refused.value.code) == (400, code)
    assert where in refused.value.message


@pytest.mark.parametrize("value", [None, [], "daily", {"pattern": DAILY, "scope": NO_END}])
def test_what_is_no_recurrence_is_a_bad_request(value: object) -> None:
    with pytest.raises(GraphError, match=UNREADABLE):
        read_recurrence(value, start_day=date(2026, 1, 7))


@pytest.mark.parametrize("start", ["1600-12-31", "4500-09-02"])
def test_a_series_starts_in_the_years_that_outlook_knows(start: str) -> None:
    with pytest.raises(GraphError, match="1601-01-01 to 4500-09-01"):
        series(start, {"type": "daily"})
