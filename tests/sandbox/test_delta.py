from typing import Any

import httpx2
import pytest

from tests.sandbox_tenant import SandboxTenant


def follow(client: httpx2.Client, url: str, **headers: str) -> tuple[list[dict[str, Any]], str]:
    """Follow a round to its end; return what it showed and its deltaLink."""
    seen: list[dict[str, Any]] = []
    while True:
        page = client.get(url, headers=headers).raise_for_status().json()
        seen += page["value"]
        if "@odata.deltaLink" in page:
            return seen, page["@odata.deltaLink"]
        url = page["@odata.nextLink"]


def inbox(person: str, query: str = "") -> str:
    return f"/users/{person}/mailFolders/inbox/messages/delta{query}"


def test_a_round_shows_everything_and_the_next_one_only_what_is_new(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    first = [tenant.deliver("x@outside.example", person)["copies"][person]["message"]
             for _ in range(5)]  # fmt: skip
    seen, link = follow(
        stable,
        inbox(person, "?$select=subject"),
        Prefer='IdType="ImmutableId", odata.maxpagesize=2',
    )
    assert [item["id"] for item in seen] == first
    assert all(item.keys() == {"id", "@odata.etag", "subject"} for item in seen)
    assert follow(stable, link)[0] == []
    new = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages"
    stable.patch(f"{path}/{first[0]}", json={"isRead": True}).raise_for_status()
    stable.post(f"{path}/{first[1]}/move", json={"destinationId": "archive"}).raise_for_status()
    seen, _ = follow(stable, link)
    assert [item["id"] for item in seen] == [new, first[0], first[1]]
    assert [item.get("@removed") for item in seen] == [None, None, {"reason": "changed"}]


def test_a_round_without_the_preference_gives_mutable_ids(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    tenant.deliver("x@outside.example", person)
    (item,), link = follow(graph, inbox(person))
    message = graph.get(f"/users/{person}/messages/{item['id']}").json()
    graph.post(
        f"/users/{person}/messages/{message['id']}/move", json={"destinationId": "archive"}
    ).raise_for_status()
    assert follow(graph, link)[0] == [{"id": item["id"], "@removed": {"reason": "changed"}}]


def test_a_round_can_start_from_a_time(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    for day in (1, 2, 3):
        tenant.deliver("x@outside.example", person, received=f"2026-03-0{day}T09:00:00Z")
    seen, _ = follow(stable, inbox(person, "?$filter=receivedDateTime ge 2026-03-02T09:00:00Z"))
    assert len(seen) == 2


@pytest.mark.parametrize(
    "query",
    ["?$filter=isRead eq false", "?$orderby=subject", "?$search=x", "?$deltatoken=latest",
     "?$deltatoken=nonsense", "?changeType=moved"],
)  # fmt: skip
def test_what_change_tracking_does_not_take_is_refused(
    person: str, graph: httpx2.Client, query: str
) -> None:
    assert graph.get(inbox(person, query)).status_code == 400


def test_change_types_can_be_chosen(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    _, created = follow(stable, inbox(person, "?changeType=created"))
    _, updated = follow(stable, inbox(person, "?changeType=updated"))
    stable.patch(f"/users/{person}/messages/{copy}", json={"isRead": True}).raise_for_status()
    assert follow(stable, created)[0] == []
    assert [item["id"] for item in follow(stable, updated)[0]] == [copy]


def test_expired_links_are_gone_and_a_new_round_works(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    _, link = follow(stable, inbox(person))
    tenant.faults(expire_delta=True)
    gone = stable.get(link)
    assert (gone.status_code, gone.json()["error"]["code"]) == (410, "SyncStateNotFound")
    seen, link = follow(stable, inbox(person))
    assert [item["id"] for item in seen] == [copy]
    assert stable.get(link).status_code == 200


def test_a_page_may_be_empty_and_still_lead_on(
    tenant: SandboxTenant, person: str, stable: httpx2.Client
) -> None:
    tenant.deliver("x@outside.example", person)
    tenant.faults(empty_delta_pages=1)
    page = stable.get(inbox(person)).json()
    assert page["value"] == []
    tenant.faults(empty_delta_pages=0)
    assert len(follow(stable, page["@odata.nextLink"])[0]) == 1
