"""Mail figures: decisions of mail counted by what they have in common.

The store counts decisions of copies that were received within the same few minutes. Here those
become figures by the day and hour that the organisation's own clocks showed.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach
from policy_agent.domain.windows import Window

QUARTER = 15  # minutes: no zone is apart from UTC by anything but whole quarters of an hour


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Decisions that say the same of copies received within the same few minutes."""

    starts: datetime  # of those minutes, aware UTC
    rule: str  # empty: no rule is about these people
    team: str  # of the sender when it was received; empty: in none
    outcome: Outcome
    mode: Mode
    reason: Reason
    urgent: bool
    decisions: int
    copies: int  # of which this is the first decision: so each copy counts once


@dataclass(frozen=True, kw_only=True, slots=True)
class MailFigure:
    """Decisions that say the same of copies received in the same hour."""

    day: date  # in the organisation's zone, as the hour
    hour: int  # 0 to 23; of a night with an hour that comes twice, both are in it
    rule: str  # as in `Counted`, as all below
    team: str
    outcome: Outcome
    mode: Mode
    reason: Reason
    urgent: bool
    copies: int  # one recipient's copy each: a rule decides once of each

    @property
    def said(self) -> tuple[str, Mode, Outcome, Reason]:
        """Return what it is summed up by for good."""
        return self.rule, self.mode, self.outcome, self.reason


@dataclass(frozen=True, kw_only=True, slots=True)
class DayFigures:
    """What was decided on one day of UTC, counted."""

    figures: tuple[MailFigure, ...]
    hours: Mapping[tuple[date, int], int]  # copies outside of all windows, by day and hour

    @property
    def decisions(self) -> int:
        return sum(figure.copies for figure in self.figures)


@dataclass(frozen=True, kw_only=True, slots=True)
class RolledDay:
    """A day of UTC of which all decisions are counted."""

    batch: date
    counted: datetime  # aware UTC, tenant time of the first count
    copies: int  # decisions that it had


def step_of(windows: Collection[Window]) -> timedelta:
    """Return over how many minutes decisions may be counted together.

    Within a step there is neither a full hour of any zone nor the begin or end of a window.
    """
    edges = [edge for window in windows for edge in window.time or ()]
    return timedelta(minutes=math.gcd(QUARTER, *(edge.minute for edge in edges)))


def figures_of(counted: Iterable[Counted], zone: ZoneInfo, windows: Sequence[Window]) -> DayFigures:
    """Return the figures of a day's decisions; `windows` are those of all rules about mail."""
    figures: Counter[tuple[date, int, str, str, Outcome, Mode, Reason, bool]] = Counter()
    outside: Counter[datetime] = Counter()
    local: dict[datetime, datetime] = {}
    for one in counted:
        at = local.get(one.starts)
        if at is None:
            at = local[one.starts] = one.starts.astimezone(zone)
        key = (at.date(), at.hour, one.rule, one.team)
        figures[(*key, one.outcome, one.mode, one.reason, one.urgent)] += one.decisions
        if one.rule:
            outside[one.starts] += one.copies
    hours: Counter[tuple[date, int]] = Counter()
    for starts, copies in outside.items():
        if copies and not any(window.occurrence_at(starts) for window in windows):
            hours[local[starts].date(), local[starts].hour] += copies
    return DayFigures(
        figures=tuple(
            MailFigure(
                day=day,
                hour=hour,
                rule=rule,
                team=team,
                outcome=outcome,
                mode=mode,
                reason=reason,
                urgent=urgent,
                copies=copies,
            )
            for (day, hour, rule, team, outcome, mode, reason, urgent), copies in figures.items()
        ),
        hours=hours,
    )


def utc_day(day: date) -> tuple[datetime, datetime]:
    """Return the first instant of a day of UTC, and that of the day after it."""
    starts = datetime.combine(day, MIDNIGHT, UTC)
    return starts, starts + timedelta(days=1)


def local_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a day of the zone in UTC, and that of the day after it."""
    starts, ends = (
        as_instant(attach(one, MIDNIGHT, zone)) for one in (day, day + timedelta(days=1))
    )
    return starts, ends


__all__ = [
    "Counted",
    "DayFigures",
    "MailFigure",
    "RolledDay",
    "figures_of",
    "local_day",
    "step_of",
    "utc_day",
]
