"""Series of calendar files, expanded as a calendar would show them."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.cli.ics import read_entries
from policy_agent.cli.series import Between, occurrences
from policy_agent.cli.written_meetings import WrittenMeeting

LONDON = ZoneInfo("Europe/London")
NINE = "DTSTART;TZID=Europe/London:20260323T090000"


def event(*lines: str) -> str:
    return "\r\n".join(["BEGIN:VEVENT", "UID:1", "DURATION:PT30M", *lines, "END:VEVENT"])


def series(*events: str, between: Between | None = None) -> list[WrittenMeeting]:
    text = "\r\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""])
    (entry,) = read_entries(Path("x.ics"), text.encode())
    found = occurrences(entry, LONDON, between or Between())
    return sorted(found, key=lambda one: one.facts.starts)


def walls(found: Sequence[WrittenMeeting]) -> list[str]:
    return [f"{one.facts.starts:%m-%d %H:%M}" for one in found]


def test_a_meeting_at_nine_stays_at_nine_when_the_clocks_change() -> None:
    found = series(event(NINE, "RRULE:FREQ=DAILY;COUNT=8"))
    assert [f"{one.facts.starts:%H:%M}" for one in found] == ["09:00"] * 8
    gaps = {
        after.facts.starts.astimezone(UTC) - before.facts.starts.astimezone(UTC)
        for before, after in itertools.pairwise(found)
    }
    assert gaps == {timedelta(hours=24), timedelta(hours=23)}
    assert {one.facts.ends - one.facts.starts for one in found} == {timedelta(minutes=30)}
    assert all(one.facts.recurs for one in found)


def test_an_organiser_in_another_zone_keeps_their_own_clock() -> None:
    start = "DTSTART;TZID=America/New_York:20260304T090000"
    found = series(event(start, "RRULE:FREQ=WEEKLY;COUNT=5"))
    assert walls(found) == [
        "03-04 14:00", "03-11 13:00", "03-18 13:00", "03-25 13:00", "04-01 14:00"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3", ["03-23 09:00", "03-25 09:00", "03-30 09:00"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=2", ["03-23 09:00", "04-06 09:00"]),
        ("FREQ=MONTHLY;BYDAY=4MO;COUNT=2", ["03-23 09:00", "04-27 09:00"]),
        ("FREQ=MONTHLY;BYMONTHDAY=23;COUNT=2", ["03-23 09:00", "04-23 09:00"]),
        ("FREQ=DAILY;UNTIL=20260325T090000Z", ["03-23 09:00", "03-24 09:00", "03-25 09:00"]),
        ("FREQ=DAILY;UNTIL=20260324", ["03-23 09:00", "03-24 09:00"]),
        ("FREQ=DAILY;UNTIL=20260325T085959Z", ["03-23 09:00", "03-24 09:00"]),
    ],
)
def test_rules_come_round_as_they_say(rule: str, expected: list[str]) -> None:
    assert walls(series(event(NINE, f"RRULE:{rule}"))) == expected


def test_days_left_out_added_moved_and_cancelled() -> None:
    found = series(
        event("DTSTART;TZID=Europe/London:20260325T140000", "STATUS:CANCELLED",
              "RECURRENCE-ID;TZID=Europe/London:20260325T090000"),
        event(NINE, "RRULE:FREQ=DAILY;COUNT=4", "CREATED:20260101T090000Z",
              "EXDATE;TZID=Europe/London:20260324T090000",
              "RDATE;TZID=Europe/London:20260401T100000"),
    )  # fmt: skip
    assert walls(found) == ["03-23 09:00", "03-25 14:00", "03-26 09:00", "04-01 10:00"]
    assert [one.facts.cancelled for one in found] == [False, True, False, False]
    assert {one.facts.booked for one in found} == {datetime(2026, 1, 1, 9, tzinfo=UTC)}


def test_a_series_of_whole_days_goes_from_midnight_to_midnight() -> None:
    text = event("DTSTART;VALUE=DATE:20260328", "RRULE:FREQ=DAILY;COUNT=3").replace("PT30M", "P1D")
    found = series(text)
    assert walls(found) == ["03-28 00:00", "03-29 00:00", "03-30 00:00"]
    assert [f"{one.facts.ends:%m-%d %H:%M}" for one in found] == [
        "03-29 00:00", "03-30 00:00", "03-31 00:00"
    ]  # fmt: skip


def test_without_an_end_it_is_looked_at_for_thirteen_weeks_or_as_long_as_asked() -> None:
    endless = event(NINE, "RRULE:FREQ=WEEKLY")
    assert len(series(endless)) == 13
    since, until = (datetime(2027, 1, day, tzinfo=LONDON) for day in (1, 16))
    found = series(endless, between=Between(since=since, until=until))
    assert walls(found) == ["01-04 09:00", "01-11 09:00"]
    assert series(event(NINE), between=Between(since=since)) == []


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=HOURLY", "it recurs more often than daily"),
        ("FREQ=WEEKLY;BYDAY=XX", "RRULE"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("COUNT=2", "it recurs more often than daily"),
    ],
)
def test_a_rule_that_is_none_is_told(rule: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        series(event(NINE, f"RRULE:{rule}"))


def test_a_series_of_more_than_a_thousand_in_one_look_is_told() -> None:
    far = Between(until=datetime(2032, 1, 1, tzinfo=UTC))
    with pytest.raises(ValueError, match="more than 1,000 occurrences"):
        series(event(NINE, "RRULE:FREQ=DAILY"), between=far)


@given(
    st.sampled_from(["Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.integers(1, 4),
    st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1),
    st.integers(0, 23 * 60 + 59),
    st.integers(1, 60),
)
def test_weekly_series_equal_counting_days(
    zone: str, interval: int, days: set[str], minute: int, start: int
) -> None:
    """Weeks begin on Monday; a wall time that does not exist moves forward by the gap."""
    home, names = ZoneInfo(zone), ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
    first = datetime(2026, 2, 1) + timedelta(days=start, minutes=minute)  # noqa: DTZ001  wall clock
    lines = (
        f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}",
        f"RRULE:FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(sorted(days))}",
    )
    until = datetime(2026, 7, 1, tzinfo=UTC)
    found = series(event(*lines), between=Between(until=until))
    monday = first - timedelta(days=first.weekday())
    walls = [first] + [
        first + timedelta(days=day)
        for day in range(1, 250)
        if names[(first + timedelta(days=day)).weekday()] in days
        and ((first + timedelta(days=day)) - monday).days // 7 % interval == 0
    ]
    expected = [wall.replace(tzinfo=home).astimezone(UTC) for wall in walls]
    assert [one.facts.starts.astimezone(UTC) for one in found] == [
        moment for moment in expected if moment < until
    ]
