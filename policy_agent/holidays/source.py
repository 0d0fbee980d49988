"""What a holiday list is, and what can name one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

DIVISIONS = ("england-and-wales", "scotland", "northern-ireland")  # as GOV.UK names them

_CHRISTMAS = (12, 25)


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayList:
    """Days off, and what each is called."""

    name: str  # a division of GOV.UK, or the file it was read from
    days: Mapping[date, str]  # in order; two names on one day are joined by « and »
    known_until: date | None  # the last day it speaks of, see `last_day_of`; None: it has no days


class HolidaySource(Protocol):
    """Has the holiday lists of GOV.UK's divisions."""

    @property
    def divisions(self) -> tuple[str, ...]: ...

    def division(self, name: str) -> HolidayList:
        """Return that division's list; KeyError for a name that is not in `divisions`."""


def list_of(name: str, days: Mapping[date, str]) -> HolidayList:
    """Return those days as a list, in order, knowing how far they reach."""
    ordered = {day: days[day] for day in sorted(days)}
    return HolidayList(name=name, days=ordered, known_until=last_day_of(ordered))


def last_day_of(days: Mapping[date, str]) -> date | None:
    """Return the last day that such a list speaks of, so that silence after it means nothing.

    That is its last holiday. Where this one lies between Christmas Day and the year's end the list
    plainly covers its year, and speaks of the days up to 31 December too. A holiday early in a
    year, such as an office closed until 2 January, says nothing of the rest of it.
    """
    last = max(days, default=None)
    if last is not None and (last.month, last.day) >= _CHRISTMAS:
        return date(last.year, 12, 31)
    return last
