"""Subscriptions of a sandbox tenant, with a web server that answers the handshake."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.watching import Subscription
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import written
from policy_agent.graph.subscriptions import GraphSubscriptions
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox, address
from tests.graph.scripted_service import Asked, Says, ScriptedService, error_body, rig
from tests.sandbox.webhook import Webhook, issue, open_webhook
from tests.sandbox_tenant import SandboxTenant


@pytest.fixture(scope="module")
def listener(
    sandbox_tenant: SandboxTenant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Webhook]:
    """A web server over HTTPS that answers validation requests."""
    with open_webhook(issue(sandbox_tenant, tmp_path_factory.mktemp("listener"))) as there:
        yield there


@pytest.fixture
def soon(sandbox: GraphSandbox) -> datetime:
    """Three days ahead of the tenant's clock, in whole seconds."""
    told = sandbox.control("GET", "clock")["now"]
    return datetime.fromisoformat(told).replace(microsecond=0) + timedelta(days=3)


def made(result: Subscription | CallFailure) -> Subscription:
    assert isinstance(result, Subscription), result
    return result


def test_it_subscribes_many_mailboxes_and_lists_them(
    sandbox: GraphSandbox, tenant: Tenant, listener: Webhook, soon: datetime
) -> None:
    ids = list(sandbox.people(*(f"sub{number}" for number in range(30))).values())
    states = {one: f"state-{number}" for number, one in enumerate(ids)}
    found = tenant.subscriptions.create(
        ids, what="inbox", url=listener.url, expires=soon, states=states
    )
    assert list(found) == ids
    for mailbox, result in found.items():
        one = made(result)
        assert (one.mailbox, one.client_state, one.expires) == (mailbox, states[mailbox], soon)
    listed = {one[0]: one[1:] for one in tenant.subscriptions.existing()}
    first = made(found[ids[0]])
    resource = f"/users/{ids[0]}/mailFolders('inbox')/messages"
    assert listed[first.id] == (resource, soon, listener.url)
    shown = sandbox.control("GET", "subscriptions")["subscriptions"]
    assert all(one["lifecycleNotificationUrl"] == listener.url for one in shown)
    assert {one["changeType"] for one in shown} == {"created"}
    assert listener.validations


def test_a_calendar_is_watched_for_what_is_changed_and_deleted_too() -> None:
    expires = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    with ScriptedService(lambda _: Says(status=201, body={"id": "s1"})) as there:
        client = rig(there.base)
        subscriptions = GraphSubscriptions(client.http, GraphBatch(client.http))
        found = subscriptions.create(
            ["u"], what="calendar", url="https://a.example/n", expires=expires, states={"u": "s"}
        )
        client.http.close()
        (asked,) = there.asked
    assert asked.body["resource"] == "/users/u/events"
    assert asked.body["changeType"] == "created,updated,deleted"
    one = made(found["u"])
    assert (one.id, one.mailbox, one.what, one.expires) == ("s1", "u", "calendar", expires)


def test_one_that_exists_is_refused_in_the_services_words(
    sandbox: GraphSandbox, tenant: Tenant, listener: Webhook, soon: datetime
) -> None:
    (box,) = sandbox.people("tam").values()
    make = tenant.subscriptions.create
    made(make([box], what="inbox", url=listener.url, expires=soon, states={box: "one"})[box])
    again = make([box], what="inbox", url=listener.url, expires=soon, states={box: "two"})[box]
    assert isinstance(again, CallFailure)
    assert again.kind == "refused"
    assert "already exists" in again.what


def test_a_lost_answer_to_a_create_is_made_good_by_listing(
    sandbox: GraphSandbox, tenant: Tenant, listener: Webhook, soon: datetime
) -> None:
    ids = list(sandbox.people(*(f"uma{number}" for number in range(20))).values())
    sandbox.faults(lost_answers=0.4, seed=5)
    found = tenant.subscriptions.create(
        ids, what="inbox", url=listener.url, expires=soon, states={one: f"s-{one}" for one in ids}
    )
    sandbox.faults(lost_answers=0)
    shown = {one["id"]: one for one in sandbox.control("GET", "subscriptions")["subscriptions"]}
    for mailbox, result in found.items():
        one = made(result)
        assert shown[one.id]["clientState"] == one.client_state == f"s-{mailbox}"


