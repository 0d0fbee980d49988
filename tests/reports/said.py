"""What a report says, as tests look at it: its sentences, the numbers in them, and its cells."""

import re
from collections.abc import Iterable, Iterator

from policy_agent.reports.cells import cell
from policy_agent.reports.document import Report, Table, Value

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATES = re.compile(rf"\b\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?|\b(?:{_MONTHS}) \d{{4}}|\d\d:\d\d")
_NUMBERS = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


def sentences(report: Report) -> Iterator[str]:
    """Yield everything that is said in sentences, but for notes below tables."""
    yield from report.summary
    for section in report.sections:
        yield from section.paragraphs


def table(report: Report, key: str) -> Table:
    return next(one for one in report.tables if one.key == key)


def column(found: Table, key: str) -> list[Value]:
    at = [one.key for one in found.columns].index(key)
    return [row.values[at] for row in found.rows]


def row(found: Table, head: str) -> tuple[Value, ...]:
    return next(one.values for one in found.rows if one.values[0] == head)


def numbers(text: str, names: Iterable[str] = ()) -> list[str]:
    """Return the numbers of a sentence that are no dates, times of day or parts of a name."""
    for name in names:
        text = text.replace(name, "it")
    text = _DATES.sub("then", text)
    return [found.strip(",") for found in _NUMBERS.findall(text)]


def told(report: Report) -> set[str]:
    """Return every number of every table as it is written there, without its sign."""
    return {
        cell(value, at.unit, report.fewest).text.lstrip("\N{MINUS SIGN}")
        for one in report.tables
        for line in one.rows
        for at, value in zip(one.columns, line.values, strict=True)
        if isinstance(value, int | float)
    }


def not_in_a_table(report: Report, names: Iterable[str] = ()) -> list[str]:
    """Return the sentences with a number that no table has; the smallest group is no figure."""
    known = {*told(report), str(report.fewest)}
    named = tuple(names)
    return [said for said in sentences(report) if not known.issuperset(numbers(said, named))]
