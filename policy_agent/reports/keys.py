"""Keys of sections and tables: short enough for the name of a sheet, and each of them once."""

import re
from collections.abc import Sequence
from dataclasses import replace

from policy_agent.reports.document import Section

LONGEST = 31  # characters in the name of an Excel sheet


def with_short_keys(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return the sections, the keys in them cut where they are too long, and no key twice.

    Keys are made of the names of rules, which may be long, or alike in their first letters.
    """
    anchors: set[str] = set()
    taken: set[str] = set()
    found: list[Section] = []
    for section in sections:
        short = {table.key: _free(table.key, taken) for table in section.tables}
        found.append(
            replace(
                section,
                key=_free(section.key, anchors),
                tables=tuple(replace(table, key=short[table.key]) for table in section.tables),
                charts=tuple(replace(chart, table=short[chart.table]) for chart in section.charts),
            )
        )
    return tuple(found)


def slug(name: str) -> str:
    """Return a name as it may stand in the name of a file: lower case with hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "none"


def _free(key: str, taken: set[str]) -> str:
    """Return a key that is not taken yet, and take it.

    The middle is cut out, as a key's end says which table of a rule it is.
    """
    plain = slug(key)
    number = 1
    while True:
        end = "" if number == 1 else f"-{number}"
        room = LONGEST - len(end)
        short = plain if len(plain) <= room else _cut(plain, room)
        if short + end not in taken:
            taken.add(short + end)
            return short + end
        number += 1


def _cut(plain: str, room: int) -> str:
    head, _, last = plain.rpartition("-")
    if not head or len(last) + 2 > room:
        return plain[:room].strip("-")
    return f"{head[: room - len(last) - 1].strip('-')}-{last}"
