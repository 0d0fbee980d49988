import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.sandbox.webhook import Webhook
from tests.sandbox_tenant import SandboxTenant

NOW = datetime(2026, 5, 23, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen(tenant: SandboxTenant) -> Iterator[None]:
    tenant.set_clock(NOW.isoformat(), rate=0)
    yield
    tenant.set_clock(NOW.isoformat(), rate=1)


def wish(webhook: Webhook, resource: str, **more: Any) -> dict[str, Any]:
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": webhook.url,
        "resource": resource,
        "expirationDateTime": (NOW + timedelta(days=6)).isoformat(),
        "clientState": "secret",
        **more,
    }


def subscribe(
    client: httpx2.Client, webhook: Webhook, resource: str, **more: Any
) -> dict[str, Any]:
    answer = client.post("/subscriptions", json=wish(webhook, resource, **more))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_the_endpoint_must_give_the_validation_token_back(
    person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    webhook.echo = False
    refused = graph.post("/subscriptions", json=wish(webhook, f"/users/{person}/messages"))
    assert refused.status_code == 400
    assert graph.get("/subscriptions").json()["value"] == []


def test_both_endpoints_are_validated(person: str, graph: httpx2.Client, webhook: Webhook) -> None:
    subscribe(graph, webhook, f"/users/{person}/messages", lifecycleNotificationUrl=webhook.url)
    assert webhook.validations == 2


@pytest.mark.parametrize(
    "more",
    [
        {"notificationUrl": "http://localhost/n"},
        {"clientState": "x" * 129},
        {"changeType": "moved"},
        {"expirationDateTime": (NOW + timedelta(minutes=10081)).isoformat()},
        {"expirationDateTime": (NOW - timedelta(minutes=1)).isoformat()},
        {"surprise": 1},
        {"resource": "/users/alice@northshire.example/contacts"},
    ],
)
def test_what_graph_would_not_take_is_refused(
    person: str, graph: httpx2.Client, webhook: Webhook, more: dict[str, Any]
) -> None:
    body = {**wish(webhook, f"/users/{person}/messages"), **more}
    assert graph.post("/subscriptions", json=body).status_code == 400


def test_a_short_life_is_raised_to_45_minutes(
    person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    soon = (NOW + timedelta(minutes=1)).isoformat()
    made = subscribe(graph, webhook, f"/users/{person}/messages", expirationDateTime=soon)
    assert made["expirationDateTime"] == "2026-05-23T10:45:00Z"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/users/{}/messages", "Users/{}/Messages"),
        ("/users/{}/mailFolders/inbox/messages", "users/{}/mailFolders('Inbox')/messages"),
    ],
)
def test_the_same_wish_twice_is_a_conflict(
    person: str, graph: httpx2.Client, webhook: Webhook, first: str, second: str
) -> None:
    subscribe(graph, webhook, first.format(person))
    again = graph.post("/subscriptions", json=wish(webhook, second.format(person)))
    assert again.status_code == 409
    subscribe(graph, webhook, first.format(person), changeType="created")


