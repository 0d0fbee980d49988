"""Keys of a rule's sections and tables: short enough for the name of a sheet, each of them once."""

import re
from collections.abc import Iterable

from policy_agent.reports.document import LONGEST_KEY


def slug(name: str) -> str:
    """Return a name as it may stand in the name of a file: lower case with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "none"


def table_key(about: str, rule: str, shows: str, rules: Iterable[str]) -> str:
    """Return the key of a rule's table: what it is about, the rule, and what it shows.

    A long name is cut. Where two of the month's rules come out alike, the later has a number.
    """
    room = LONGEST_KEY - len(about) - len(shows) - 2
    return f"{about}-{_short(rule, rules, room)}-{shows}"


def section_key(about: str, rule: str, rules: Iterable[str]) -> str:
    """Return the anchor of a rule's section; it has no length to keep to."""
    return f"{about}-{_short(rule, rules, None)}"


def _short(rule: str, rules: Iterable[str], room: int | None) -> str:
    taken: dict[str, str] = {}
    for name in (*rules, rule):
        if name not in taken.values():
            taken[_free(name, taken, room)] = name
    return next(key for key, name in taken.items() if name == rule)


def _free(name: str, taken: Iterable[str], room: int | None) -> str:
    plain = slug(name)
    key, number = plain[:room].rstrip("-"), 1
    while key in taken:
        number += 1
        end = f"-{number}"
        cut = plain if room is None else plain[: room - len(end)]
        key = f"{cut.rstrip('-')}{end}"
    return key
