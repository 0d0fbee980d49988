from typing import Any

import httpx2
import pytest

from tests.sandbox.booking import SUMMER, WEEK, WEEKLY, make, meeting, times, view
from tests.sandbox.test_delta import follow
from tests.sandbox_tenant import SandboxTenant

BARE = {"@odata.type", "@odata.etag", "id", "type", "seriesMasterId", "start", "end"}
PAGE = 'IdType="ImmutableId", odata.maxpagesize='


def url(person: str, window: str = SUMMER) -> str:
    return f"/users/{person}/calendarView/delta?{window}"


def state(seen: list[dict[str, Any]], known: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what a client knows after a round: the start of each event by id."""
    found = dict(known or {})
    for item in seen:
        if "@removed" in item:
            found.pop(item["id"], None)
        elif item["type"] != "seriesMaster":
            found[item["id"]] = item["start"]
    return found


def truth(client: httpx2.Client, person: str) -> dict[str, Any]:
    return {one["id"]: one["start"] for one in view(client, person, "&$top=100")}


def test_occurrences_come_bare_and_their_master_with_them(
    person: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(recurrence=WEEKLY))
    single = make(stable, person, meeting())
    seen, _ = follow(stable, url(person))
    assert [one["type"] for one in seen] == ["seriesMaster", *["occurrence"] * 4, "singleInstance"]
    assert all(one.keys() == BARE for one in seen[1:5])
    assert {one["seriesMasterId"] for one in seen[1:5]} == {made["id"]}
    assert (seen[0]["subject"], seen[5]["id"]) == ("Team", single["id"])


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_client_that_follows_the_links_knows_the_calendar(
    person: str, colleague: str, stable: httpx2.Client, size: int
) -> None:
    headers = {"Prefer": f"{PAGE}{size}"}
    mine = f"/users/{person}/events"
    make(stable, colleague, meeting(person, recurrence=WEEKLY))
    series = make(stable, person, meeting(recurrence=WEEKLY))
    single = make(stable, person, meeting())
    seen, link = follow(stable, url(person), **headers)
    known = state(seen)
    assert known == truth(stable, person)
    days = view(stable, person, "&$top=100&$filter=type eq 'occurrence'")
    for change in (
        lambda: stable.post(f"{mine}/{days[0]['id']}/decline", json={"comment": ""}),
        lambda: stable.patch(f"{mine}/{days[3]['id']}", json=LATER),
        lambda: stable.delete(f"{mine}/{days[5]['id']}"),
        lambda: stable.patch(f"{mine}/{single['id']}", json=AWAY),
        lambda: stable.patch(f"{mine}/{single['id']}", json=LATER),
        lambda: stable.patch(f"{mine}/{series['id']}", json={"recurrence": SHORTER}),
        lambda: stable.delete(f"{mine}/{series['id']}"),
        lambda: make(stable, person, meeting()),
    ):
        change()
        seen, link = follow(stable, link, **headers)
        known = state(seen, known)
        assert known == truth(stable, person)
    assert follow(stable, link, **headers)[0] == []


LATER = times("2026-06-03T15:00:00", "2026-06-03T15:30:00")
AWAY = times("2027-06-03T15:00:00", "2027-06-03T15:30:00")
SHORTER = {**WEEKLY, "range": {**WEEKLY["range"], "numberOfOccurrences": 2}}


def test_what_changes_between_the_pages_of_a_round_is_not_lost(
    person: str, stable: httpx2.Client
) -> None:
    headers = {"Prefer": f"{PAGE}2"}
    first = make(stable, person, meeting(recurrence=WEEKLY))
    make(stable, person, meeting(recurrence=WEEKLY))
    page = stable.get(url(person), headers=headers).json()
    stable.delete(f"/users/{person}/events/{first['id']}").raise_for_status()
    seen, _ = follow(stable, page["@odata.nextLink"], **headers)
    assert state(seen, state(page["value"])) == truth(stable, person)


def test_a_cancelled_meeting_is_a_change_and_no_removal(
    person: str, colleague: str, stable: httpx2.Client
) -> None:
    made = make(stable, person, meeting(colleague))
    _, link = follow(stable, url(colleague, WEEK))
    stable.post(f"/users/{person}/events/{made['id']}/cancel", json={"comment": ""})
    (item,), _ = follow(stable, link)
    assert item["isCancelled"]


def test_expired_event_links_are_gone(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    _, link = follow(stable, url(person))
    tenant.faults(expire_delta=True)
    gone = stable.get(link)
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "SyncStateNotFound")


def test_an_empty_page_of_events_leads_on(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    make(stable, person, meeting(recurrence=WEEKLY))
    tenant.faults(empty_delta_pages=1)
    page = stable.get(url(person)).json()
    assert page["value"] == []
    tenant.faults(empty_delta_pages=0)
    assert len(follow(stable, page["@odata.nextLink"])[0]) == 5


@pytest.mark.parametrize(
    "query", ["&$select=id", "&$filter=isAllDay eq true", "&$orderby=subject", "&$expand=instances",
              "&$search=x", "&$deltatoken=latest", "&$deltatoken=nonsense"],
)  # fmt: skip
def test_what_event_tracking_does_not_take_is_refused(
    person: str, stable: httpx2.Client, query: str
) -> None:
    assert stable.get(url(person) + query).status_code == 400


def test_tracking_needs_a_window_and_the_calendar_view(person: str, stable: httpx2.Client) -> None:
    assert stable.get(f"/users/{person}/calendarView/delta").status_code == 400
    assert stable.get(f"/users/{person}/events/delta?{SUMMER}").status_code == 400