def test_a_subscription_ends_by_the_tenants_clock(
    tenant: SandboxTenant, person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    made = subscribe(graph, webhook, f"/users/{person}/messages")
    later = (NOW + timedelta(days=9)).isoformat()
    path = f"/subscriptions/{made['id']}"
    renewed = graph.patch(path, json={"expirationDateTime": (NOW + timedelta(days=7)).isoformat()})
    assert renewed.json()["expirationDateTime"] == "2026-05-30T10:00:00Z"
    assert graph.post(f"{path}/reauthorize").status_code == 204
    tenant.set_clock(later)
    assert graph.get(path).status_code == 404
    assert graph.patch(path, json={"expirationDateTime": later}).status_code == 404


def test_a_mail_a_read_and_a_move_are_told_in_the_words_of_graph(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    made = subscribe(stable, webhook, f"/users/{person}/mailFolders('inbox')/messages")
    copy = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    path = f"/users/{person}/messages/{copy}"
    stable.patch(path, json={"isRead": True}).raise_for_status()
    stable.post(f"{path}/move", json={"destinationId": "archive"}).raise_for_status()
    stable.post(f"{path}/move", json={"destinationId": "inbox"}).raise_for_status()
    items = webhook.wait_for(lambda items: len(items) == 4)
    kinds = sorted(item["changeType"] for item in items)  # they may overtake each other
    assert kinds == ["created", "created", "deleted", "updated"]
    assert {item["resourceData"]["id"] for item in items} == {copy}
    assert {item["clientState"] for item in items} == {"secret"}
    assert {item["subscriptionId"] for item in items} == {made["id"]}
    assert len({item["resource"] for item in items}) == 3
    assert len({item["id"] for item in items}) == 4


def test_without_the_preference_at_creation_ids_are_mutable(
    tenant: SandboxTenant, person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(graph, webhook, f"/users/{person}/messages", changeType="created")
    tenant.deliver("x@outside.example", person)
    (item,) = webhook.wait_for(lambda items: len(items) == 1)
    (message,) = graph.get(f"/users/{person}/messages").json()["value"]
    assert item["resourceData"]["id"] == message["id"]


def test_what_was_not_taken_comes_again(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(stable, webhook, f"/users/{person}/messages", changeType="created")
    webhook.statuses = [500, 503]
    tenant.deliver("x@outside.example", person)
    webhook.wait_for(lambda items: len(items) == 1)
    tenant.wait_until_quiet()
    assert webhook.statuses == []


def test_notifications_can_be_lost_and_repeated(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(stable, webhook, f"/users/{person}/messages", changeType="created")
    tenant.faults(lost_notifications=1)
    tenant.deliver("x@outside.example", person)
    tenant.faults(lost_notifications=0, repeated_notifications=1)
    kept = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    tenant.wait_until_quiet()
    assert [item["resourceData"]["id"] for item in webhook.items] == [kept, kept]


def test_late_notifications_arrive_after_later_ones(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(stable, webhook, f"/users/{person}/messages", changeType="created")
    tenant.faults(late_notifications={"share": 1, "seconds": 2})
    late = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    tenant.faults(late_notifications=None)
    soon = tenant.deliver("x@outside.example", person)["copies"][person]["message"]
    tenant.wait_until_quiet()
    assert [item["resourceData"]["id"] for item in webhook.items] == [soon, late]


def test_lifecycle_events_have_no_resource(
    tenant: SandboxTenant, person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    made = subscribe(
        graph, webhook, f"/users/{person}/messages", lifecycleNotificationUrl=webhook.url
    )
    for event in ("missed", "reauthorizationRequired", "subscriptionRemoved"):
        body = {"event": event, "subscription_id": made["id"]}
        assert tenant.control.post("/lifecycle", json=body).json() == {"sent": 1}
    items = webhook.wait_for(lambda items: len(items) == 3)
    assert {item["lifecycleEvent"] for item in items} == {
        "missed",
        "reauthorizationRequired",
        "subscriptionRemoved",
    }
    assert all("resource" not in item and "changeType" not in item for item in items)
    assert graph.get(f"/subscriptions/{made['id']}").status_code == 404


def test_dropped_subscriptions_fall_silent(
    tenant: SandboxTenant, person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(graph, webhook, f"/users/{person}/messages")
    assert tenant.control.post("/subscriptions/drop").json() == {"dropped": 1}
    tenant.deliver("x@outside.example", person)
    tenant.wait_until_quiet()
    assert webhook.items == []


def test_an_unlicensed_mailbox_cannot_be_subscribed_to(
    tenant: SandboxTenant, person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    tenant.faults(unlicensed=[person])
    refused = graph.post("/subscriptions", json=wish(webhook, f"/users/{person}/messages"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "ExtensionError")


def test_the_handshake_does_not_keep_others_waiting(
    tenant: SandboxTenant, person: str, graph: httpx2.Client, webhook: Webhook
) -> None:
    held, webhook_asked = threading.Event(), threading.Event()

    def hold() -> None:
        webhook_asked.set()
        held.wait(5)

    webhook.before_validation = hold
    with tenant.client() as other:
        body = wish(webhook, f"/users/{person}/messages")
        creating = threading.Thread(
            target=other.post, args=("/subscriptions",), kwargs={"json": body}
        )
        creating.start()
        assert webhook_asked.wait(5)
        assert graph.get("/users").status_code == 200
        held.set()
        creating.join()
    assert len(graph.get("/subscriptions").json()["value"]) == 1
