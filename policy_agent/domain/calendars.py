"""A calendar: a zone, working days, hours and holidays, and the arithmetic of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.walltime import as_instant, attach
from policy_agent.domain.where import Where

_DAY = timedelta(days=1)
LONGEST_WAIT = 400  # days; whoever has no working day in a year has made a mistake


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
        """Return the first moment strictly after `after` that is `at` on a working day.

        `at` is the wall clock of the calendar's zone, and so is the answer, which is aware. Where
        the clocks jump over `at` it moves forward by the gap; a day that the jump leaves no such
        moment on is passed over, so that the answer always lies on a working day. ValueError: there
        is no working day within `LONGEST_WAIT` days, or `after` is naive.
        """
        instant = as_instant(after)
        day = instant.astimezone(self.zone).date()
        for _ in range(LONGEST_WAIT + 1):
            if self.is_working_day(day):
                moment = attach(day, at, self.zone)
                if moment.date() == day and as_instant(moment) > instant:
                    return moment
            day += _DAY
        raise ValueError(
            f"the calendar {self.name} has no working day with {at:%H:%M} on it"
            f" within {LONGEST_WAIT} days after {after.isoformat()}"
        )