def test_a_mailbox_without_a_licence_does_not_hinder_another(
    sandbox: GraphSandbox, tenant: Tenant, listener: Webhook, soon: datetime
) -> None:
    ids = sandbox.people("vic", "wes")
    sandbox.faults(unlicensed=[address("vic")])
    found = tenant.subscriptions.create(
        list(ids.values()),
        what="inbox",
        url=listener.url,
        expires=soon,
        states=dict.fromkeys(ids.values(), "s"),
    )
    refused = found[ids["vic"]]
    assert isinstance(refused, CallFailure)
    assert refused.kind == "unlicensed"
    made(found[ids["wes"]])


def test_a_web_server_that_does_not_answer_the_handshake_is_a_refusal(
    sandbox: GraphSandbox, tenant: Tenant, soon: datetime
) -> None:
    (box,) = sandbox.people("xan").values()
    found = tenant.subscriptions.create(
        [box],
        what="inbox",
        url="https://localhost:1/notifications",
        expires=soon,
        states={box: "s"},
    )[box]
    assert isinstance(found, CallFailure)
    assert found.kind == "refused"
    assert "validation" in found.what


def test_it_renews_and_ends_and_says_what_is_gone(
    sandbox: GraphSandbox, tenant: Tenant, listener: Webhook, soon: datetime
) -> None:
    (box,) = sandbox.people("yan").values()
    one = made(
        tenant.subscriptions.create(
            [box], what="inbox", url=listener.url, expires=soon, states={box: "s"}
        )[box]
    )
    later = soon + timedelta(days=1)
    nobody = "00000000-0000-4000-8000-000000000000"
    renewed = tenant.subscriptions.renew([one.id, nobody], later)
    assert renewed[one.id] == later
    gone = renewed[nobody]
    assert isinstance(gone, CallFailure)
    assert gone.kind == "gone"
    assert tenant.subscriptions.delete([one.id, nobody]) == {one.id: None, nobody: None}
    assert one.id not in {there[0] for there in tenant.subscriptions.existing()}


def test_an_expiry_too_far_ahead_is_asked_for_again_with_the_older_limit(
    sandbox: GraphSandbox, tenant: Tenant, listener: Webhook, soon: datetime
) -> None:
    (box,) = sandbox.people("zac").values()
    too_far = soon + timedelta(days=30)
    one = made(
        tenant.subscriptions.create(
            [box], what="inbox", url=listener.url, expires=too_far, states={box: "s"}
        )[box]
    )
    now = soon - timedelta(days=3)
    assert timedelta(minutes=4229) < one.expires - now < timedelta(minutes=4232)
    renewed = tenant.subscriptions.renew([one.id], too_far)[one.id]
    assert isinstance(renewed, datetime)
    assert timedelta(minutes=4229) < renewed - now < timedelta(minutes=4232)


def test_an_older_subscription_is_not_taken_for_the_one_whose_answer_was_lost() -> None:
    expires = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    older = {
        "id": "older",
        "resource": "/users/u/mailFolders('inbox')/messages",
        "notificationUrl": "https://a.example/n",
        "expirationDateTime": written(expires - timedelta(hours=1)),
    }

    def answer(asked: Asked) -> Says:
        if asked.method == "GET":
            return Says(body={"value": [older]})
        if len(there.asked) == 1:
            return Says(cut=True)
        return Says(status=409, body=error_body("ExtensionError", "already exists"))

    with ScriptedService(answer) as there:
        client = rig(there.base)
        subscriptions = GraphSubscriptions(client.http, GraphBatch(client.http))
        found = subscriptions.create(
            ["u"], what="inbox", url="https://a.example/n", expires=expires, states={"u": "s"}
        )["u"]
        client.http.close()
    assert isinstance(found, CallFailure)
    assert found.kind == "refused"


def test_a_list_of_many_pages_is_read_to_its_end() -> None:
    def answer(asked: Asked) -> Says:
        page = int(asked.path.partition("page=")[2] or 0)
        body = {
            "value": [
                {
                    "id": f"s{page}",
                    "resource": "/users/u/messages",
                    "notificationUrl": None,
                    "expirationDateTime": "2026-11-25T10:00:00.1234567Z",
                }
            ]
        }
        if page < 2:
            body["@odata.nextLink"] = f"{there.base}/subscriptions?page={page + 1}"  # type: ignore[assignment]
        return Says(body=body)

    with ScriptedService(answer) as there:
        client = rig(there.base)
        found = GraphSubscriptions(client.http, GraphBatch(client.http)).existing()
        client.http.close()
    assert [one[0] for one in found] == ["s0", "s1", "s2"]
    assert found[0][3] == ""
