import httpx2
import pytest

from tests.sandbox.booking import LONDON, SUMMER, WEEK, WEEKLY, make, meeting, refused, times, view
from tests.sandbox_tenant import SandboxTenant


def test_a_view_has_what_overlaps_the_half_open_window(person: str, stable: httpx2.Client) -> None:
    for start, end in (("08:00", "09:00"), ("09:30", "10:30"), ("11:30", "12:30"),
                       ("13:00", "14:00")):  # fmt: skip
        make(stable, person, meeting(subject=start, **times(start, end)))
    window = "startDateTime=2026-05-26T10:00:00%2B01:00&endDateTime=2026-05-26T12:00:00Z"
    found = view(stable, person, window=window)
    assert [one["subject"] for one in found] == ["09:30", "11:30"]


def test_pages_of_a_view_join_up(person: str, stable: httpx2.Client) -> None:
    daily = {"pattern": {"type": "daily", "interval": 1},
             "range": {"type": "noEnd", "startDate": "2026-05-26"}}  # fmt: skip
    make(stable, person, meeting(recurrence=daily))
    whole = view(stable, person, "&$top=1000")
    assert [one["id"] for one in view(stable, person, "&$top=7")] == [one["id"] for one in whole]
    first = stable.get(f"/users/{person}/calendarView?{SUMMER}").json()
    assert len(first["value"]) == 10
    assert len(whole) == 90
    starts = [one["start"]["dateTime"] for one in whole]
    assert starts == sorted(starts)


def test_a_view_shows_what_is_selected_and_no_more(person: str, stable: httpx2.Client) -> None:
    make(stable, person, meeting(recurrence=WEEKLY))
    (one,) = view(stable, person, "&$select=subject,start,originalStart,type", window=WEEK)
    assert one.keys() == {"@odata.etag", "id", "subject", "start", "originalStart", "type"}
    assert one["type"] == "occurrence"


def test_a_view_can_be_filtered_and_ordered(person: str, stable: httpx2.Client) -> None:
    make(stable, person, meeting(subject="b", showAs="free"))
    make(stable, person, meeting(subject="a", categories=["Supervision"]))
    ordered = view(stable, person, "&$orderby=subject desc", window=WEEK)
    assert [one["subject"] for one in ordered] == ["b", "a"]
    later = view(stable, person, "&$orderby=start/dateTime desc", window=WEEK)
    assert len(later) == 2
    for query in ("categories/any(c:c eq 'Supervision')", "showAs ne 'free'",
                  "subject eq 'A' and isAllDay eq false"):  # fmt: skip
        found = view(stable, person, f"&$filter={query}", window=WEEK)
        assert [one["subject"] for one in found] == ["a"]


def test_times_come_in_the_zone_asked_for(person: str, graph: httpx2.Client) -> None:
    make(graph, person, meeting(recurrence={**WEEKLY, "range": {
        "type": "numbered", "startDate": "2026-05-26", "numberOfOccurrences": 30}}))  # fmt: skip
    url = (f"/users/{person}/calendarView?startDateTime=2026-10-19T00:00:00Z"
           "&endDateTime=2026-11-02T00:00:00Z")  # fmt: skip
    shown = [one["start"] for one in graph.get(url).json()["value"]]
    assert [(one["dateTime"][5:16], one["timeZone"]) for one in shown] == [
        ("10-20T11:30", "UTC"), ("10-27T12:30", "UTC"),
    ]  # fmt: skip
    for name in (LONDON, "Europe/London"):
        answer = graph.get(url, headers={"Prefer": f'outlook.timezone="{name}"'})
        shown = [one["start"] for one in answer.json()["value"]]
        assert [(one["dateTime"][11:16], one["timeZone"]) for one in shown] == [("12:30", name)] * 2
        assert answer.headers["Preference-Applied"] == f'outlook.timezone="{name}"'
    wrong = graph.get(url, headers={"Prefer": 'outlook.timezone="Mars"'})
    assert wrong.status_code == 400


def test_an_all_day_event_is_dates_in_every_zone(person: str, graph: httpx2.Client) -> None:
    body = meeting(isAllDay=True, **times("2026-05-27T00:00:00", "2026-05-28T00:00:00"))
    make(graph, person, body)
    for name in ("UTC", "Tokyo Standard Time"):
        headers = {"Prefer": f'outlook.timezone="{name}"'}
        (one,) = graph.get(f"/users/{person}/calendarView?{WEEK}", headers=headers).json()["value"]
        assert one["start"] == {"dateTime": "2026-05-27T00:00:00.0000000", "timeZone": name}
        assert one["end"]["dateTime"] == "2026-05-28T00:00:00.0000000"


def test_instances_are_those_of_one_series(person: str, stable: httpx2.Client) -> None:
    made = make(stable, person, meeting(recurrence=WEEKLY))
    single = make(stable, person, meeting())
    path = f"/users/{person}/events"
    found = stable.get(f"{path}/{made['id']}/instances?{SUMMER}").json()["value"]
    assert {one["seriesMasterId"] for one in found} == {made["id"]}
    assert len(found) == 4
    assert refused(stable.get(f"{path}/{single['id']}/instances?{SUMMER}"))[0] == 400


@pytest.mark.parametrize(
    "query",
    ["", "?startDateTime=2026-05-26T00:00:00Z",
     "?startDateTime=2026-05-27T00:00:00Z&endDateTime=2026-05-26T00:00:00Z",
     "?startDateTime=2026-05-27T00:00:00Z&endDateTime=2036-05-26T00:00:00Z"],
)  # fmt: skip
def test_a_view_needs_a_window(person: str, stable: httpx2.Client, query: str) -> None:
    assert stable.get(f"/users/{person}/calendarView{query}").status_code == 400


def test_views_can_be_asked_for_in_a_batch_and_are_counted(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    make(stable, person, meeting())
    name = "GET /users/{}/calendarView"
    before = tenant.control.get("/stats").json()["by_operation"].get(name, 0)
    parts = [
        {"id": str(number), "method": "GET", "url": f"/users/{person}/calendarView?{WEEK}"}
        for number in range(3)
    ]
    answer = stable.post("/$batch", json={"requests": parts}).raise_for_status().json()
    assert [len(one["body"]["value"]) for one in answer["responses"]] == [1, 1, 1]
    after = tenant.control.get("/stats").json()["by_operation"]
    assert after[name] == before + 3
