from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.sandbox.booking import WEEKLY, make, meeting, view
from tests.sandbox.test_subscriptions import NOW, subscribe, wish
from tests.sandbox.webhook import Webhook
from tests.sandbox_tenant import SandboxTenant


@pytest.fixture(autouse=True)
def frozen(tenant: SandboxTenant) -> Iterator[None]:
    tenant.set_clock(NOW.isoformat(), rate=0)
    yield
    tenant.set_clock(NOW.isoformat(), rate=1)


def heard(tenant: SandboxTenant, webhook: Webhook) -> Counter[tuple[str, str]]:
    """Return what has come in once all has, counted by change and id."""
    tenant.wait_until_quiet()
    items = [(item["changeType"], item["resourceData"]["id"]) for item in webhook.items]
    webhook.items.clear()
    return Counter(items)


def test_subscribers_to_events_hear_of_invitations_changes_and_removals(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(stable, webhook, f"/users/{colleague}/events")
    made = make(stable, person, meeting(colleague))
    (copy,) = view(stable, colleague)
    (item,) = webhook.wait_for(bool)
    assert item["resourceData"]["@odata.type"] == "#Microsoft.Graph.Event"
    assert item["resourceData"]["@odata.etag"] == copy["@odata.etag"]
    assert heard(tenant, webhook) == {("created", copy["id"]): 1}
    stable.patch(f"/users/{person}/events/{made['id']}", json={"subject": "x"}).raise_for_status()
    assert heard(tenant, webhook) == {("updated", copy["id"]): 1}
    path = f"/users/{colleague}/events/{copy['id']}/decline"
    stable.post(path, json={"comment": ""}).raise_for_status()
    assert heard(tenant, webhook) == {("deleted", copy["id"]): 1}


def test_mail_and_events_are_told_apart(
    tenant: SandboxTenant, person: str, colleague: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(stable, webhook, f"/users/{colleague}/messages", changeType="created")
    subscribe(stable, webhook, f"users/{colleague}/events", changeType="created")
    tenant.deliver(person, colleague)
    make(stable, person, meeting(colleague))
    tenant.wait_until_quiet()
    kinds = Counter(item["resourceData"]["@odata.type"][17:] for item in webhook.items)
    assert kinds == {"Message": 2, "Event": 1}
    again = wish(webhook, f"/users/{colleague}/events", changeType="created")
    assert stable.post("/subscriptions", json=again).status_code == 409


def test_a_change_of_an_occurrence_names_it_and_its_series(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    made = make(stable, person, meeting(recurrence=WEEKLY))
    subscribe(stable, webhook, f"/users/{person}/events")
    first, second = (one["id"] for one in view(stable, person)[:2])
    stable.patch(f"/users/{person}/events/{first}", json={"subject": "x"}).raise_for_status()
    assert heard(tenant, webhook) == {("updated", first): 1, ("updated", made["id"]): 1}
    stable.delete(f"/users/{person}/events/{second}").raise_for_status()
    assert heard(tenant, webhook) == {("deleted", second): 1, ("updated", made["id"]): 1}


def test_one_change_may_be_told_three_times(
    tenant: SandboxTenant, person: str, stable: httpx2.Client, webhook: Webhook
) -> None:
    subscribe(stable, webhook, f"/users/{person}/events")
    tenant.faults(event_echoes=1)
    made = make(stable, person, meeting())
    assert heard(tenant, webhook) == {("created", made["id"]): 1, ("updated", made["id"]): 1}
    stable.patch(f"/users/{person}/events/{made['id']}", json={"subject": "x"}).raise_for_status()
    assert heard(tenant, webhook) == {("updated", made["id"]): 3}


@pytest.mark.parametrize("resource", ["calendarView", "calendar/events", "events/x"])
def test_only_the_events_of_a_mailbox_can_be_subscribed_to(
    person: str, stable: httpx2.Client, webhook: Webhook, resource: str
) -> None:
    body: dict[str, Any] = wish(webhook, f"/users/{person}/{resource}")
    assert stable.post("/subscriptions", json=body).status_code == 400
