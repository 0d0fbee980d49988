"""Series over HTTPS: what `calendarView` shows of them, against python-dateutil.

Of each of the six types sixty series are booked, in five zones, half of them meetings that
somebody in another zone is invited to. Occurrences are then moved and cancelled. Organiser and
attendee must see exactly what the other expander says, clock changes included.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import httpx2
import pytest
from dateutil import tz

from tests.sandbox import expander
from tests.sandbox_tenant import SandboxTenant

pytestmark = pytest.mark.acceptance

KINDS = (
    "daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly",
)  # fmt: skip
WEEK = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
# What the organiser's client calls its zone, and what python-dateutil does.
ZONES = {
    "GMT Standard Time": "Europe/London",
    "America/New_York": "America/New_York",
    "Lord Howe Standard Time": "Australia/Lord_Howe",
    "Pacific/Apia": "Pacific/Apia",
    "UTC": "UTC",
}
SERIES = 60  # of each type
LENGTH = timedelta(minutes=30)
Window = tuple[datetime, datetime]
# Both clock changes of either hemisphere, and a longer while: a yearly series needs it.
CHANGES: tuple[Window, ...] = (
    (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)),
    (datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)),
)
YEAR: Window = (datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
YEARS: Window = (datetime(2028, 1, 1, tzinfo=UTC), datetime(2032, 12, 29, tzinfo=UTC))


@dataclass(kw_only=True)
class Series:
    """A series as it was booked, and what has become of it."""

    subject: str
    zone_name: str
    at: time
    recurrence: dict[str, Any]
    with_attendee: bool
    moved: dict[datetime, datetime] = field(default_factory=dict)  # from and to, UTC
    cancelled: set[datetime] = field(default_factory=set)

    def body(self, attendee: str) -> dict[str, Any]:
        start = datetime.combine(date.fromisoformat(self.recurrence["range"]["startDate"]), self.at)
        invited = {"emailAddress": {"address": attendee}, "type": "required"}
        return {
            "subject": self.subject,
            "start": {"dateTime": start.isoformat(), "timeZone": self.zone_name},
            "end": {"dateTime": (start + LENGTH).isoformat(), "timeZone": self.zone_name},
            "recurrence": self.recurrence,
            "attendees": [invited] if self.with_attendee else [],
        }

    def expected(self, starts: datetime, ends: datetime) -> list[datetime]:
        """Return when occurrences start that overlap a half-open span."""
        margin = timedelta(days=2)  # nothing is moved so far
        planned = expander.instants(
            self.recurrence,
            self.at,
            ZONES[self.zone_name],
            (starts - margin).date(),
            (ends + margin).date(),
        )
        found = [self.moved.get(at, at) for at in planned if at not in self.cancelled]
        return sorted(at for at in found if starts - LENGTH < at < ends)


def some_recurrence(random: Random, kind: str) -> dict[str, Any]:
    """Return a recurrence of a type that has an occurrence."""
    start = date(2018, 1, 1) + timedelta(days=random.randrange(3300))
    pattern: dict[str, Any] = {"type": kind, "interval": random.choice([1, 1, 2, 3, 5])}
    if kind == "weekly":
        pattern["firstDayOfWeek"] = random.choice(WEEK)
    if kind == "weekly" or kind.startswith("relative"):
        pattern["daysOfWeek"] = random.sample(WEEK, random.randint(1, 4))
    if kind.startswith("relative"):
        pattern["index"] = random.choice(["first", "second", "third", "fourth", "last"])
    if kind.startswith("absolute"):
        pattern["dayOfMonth"] = random.choice([random.randint(1, 28), 29, 30, 31])
    if kind.endswith("Yearly"):
        pattern["month"] = random.choice([2, 3, 4, 9, 10, 11])
        pattern["interval"] = random.choice([1, 2])
    span: dict[str, Any] = {"startDate": start.isoformat()}
    span["type"] = random.choice(["noEnd", "noEnd", "endDate", "numbered"])
    if span["type"] == "endDate":
        span["endDate"] = (start + timedelta(days=random.randint(800, 4000))).isoformat()
    if span["type"] == "numbered":
        most = {"daily": 3000, "weekly": 900}.get(kind, 120)
        span["numberOfOccurrences"] = random.randint(1, most)
    return {"pattern": pattern, "range": span}


def some_series(random: Random, kind: str) -> list[Series]:
    return [
        Series(
            subject=f"{kind} {number}",
            zone_name=random.choice(list(ZONES)),
            at=random.choice([time(0, 30), time(1, 30), time(2, 15), time(9), time(12, 30)]),
            recurrence=some_recurrence(random, kind),
            with_attendee=number % 2 == 0,
        )
        for number in range(SERIES)
    ]


def view(
    graph: httpx2.Client, person: str, window: Window, zone_name: str = "UTC"
) -> Iterator[dict[str, Any]]:
    """Yield all that a calendar shows in a window, page by page."""
    starts, ends = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in window)
    url = f"/users/{person}/calendarView?startDateTime={starts}&endDateTime={ends}&$top=500"
    url += "&$select=id,subject,start,end,isCancelled"
    while url:
        answer = graph.get(url, headers={"Prefer": f'outlook.timezone="{zone_name}"'})
        page = answer.raise_for_status().json()
        yield from (one for one in page["value"] if not one["isCancelled"])
        url = page.get("@odata.nextLink", "")


def instant(shown: dict[str, str]) -> datetime:
    """Return what a `dateTimeTimeZone` of an answer means, by python-dateutil's zones."""
    within = tz.gettz(ZONES[shown["timeZone"]])
    return datetime.fromisoformat(shown["dateTime"]).replace(tzinfo=within).astimezone(UTC)


