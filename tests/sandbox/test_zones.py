"""Names of zones, and Graph's times with a zone beside them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from policy_agent.sandbox.refusals import GraphError
from policy_agent.sandbox.zones import preferred_zone, read_time, show_time, windows_name, zone


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("GMT Standard Time", "Europe/London"),
        ("gmt standard time", "Europe/London"),
        ("Eastern Standard Time", "America/New_York"),
        ("Europe/London", "Europe/London"),
        ("UTC", "UTC"),
        ("tzone://Microsoft/Custom", "UTC"),
        ("Customized Time Zone", "UTC"),
    ],
)
def test_a_zone_is_known_by_its_windows_and_its_iana_name(name: str, key: str) -> None:
    assert zone(name).utcoffset(datetime(2026, 7, 1)) == ZoneInfo(key).utcoffset(  # noqa: DTZ001 - wall time
        datetime(2026, 7, 1)  # noqa: DTZ001 - wall time
    )


@pytest.mark.parametrize("name", ["", "Nowhere Standard Time", "Europe", "/etc", "../x", "a\0b"])
def test_an_unknown_zone_is_a_bad_request(name: str) -> None:
    with pytest.raises(GraphError, match="TimeZoneNotSupportedException") as refused:
        zone(name)
    assert refused.value.status == 400


def test_a_zone_is_named_as_windows_does_where_it_can_be() -> None:
    assert windows_name("Europe/London") == "GMT Standard Time"
    assert windows_name("GMT Standard Time") == "GMT Standard Time"
    assert windows_name("Antarctica/Troll") == "Antarctica/Troll"
    with pytest.raises(GraphError):
        windows_name("Nowhere")


def test_answers_come_in_the_zone_that_is_preferred() -> None:
    assert preferred_zone({}) == "UTC"
    assert preferred_zone({"outlook.timezone": "GMT Standard Time"}) == "GMT Standard Time"
    with pytest.raises(GraphError, match="TimeZoneNotSupportedException"):
        preferred_zone({"outlook.timezone": "Nowhere"})


def test_a_time_is_read_on_the_wall_clock_of_its_zone() -> None:
    read = read_time(
        {"dateTime": "2026-07-01T12:30:00.0000000", "timeZone": "Europe/London"}, "start"
    )
    assert read.astimezone(UTC) == datetime(2026, 7, 1, 11, 30, tzinfo=UTC)
    assert read_time({"dateTime": "2026-07-01T12:30", "timeZone": None}, "start") == datetime(
        2026, 7, 1, 12, 30, tzinfo=UTC
    )


def test_a_time_is_shown_with_seven_digits_and_no_offset() -> None:
    at = datetime(2026, 7, 1, 11, 30, tzinfo=UTC)
    assert show_time(at, "GMT Standard Time") == {
        "dateTime": "2026-07-01T12:30:00.0000000",
        "timeZone": "GMT Standard Time",
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        "2026-07-01T12:30:00",
        {},
        {"dateTime": None, "timeZone": "UTC"},
        {"dateTime": "noon", "timeZone": "UTC"},
        {"dateTime": "2026-07-01T12:30:00Z", "timeZone": "UTC"},
        {"dateTime": "2026-07-01T12:30:00+01:00", "timeZone": "UTC"},
        {"dateTime": "0001-01-01T00:00:00", "timeZone": "Asia/Tokyo"},
        {"dateTime": "2026-07-01T12:30:00", "timeZone": 1},
    ],
)
def test_what_is_no_time_is_a_bad_request(value: Any) -> None:
    with pytest.raises(GraphError, match=r"UnableToDeserializePostBody.*'start") as refused:
        read_time(value, "start")
    assert refused.value.status == 400
