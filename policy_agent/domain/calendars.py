"""A calendar: a zone, working days, hours and holidays, and the arithmetic of days."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.domain.where import Where

LONGEST_WAIT = 400  # days; whoever has no working day in a year has made a mistake

_DAY = timedelta(days=1)
_REMEMBERED = 4096  # days, past which a calendar starts to remember anew


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
    # Every mail of a weekend asks for the same morning and the same words, so both are worked out
    # once. Neither is part of what a calendar is: left out of equality and of the printed form.
    _said: dict[date, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _moments: dict[tuple[date, time], list[tuple[datetime, datetime]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _on_days: dict[frozenset[int], "Calendar"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def is_working_day(self, day: date) -> bool:
        return day.weekday() in self.working_days and day not in self.holidays

    def on_days(self, days: frozenset[int]) -> "Calendar":
        """Return the calendar of somebody who works on these days of the week instead.

        Holidays, zone and hours stay. There are 128 sets of days, so each is made once.
        """
        own = self._on_days.get(days)
        if own is None:
            own = self._on_days.setdefault(days, replace(self, working_days=days))
        return own

    def describe(self, day: date) -> str:
        """Return the day and what it is, such as «Mon 28 Aug 2023 (Summer bank holiday)»."""
        said = self._said.get(day)
        if said is None:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            name = self.holidays.get(day)
            said = f"{day:%a} {day.day} {day:%b %Y}"
            said = self._said[day] = said if name is None else f"{said} ({name})"
        return said

    def next_working_moment(self, after: datetime, at: time) -> datetime:
        """Return the first moment strictly after `after` that is `at` on a working day.

        `at` is the wall clock of the calendar's zone, and so is the answer, which is aware. Where
        the clocks jump over `at` it moves forward by the gap; a day that the jump leaves no such
        moment on is passed over, so that the answer always lies on a working day. ValueError: there
        is no working day within `LONGEST_WAIT` days, or `after` is naive.
        """
        instant = as_instant(after)
        day = instant.date()
        near = self._moments.get((day, at))
        if near is None:
            if len(self._moments) >= _REMEMBERED:
                self._moments.clear()
            near = self._moments[day, at] = []
        for then, moment in near:
            if then > instant:
                return moment
        # What is remembered is one unbroken chain, from the day's midnight in UTC on.
        moment = near[-1][1] if near else datetime.combine(day, MIDNIGHT, tzinfo=UTC)
        while (then := as_instant(moment)) <= instant:
            moment = self._moment_after(then, at)
            near.append((as_instant(moment), moment))
        return moment

    def _moment_after(self, instant: datetime, at: time) -> datetime:
        day = instant.astimezone(self.zone).date()
        for _ in range(LONGEST_WAIT + 1):
            if self.is_working_day(day):
                moment = attach(day, at, self.zone)
                if moment.date() == day and as_instant(moment) > instant:
                    return moment
            day += _DAY
        raise ValueError(
            f"the calendar {self.name} has no working day with {at:%H:%M} on it"
            f" within {LONGEST_WAIT} days after {instant.isoformat()}"
        )