def shown(events: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> dict[str, list[datetime]]:
    """Return when the occurrences of each series start, by subject."""
    found: dict[str, list[datetime]] = {}
    for event in events:
        found.setdefault(event["subject"], []).append(instant(event["start"]))
    return {subject: sorted(starts) for subject, starts in found.items()}


def disturb(
    graph: httpx2.Client,
    organiser: str,
    every: list[Series],
    windows: tuple[Window, ...],
    random: Random,
) -> None:
    """Move one occurrence of each series and cancel another, as the organiser does."""
    ids = {
        (event["subject"], instant(event["start"])): event["id"]
        for window in windows
        for event in view(graph, organiser, window)
    }
    for series in every:
        planned = series.expected(*random.choice(windows))
        for number, at in enumerate(random.sample(planned, min(2, len(planned)))):
            path = f"/users/{organiser}/events/{ids[series.subject, at]}"
            if number == 0:
                series.moved[at] = at + timedelta(minutes=random.choice([-25, 25, 95]))
                _move(graph, path, series.moved[at])
                continue
            series.cancelled.add(at)
            if series.with_attendee:
                graph.post(f"{path}/cancel", json={"comment": "Not this time"}).raise_for_status()
            else:
                graph.delete(path).raise_for_status()


def _move(graph: httpx2.Client, path: str, to: datetime) -> None:
    times = {
        name: {"dateTime": f"{at:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}
        for name, at in (("start", to), ("end", to + LENGTH))
    }
    graph.patch(path, json=times).raise_for_status()


@pytest.mark.parametrize("kind", KINDS)
def test_calendars_show_what_dateutil_expands(
    tenant: SandboxTenant, stable: httpx2.Client, kind: str
) -> None:
    random = Random(kind)  # noqa: S311 - not for secrets
    names = [f"{kind.lower()}-{role}" for role in ("organiser", "attendee")]
    body = {"people": [{"person": name} for name in names]}
    made = tenant.control.post("/people", json=body).raise_for_status().json()
    organiser, attendee = (user["address"] for user in made["users"])
    every, windows = some_series(random, kind), (*CHANGES, YEARS if "Yearly" in kind else YEAR)
    for one in every:
        answer = stable.post(f"/users/{organiser}/events", json=one.body(attendee))
        assert answer.status_code == 201, answer.text
    disturb(stable, organiser, every, windows, random)
    for window in windows:
        wanted = {one.subject: one.expected(*window) for one in every}
        wanted = {subject: starts for subject, starts in wanted.items() if starts}
        assert shown(view(stable, organiser, window)) == wanted
        invited = {one.subject for one in every if one.with_attendee}
        theirs = list(view(stable, attendee, window, "GMT Standard Time"))
        assert shown(theirs) == {name: wanted[name] for name in wanted if name in invited}
    assert sum(bool(one.moved) for one in every) > SERIES / 3
    assert sum(bool(one.cancelled) for one in every) > SERIES / 6


def test_a_series_that_begins_off_its_pattern_can_be_sent_back_as_it_was_read(
    stable: httpx2.Client, person: str
) -> None:
    weekly = {"type": "weekly", "interval": 2, "daysOfWeek": ["tuesday"]}
    booked = {
        "subject": "Supervision",
        "start": {"dateTime": "2026-05-23T12:30:00", "timeZone": "GMT Standard Time"},
        "end": {"dateTime": "2026-05-23T13:00:00", "timeZone": "GMT Standard Time"},
        "recurrence": {"pattern": weekly, "range": {"type": "noEnd", "startDate": "2026-05-23"}},
    }
    made = stable.post(f"/users/{person}/events", json=booked).raise_for_status().json()
    assert made["start"]["dateTime"] == "2026-06-02T11:30:00.0000000"
    assert made["recurrence"]["range"]["startDate"] == "2026-06-02"
    path = f"/users/{person}/events/{made['id']}"
    again = stable.patch(path, json={"recurrence": made["recurrence"]}).raise_for_status().json()
    assert again["recurrence"] == made["recurrence"]
    assert again["start"] == made["start"]
