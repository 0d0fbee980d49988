"""Names of zones as the service speaks of them."""

import pytest
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from policy_agent.graph.zones import iana, zone


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("GMT Standard Time", "Europe/London"),
        ("Eastern Standard Time", "America/New_York"),
        ("UTC", "Etc/UTC"),
        ("Europe/Dublin", "Europe/Dublin"),
        ("tzone://Microsoft/Custom", ""),
        ("tzone://Microsoft/Utc", ""),
        ("Customized Time Zone", ""),
        ("Europe", ""),
        ("../../etc/passwd", ""),
        ("", ""),
    ],
)
def test_a_zone_has_its_iana_name_or_none(told: str, name: str) -> None:
    assert iana(told) == name
    assert zone(told).key == (name or "UTC")


def test_every_windows_name_is_known() -> None:
    assert all(iana(name) for name in WINDOWS_TO_OLSON)
