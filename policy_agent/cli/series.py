"""Series of iCalendar files, expanded into their occurrences.

A series is expanded on the wall clock on which it was booked, so that a meeting at nine stays at
nine when the clocks change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Component, vRecur

from policy_agent.cli.ics import Entry, from_vevent, moved, value_of
from policy_agent.cli.written_meetings import WrittenMeeting, moment_of

HORIZON = timedelta(weeks=13)  # that a series is looked at where nobody says how long

_MOST = 1_000  # occurrences of one series
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Between:
    """What time is looked at; aware, half-open."""

    since: datetime | None = None  # None: a series from its own start on, single ones whenever
    until: datetime | None = None  # None: a series for `HORIZON`, single ones whenever

    def has(self, meeting: WrittenMeeting) -> bool:
        """Whether a meeting lies in it, or a part of it."""
        facts = meeting.facts
        return (self.since is None or facts.ends > self.since) and (
            self.until is None or facts.starts < self.until
        )


def occurrences(entry: Entry, zone: ZoneInfo, between: Between) -> Iterator[WrittenMeeting]:
    """Yield a single meeting, or every occurrence of a series; ValueError where it is odd."""
    first = from_vevent(entry.event, zone, withdrawn=entry.withdrawn)
    changed = [
        (value_of(event, "RECURRENCE-ID"), from_vevent(event, zone, withdrawn=withdrawn))
        for event, withdrawn in entry.changed
    ]
    if "RRULE" not in entry.event and "RDATE" not in entry.event:
        found = [first, *(meeting for _, meeting in changed)]
        yield from (one for one in found if between.has(one))
        return
    since = between.since or first.facts.starts
    until = between.until or since + HORIZON
    span = Between(since=since, until=until)
    away = {moment_of(value, zone) for value, _ in changed}
    for one in _regular(entry.event, first, zone, span):
        if one.facts.starts.astimezone(UTC) not in away:
            yield one
    for _, meeting in changed:
        if span.has(meeting):
            booked = meeting.facts.booked or first.facts.booked
            yield replace(meeting, facts=replace(meeting.facts, booked=booked, recurs=True))


def _regular(
    event: Component, first: WrittenMeeting, zone: ZoneInfo, span: Between
) -> Iterator[WrittenMeeting]:
    """Yield the occurrences by the rule, and those that were added, but for those left out."""
    start = value_of(event, "DTSTART")
    home: tzinfo = zone
    if isinstance(start, datetime) and start.tzinfo is not None:
        home = start.tzinfo
    facts = first.facts
    length = facts.ends - facts.starts
    left_out = {_wall(value, home) for value in _days(event, "EXDATE")}
    last = None if span.until is None else _wall(span.until, home)
    taken: set[datetime] = set()
    found = 0
    for wall in _walls(event, _wall(start, home), home, last):
        if wall in left_out or wall in taken:
            continue
        taken.add(wall)
        starts = _instant(wall, home)
        ends = starts + length
        if facts.all_day:
            days = round(length / timedelta(days=1))
            ends = _instant(wall + timedelta(days=days), home)
        one = moved(first, starts.astimezone(zone), ends.astimezone(zone))
        if span.has(one):
            found += 1
            if found > _MOST:
                raise ValueError(
                    f"it has more than {_MOST:,} occurrences in that time; look at a shorter one"
                )
            yield one


def _walls(
    event: Component, start: datetime, home: tzinfo, last: datetime | None
) -> Iterator[datetime]:
    yield start  # the first one counts, also where the rule itself would not name it
    yield from (_wall(value, home) for value in _days(event, "RDATE"))
    rule = event.get("RRULE")
    if rule is None:
        return
    if not isinstance(rule, vRecur):
        raise ValueError("it has no RRULE that reads; export it again")  # noqa: TRY004
    parts = {str(key).upper(): value for key, value in rule.items()}
    if str(_only(parts.get("FREQ"))).upper() not in _FREQUENCIES:
        raise ValueError("it recurs more often than daily; a meeting recurs daily at most")
    interval = _only(parts.get("INTERVAL", 1))
    if isinstance(interval, int) and interval < 1:  # dateutil would never come to its end
        raise ValueError(f"its RRULE has INTERVAL={interval}; write 1 or more")
    until = _only(parts.pop("UNTIL", None))
    if isinstance(until, date):
        ends = until if isinstance(until, datetime) else datetime.combine(until, time.max)
        latest = _wall(ends, home)
        last = latest if last is None else min(last, latest)
    text = ";".join(f"{key}={_joined(value)}" for key, value in parts.items())
    try:
        rules = rrulestr(f"RRULE:{text}", dtstart=start)
    except (ValueError, TypeError) as problem:
        raise ValueError(f"its RRULE does not read ({problem}); export it again") from problem
    for wall in rules:
        if last is not None and wall > last:
            return
        yield wall


def _days(event: Component, key: str) -> Iterator[object]:
    found = event.get(key, [])
    for one in found if isinstance(found, list) else [found]:
        for day in getattr(one, "dts", ()):
            value = day.dt
            yield value[0] if isinstance(value, tuple) else value  # a period begins with its start


def _wall(value: object, home: tzinfo) -> datetime:
    """Return what the wall clock of the series shows; a day is its midnight."""
    if not isinstance(value, date):
        raise ValueError(f"{value!r} is no day and no time; export it again")  # noqa: TRY004
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    return (value if value.tzinfo is None else value.astimezone(home)).replace(tzinfo=None)


def _instant(wall: datetime, home: tzinfo) -> datetime:
    """Attach a zone and go to UTC, which moves a time that does not exist forward."""
    return wall.replace(tzinfo=home, fold=0).astimezone(UTC)


def _joined(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _only(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value


__all__ = ["HORIZON", "Between", "occurrences"]
