"""Names of time zones: the service speaks of them by Windows names, by IANA names, or by neither.

Windows names are told by icalendar's table, which is that of Unicode CLDR and kept up to date.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON


@lru_cache(maxsize=1024)
def iana(name: str) -> str:
    """Return the IANA name of a zone as the service calls it; empty for one that has none.

    A mailbox may have a zone of its own making, `tzone://Microsoft/Custom` or `Customized Time
    Zone`, and nothing says what its rules are.
    """
    found = WINDOWS_TO_OLSON.get(name, name)
    return found if _is_there(found) else ""


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return a zone of any name of the service's; UTC for one that cannot be known."""
    return ZoneInfo(iana(name) or "UTC")


def _is_there(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there, a folder of zones, no name at all
        return False
    return True


__all__ = ["iana", "zone"]
