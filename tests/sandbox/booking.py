"""Meetings for tests of the sandbox tenant's calendars."""

from collections.abc import Iterator
from typing import Any

import httpx2

LONDON = "GMT Standard Time"
WEEK = "startDateTime=2026-05-25T00:00:00Z&endDateTime=2026-06-01T00:00:00Z"
SUMMER = "startDateTime=2026-05-25T00:00:00Z&endDateTime=2026-08-24T00:00:00Z"
WEEKLY = {
    "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"]},
    "range": {"type": "numbered", "startDate": "2026-05-26", "numberOfOccurrences": 4},
}


def times(start: str, end: str, zone: str = LONDON) -> dict[str, Any]:
    """Return start and end; a time alone is on Tuesday 26 May 2026."""
    return {
        name: {"dateTime": text if "T" in text else f"2026-05-26T{text}:00", "timeZone": zone}
        for name, text in (("start", start), ("end", end))
    }


def meeting(*attendees: str, **more: Any) -> dict[str, Any]:
    """Return an event over lunch on Tuesday 26 May 2026."""
    invited = [{"emailAddress": {"address": one}, "type": "required"} for one in attendees]
    return {"subject": "Team", **times("12:30", "13:00"), "attendees": invited, **more}


def make(client: httpx2.Client, organiser: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/users/{organiser}/events", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def view(client: httpx2.Client, person: str, query: str = "", window: str = SUMMER) -> list[Any]:
    """Return all pages of a calendar view."""
    return list(pages(client, f"/users/{person}/calendarView?{window}{query}"))


def pages(client: httpx2.Client, url: str) -> Iterator[Any]:
    while url:
        page = client.get(url)
        assert page.status_code == 200, page.text
        yield from page.json()["value"]
        url = page.json().get("@odata.nextLink", "")


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """Return the status and code of a refusal."""
    return answer.status_code, str(answer.json()["error"]["code"])


def mails(client: httpx2.Client, person: str) -> list[Any]:
    """Return the mails in somebody's Inbox, the newest first."""
    answer = client.get(f"/users/{person}/mailFolders/inbox/messages?$top=50")
    return list(answer.raise_for_status().json()["value"])
