"""A calendar: a zone, working days, hours and holidays, and the arithmetic of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from policy_agent.domain.where import Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """When an organisation works."""

    name: str
    zone: ZoneInfo
    working_days: frozenset[int]  # Monday is 0, as in datetime.date.weekday
    working_hours: tuple[time, time] | None = None
    holidays: Mapping[date, str]  # what each is called
    known_until: date | None = None  # the last day its holiday lists speak of; None: it has none
    where: Where

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.working_days and day not in self.holidays

    def describe(self, day: date) -> str:
        """Return the day and what it is, such as «Mon 28 Aug 2023 (Summer bank holiday)»."""
        name = self.holidays.get(day)
        said = f"{day:%a} {day.day} {day:%b %Y}"
        return said if name is None else f"{said} ({name})"

    def next_working_moment(self, after: datetime, at: time) -> datetime:
        raise NotImplementedError
