"""What Graph posts: the handshake, notifications that are ours and those that are not."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meters import NoMeters
from policy_agent.agent.watch import Watch
from policy_agent.domain.events import EventRef
from policy_agent.domain.watching import Subscription
from policy_agent.store.store import Store
from policy_agent.web.app import BODY_LIMIT, make_app

NOW = datetime(2023, 8, 27, 9, 0, tzinfo=UTC)
OURS = Subscription(
    id="11111111-1111-1111-1111-111111111111",
    mailbox="bob",
    client_state="secret-of-this-subscription",
    expires=NOW + timedelta(days=6),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    found.save_subscriptions([OURS])
    yield found
    found.close()


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    context = cast("AgentContext", SimpleNamespace(store=store, meters=NoMeters()))
    app = make_app(Watch(context), lambda: Moment(now=NOW, machine=NOW), lambda: {"ready": True})
    with TestClient(app) as found:
        yield found


def item(**changed: Any) -> dict[str, Any]:
    told = {
        "subscriptionId": OURS.id,
        "clientState": OURS.client_state,
        "changeType": "created",
        "resource": "Users/bob/Messages/AAA",
        "resourceData": {"id": "AAA"},
    }
    return {**told, **changed}


def post(client: TestClient, *items: dict[str, Any]) -> int:
    return client.post("/notifications", json={"value": list(items)}).status_code


def test_the_handshake_gives_the_decoded_token_back_as_plain_text_and_nothing_else(
    client: TestClient,
) -> None:
    answer = client.post("/notifications?validationToken=a%20b%3Cscript%3E%26%2B")
    assert answer.status_code == 200
    assert answer.text == "a b<script>&+"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_notification_is_written_down_and_then_answered(client: TestClient, store: Store) -> None:
    assert post(client, item(), item(), item(resourceData={"id": "BBB"})) == 202
    assert store.pending_arrivals() == 2


@pytest.mark.parametrize(
    "stranger",
    [
        item(clientState="guessed"),
        item(clientState=None),
        item(clientState=7),
        item(subscriptionId="22222222-2222-2222-2222-222222222222"),
        item(subscriptionId=None),
        "not even an object",
        None,
    ],
)
def test_what_is_not_ours_is_answered_and_ignored(
    client: TestClient, store: Store, stranger: Any
) -> None:
    assert post(client, stranger) == 202
    assert store.pending_arrivals() == 0


@pytest.mark.parametrize(
    "broken", [item(resourceData=None), item(resourceData={}), item(resourceData={"id": 5})]
)
def test_ours_without_an_id_is_ignored(client: TestClient, store: Store, broken: Any) -> None:
    assert post(client, broken, item()) == 202
    assert store.pending_arrivals() == 1


@pytest.mark.parametrize("body", ["", "[]", "{}", "{", '{"value": 3}', "\x00", "7"])
def test_what_is_no_collection_is_refused(client: TestClient, body: str) -> None:
    assert client.post("/notifications", content=body).status_code == 400


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    assert client.post("/notifications", content=b" " * (BODY_LIMIT + 1)).status_code == 413


def test_what_could_not_be_written_down_is_asked_for_again(
    client: TestClient, store: Store, tmp_path: Path
) -> None:
    assert post(client, item()) == 202
    store.close()  # the next connection finds something else
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / "store.db").write_text("this is no database any more" * 1000)
    assert post(client, item(resourceData={"id": "CCC"})) == 503


def test_a_subscription_made_by_another_process_is_known(client: TestClient, store: Store) -> None:
    assert post(client, item()) == 202
    other = Subscription(id="new", mailbox="carol", client_state="other", expires=NOW)
    store.save_subscriptions([other])
    assert post(client, item(subscriptionId="new", clientState="other")) == 202
    assert store.pending_arrivals() == 2


def test_reauthorization_makes_a_subscription_due_at_once(client: TestClient, store: Store) -> None:
    lifecycle = item(lifecycleEvent="reauthorizationRequired")
    del lifecycle["resourceData"]
    assert post(client, lifecycle) == 202
    (found,) = store.subscriptions()
    assert found.expires == NOW
    assert store.pending_arrivals() == 0


def test_a_removed_subscription_is_forgotten(client: TestClient, store: Store) -> None:
    assert post(client, item(lifecycleEvent="subscriptionRemoved")) == 202
    assert store.subscriptions() == ()
    assert post(client, item()) == 202
    assert store.pending_arrivals() == 0


def test_missed_needs_nothing_of_its_own(client: TestClient, store: Store) -> None:
    assert post(client, item(lifecycleEvent="missed")) == 202
    assert len(store.subscriptions()) == 1


def test_health_can_be_asked(client: TestClient) -> None:
    assert client.get("/health").json() == {"ready": True}


def test_nothing_else_is_there(client: TestClient) -> None:
    for path in ("/", "/docs", "/openapi.json", "/redoc"):
        assert client.get(path).status_code == 404
    assert client.get("/notifications").status_code == 405


def test_a_post_full_of_strangers_asks_the_store_once(
    client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    subscriptions = store.subscriptions

    def counted() -> Any:
        asked.append(1)
        return subscriptions()

    monkeypatch.setattr(store, "subscriptions", counted)
    strangers = [item(subscriptionId=str(number)) for number in range(1000)]
    assert post(client, *strangers, item()) == 202
    assert len(asked) == 1
    assert store.pending_arrivals() == 1


@pytest.mark.parametrize("body", ["[" * 1_000_000, '{"value":' * 100_000])
def test_what_is_nested_without_end_is_refused(client: TestClient, body: str) -> None:
    assert client.post("/notifications", content=body).status_code == 400


@pytest.mark.parametrize("odd", ["AAA", ["AAA"], 7])
def test_an_odd_item_of_ours_does_not_spoil_the_others(
    client: TestClient, store: Store, odd: Any
) -> None:
    assert post(client, item(resourceData=odd), item()) == 202
    assert store.pending_arrivals() == 1


def test_notices_of_calendars_are_written_down_apart_from_mail(
    client: TestClient, store: Store
) -> None:
    calendar = Subscription(
        id="calendar", mailbox="bob", client_state="its own", expires=NOW, what="calendar"
    )
    store.save_subscriptions([calendar])

    def told(**changed: Any) -> dict[str, Any]:
        return item(**{"subscriptionId": "calendar", "clientState": "its own", **changed})

    event = {"id": "EEE"}
    assert post(client, item(), told(resourceData=event)) == 202
    assert (store.pending_arrivals(), store.pending_event_notices()) == (1, 1)
    assert post(client, told(resourceData=event, changeType="deleted")) == 202
    assert post(client, told(resourceData={"id": "FFF"}, changeType="no such word")) == 202
    assert post(client, told(resourceData=event, clientState="guessed")) == 202
    first, second = store.claim_event_notices("w", limit=9, machine=NOW, lease=timedelta(minutes=1))
    assert (first.event, first.change) == (EventRef(mailbox="bob", event="EEE"), "deleted")
    assert (second.event.event, second.change) == ("FFF", "")


def test_reauthorization_of_a_calendar_leaves_it_a_calendar(
    client: TestClient, store: Store
) -> None:
    calendar = Subscription(
        id="calendar", mailbox="bob", client_state="s", expires=OURS.expires, what="calendar"
    )
    store.save_subscriptions([calendar])
    lifecycle = item(
        subscriptionId="calendar", clientState="s", lifecycleEvent="reauthorizationRequired"
    )
    assert post(client, lifecycle) == 202
    found = {one.id: one for one in store.subscriptions()}["calendar"]
    assert (found.what, found.expires) == ("calendar", NOW)
