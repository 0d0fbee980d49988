from typing import Any

import httpx2
import pytest

from tests.sandbox_tenant import SandboxTenant


def part(number: int | str, url: str, method: str = "GET", **more: Any) -> dict[str, Any]:
    return {"id": str(number), "method": method, "url": url, **more}


def run(client: httpx2.Client, *parts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = client.post("/$batch", json={"requests": list(parts)})
    assert answer.status_code == 200, answer.text
    return {one["id"]: one for one in answer.json()["responses"]}


def test_each_part_has_its_own_status_and_headers(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages/{copy}"
    answers = run(
        graph,
        part("a", path, headers={"Prefer": 'IdType="ImmutableId"'}),
        part("b", f"/users/{person}/messages/nonsense"),
        part("c", path, "PATCH", body={"isRead": True},
             headers={"Content-Type": "application/json"}),
    )  # fmt: skip
    assert {key: one["status"] for key, one in answers.items()} == {"a": 200, "b": 404, "c": 200}
    assert answers["a"]["body"]["id"] == copy
    assert answers["a"]["headers"]["Preference-Applied"] == 'IdType="ImmutableId"'
    assert answers["b"]["body"]["error"]["code"] == "ErrorItemNotFound"
    assert answers["c"]["body"]["id"] != copy


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [part(n, "/users") for n in range(21)],
        [part("a", "/users"), part("A", "/users")],
        [part("a", "/users", dependsOn=["b"])],
        [part("a", "/users/x/messages", "POST", body={})],
        [part("a", "https://graph.microsoft.com/v1.0/users")],
        [part("a", "/$batch", "POST")],
    ],
)
def test_a_batch_that_breaks_the_rules_is_refused_as_a_whole(
    graph: httpx2.Client, parts: list[dict[str, Any]]
) -> None:
    assert graph.post("/$batch", json={"requests": parts}).status_code == 400


def test_a_part_whose_prerequisite_failed_is_not_tried(graph: httpx2.Client) -> None:
    answers = run(
        graph,
        part(1, "/users/nobody@northshire.example"),
        part(2, "/users", dependsOn=["1"]),
        part(3, "/users", dependsOn=["2"]),
        part(4, "/users"),
    )
    assert {key: one["status"] for key, one in answers.items()} == {
        "1": 404,
        "2": 424,
        "3": 424,
        "4": 200,
    }


def test_a_batch_takes_four_parts_at_a_time(
    tenant: SandboxTenant, person: str, graph: httpx2.Client
) -> None:
    user = graph.get(f"/users/{person}").json()["id"]
    answers = run(graph, *(part(n, f"/users/{person}/messages") for n in range(20)))
    assert {one["status"] for one in answers.values()} == {200}
    stats = tenant.control.get("/stats").json()
    assert stats["peak_concurrency_by_mailbox"][user] == 4
