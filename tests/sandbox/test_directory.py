import httpx2
import pytest

from tests.sandbox_tenant import SandboxTenant, start_sandbox


def test_people_keep_their_ids_in_every_tenant(tenant: SandboxTenant, graph: httpx2.Client) -> None:
    here = graph.get("/users/alice@northshire.example").json()["id"]
    with start_sandbox() as other, other.client() as elsewhere:
        assert elsewhere.get("/users/ALICE@northshire.example").json()["id"] == here


def test_users_come_in_pages_that_end(graph: httpx2.Client) -> None:
    seen, url = [], "/users?$top=2&$select=id,mail&$count=true"
    while url:
        page = graph.get(url).raise_for_status().json()
        assert len(page["value"]) <= 2
        assert page["@odata.count"] >= 4
        assert all(user.keys() == {"id", "mail"} for user in page["value"])
        seen += [user["id"] for user in page["value"]]
        url = page.get("@odata.nextLink")
    assert len(seen) == len(set(seen)) >= 4


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("mail eq 'BOB@northshire.example'", {"bob"}),
        ("startswith(userPrincipalName,'ca') and accountEnabled eq true", {"carol"}),
        ("mail eq 'bob@northshire.example' or jobTitle eq 'duty worker'", {"bob", "dan"}),
        ("mail in ('Bob@northshire.example', 'dan@northshire.example')", {"bob", "dan"}),
        ("not(accountEnabled eq true)", set()),
    ],
)
def test_users_are_found_by_filter(graph: httpx2.Client, wanted: str, found: set[str]) -> None:
    answer = graph.get("/users", params={"$filter": wanted}).raise_for_status()
    assert {one["mail"].partition("@")[0] for one in answer.json()["value"]} == found


@pytest.mark.parametrize("wanted", ["shoeSize eq 44", "mail like 'x'", "mail eq", "mail eq 'x' )"])
def test_a_filter_that_graph_does_not_know_is_a_bad_request(
    graph: httpx2.Client, wanted: str
) -> None:
    answer = graph.get("/users", params={"$filter": wanted})
    assert answer.status_code == 400
    assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]


def test_members_of_nested_groups_are_found_at_any_hand(
    tenant: SandboxTenant, graph: httpx2.Client
) -> None:
    for group, members in {
        "inner@northshire.example": ["bob@northshire.example"],
        "outer@northshire.example": ["inner@northshire.example", "dan@northshire.example"],
    }.items():
        body = {"group": group, "members": members}
        tenant.control.put("/members", json=body).raise_for_status()
    (outer,) = graph.get("/groups?$filter=mail eq 'outer@northshire.example'").json()["value"]

    def names(path: str) -> set[str]:
        found = graph.get(f"/groups/{outer['id']}/{path}").raise_for_status().json()["value"]
        return {one["mail"].partition("@")[0] for one in found}

    assert names("members") == {"inner", "dan"}
    assert names("members/microsoft.graph.user") == {"dan"}
    assert names("transitiveMembers") == {"inner", "dan", "bob"}
    assert names("transitiveMembers/microsoft.graph.user") == {"dan", "bob"}
    at_any_hand = graph.get("/users/bob@northshire.example/transitiveMemberOf").json()["value"]
    at_first_hand = graph.get("/users/bob@northshire.example/memberOf").json()["value"]
    assert {"inner", "outer"} <= {group["displayName"] for group in at_any_hand}
    assert "outer" not in {group["displayName"] for group in at_first_hand}


def test_a_room_says_that_it_is_one(tenant: SandboxTenant, graph: httpx2.Client) -> None:
    people = [{"person": "room1", "purpose": "room"}]
    tenant.control.post("/people", json={"people": people}).raise_for_status()
    settings = graph.get("/users/room1@northshire.example/mailboxSettings").json()
    assert settings["userPurpose"] == "room"


def test_settings_can_be_changed_but_not_the_purpose(person: str, graph: httpx2.Client) -> None:
    hours = {"workingHours": {"daysOfWeek": ["monday"]}, "timeZone": "Europe/London"}
    changed = graph.patch(f"/users/{person}/mailboxSettings", json=hours).raise_for_status().json()
    assert changed["timeZone"] == "Europe/London"
    assert changed["workingHours"]["daysOfWeek"] == ["monday"]
    assert changed["workingHours"]["startTime"] == "08:30:00.0000000"
    refused = graph.patch(f"/users/{person}/mailboxSettings", json={"userPurpose": "room"})
    assert refused.status_code == 400


def test_an_unknown_user_is_a_404_of_the_directory(graph: httpx2.Client) -> None:
    answer = graph.get("/users/nobody@northshire.example")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "Request_ResourceNotFound"
