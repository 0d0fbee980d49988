"""Lengths of time as people write them: `30s`, `20m`, `24h`, `7d`."""

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WRITTEN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd])")


def parse_duration(text: str) -> timedelta:
    """Return the length of time; a ValueError says how to write one."""
    found = _WRITTEN.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"{text!r} is no length of time: write a number and s, m, h or d, as 20m")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})
