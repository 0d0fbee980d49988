"""A window: a named recurring span of a calendar."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from policy_agent.domain.calendars import Calendar
from policy_agent.domain.where import Where


@dataclass(frozen=True, kw_only=True, slots=True)
class Occurrence:
    """One time that a window comes round; half-open."""

    day: date  # the day on which it starts
    starts: datetime  # aware, in the calendar's zone
    ends: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """All of its fields must hold."""

    name: str
    calendar: Calendar
    days: Literal["working", "non-working", "all"] | frozenset[int]  # weekdays: Monday is 0
    time: tuple[time, time] | None = None  # wall clock; may wrap midnight; None: the whole day
    every_weeks: int = 1
    starting: date | None = None  # the anchor when every_weeks is more than 1
    where: Where

    def occurrence_at(self, instant: datetime) -> Occurrence | None:
        raise NotImplementedError
