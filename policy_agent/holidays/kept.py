"""The holiday lists at hand: the last good copies of the feeds, and those that ship."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Self

from policy_agent.holidays.read import HolidayProblem, read_calendar
from policy_agent.holidays.source import DIVISIONS, HolidayList, HolidaySource, list_of


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedHolidays:
    """The copies of GOV.UK's feeds inside this package; `shipped/NOTICE` says whence and how."""

    @property
    def divisions(self) -> tuple[str, ...]:
        return DIVISIONS

    def division(self, name: str) -> HolidayList:
        """Return that division's list; KeyError for a name that GOV.UK has no feed of."""
        if name not in DIVISIONS:
            raise KeyError(name)
        return _shipped(name)


@cache
def _shipped(name: str) -> HolidayList:
    place = files("policy_agent.holidays") / "shipped" / f"{name}.ics"
    return read_calendar(place.read_bytes(), name)


SHIPPED = ShippedHolidays()


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptHolidays:
    """The last good copies, where there are any, over the shipped ones."""

    lists: Mapping[str, HolidayList]
    problems: tuple[str, ...] = ()  # each kept copy that does not read, and why

    @classmethod
    def of(cls, kept: Mapping[str, str], shipped: HolidaySource = SHIPPED) -> Self:
        """Read the kept iCalendar texts by division; see `known` for which list is taken."""
        lists: dict[str, HolidayList] = {}
        problems: list[str] = []
        for division in shipped.divisions:
            lists[division], problem = known(division, kept.get(division), shipped)
            if problem is not None:
                problems.append(problem)
        return cls(lists=lists, problems=tuple(problems))

    @property
    def divisions(self) -> tuple[str, ...]:
        return tuple(self.lists)

    def division(self, name: str) -> HolidayList:
        """Return that division's list; KeyError for a name that is not in `divisions`."""
        return self.lists[name]


def known(
    division: str, kept: str | None, shipped: HolidaySource = SHIPPED
) -> tuple[HolidayList, str | None]:
    """Return what is known of a division, and what is wrong with its kept copy, if anything is.

    The kept copy goes before the shipped one. One that does not read is reported, and the shipped
    one stands in. A shipped copy that reaches further than the kept one, as after an upgrade where
    the feed cannot be reached, adds the days that the kept one does not speak of yet.
    """
    spare = shipped.division(division)
    if kept is None:
        return spare, None
    try:
        holidays = read_calendar(kept.encode(), division)
    except HolidayProblem as problem:
        return (
            spare,
            f"the kept holidays of {division} do not read, so the shipped ones are used: {problem}",
        )
    reach = holidays.known_until
    later = {day: name for day, name in spare.days.items() if reach is None or day > reach}
    return (list_of(division, {**holidays.days, **later}) if later else holidays), None
