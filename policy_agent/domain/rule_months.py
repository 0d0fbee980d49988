"""Rules and teams as they were in a month, from what was written down of each day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.domain.mail_figures import local_day
from policy_agent.domain.months import CHANGED, RuleMonth, TeamMonth, after
from policy_agent.domain.placing import NO_TEAM, Placement
from policy_agent.domain.rule_days import RuleDay


def days_of(month: date) -> Sequence[date]:
    """Return the days of a month, in order."""
    return tuple(month + timedelta(days=number) for number in range((after(month) - month).days))


def span_of(month: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of a month of the zone in UTC, and that of the month after it."""
    return local_day(month, zone)[0], local_day(after(month), zone)[0]


def rule_month(month: date, rows: Sequence[RuleDay], because: str) -> RuleMonth:
    """Return one rule as it was in the month; `rows` are all that there are of it."""
    there = sorted({row.day for row in rows})
    modes: dict[str, str] = {}
    for row in rows:
        before = modes.setdefault(row.team, row.mode.value)
        if before != row.mode.value:
            modes[row.team] = CHANGED
    days = days_of(month)
    return RuleMonth(
        name=rows[0].rule,
        kind=rows[0].kind,
        because=because,
        days=len({row.day for row in rows if row.window}),
        first=None if there[0] == days[0] else there[0],
        last=None if there[-1] == days[-1] else there[-1],
        modes=dict(sorted(modes.items())),
    )


def fewest_people(rows: Iterable[RuleDay]) -> Mapping[str, int]:
    """Return by team the fewest people that a rule was about on any day on which it was there."""
    found: dict[str, int] = {}
    for row in rows:
        found[row.team] = min(row.people, found.get(row.team, row.people))
    return found


def team_months(
    month: date, zone: ZoneInfo, placements: Iterable[Placement]
) -> Mapping[str, TeamMonth]:
    """Return by name the teams in which anybody counted in the month; `NO_TEAM` is none."""
    starts, ends = span_of(month, zone)
    spans: dict[str, tuple[datetime, datetime]] = {}
    for one in placements:
        since, until = max(one.since or starts, starts), min(one.until or ends, ends)
        if one.team != NO_TEAM and since < until:
            first, last = spans.get(one.team, (since, until))
            spans[one.team] = min(first, since), max(last, until)
    return {
        name: TeamMonth(
            name=name,
            first=None if since == starts else since.astimezone(zone).date(),
            last=None if until == ends else (until - timedelta.resolution).astimezone(zone).date(),
        )
        for name, (since, until) in spans.items()
    }


__all__ = ["days_of", "fewest_people", "rule_month", "span_of", "team_months"]
