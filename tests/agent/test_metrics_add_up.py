"""Metrics after a busy weekend, against a tenant over HTTPS: they add up to what the store has."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.samples import Sample

from policy_agent.agent.health import Running
from policy_agent.agent.watch import Watch
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.counts import ServiceState
from policy_agent.domain.holds import HoldState
from policy_agent.domain.watching import Subscription
from policy_agent.web.metrics.catalogue import PREFIX
from policy_agent.web.metrics.figures import Figures
from policy_agent.web.metrics.meters import ProcessMeters
from tests.agent.world import ALICE, BOB, CAROL, DAN, LATER, SATURDAY, TUESDAY, World, open_world

RUNNING = Running(
    ready=True,
    watching=True,
    swept_since=None,
    calendars_swept_since=None,
    sweep_every=timedelta(minutes=5),
    service=ServiceState(),
)
CLOSED = re.compile(r"[a-z_]*")  # a word of a closed set


@dataclass
class Metered:
    """A world whose agent is metered."""

    world: World
    registry: CollectorRegistry

    def samples(self, name: str) -> list[Sample]:
        return [
            sample
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == PREFIX + name
        ]

    def total(self, name: str, **labels: str) -> float:
        return sum(
            sample.value for sample in self.samples(name) if labels.items() <= sample.labels.items()
        )


@pytest.fixture
def metered(tmp_path: Path) -> Iterator[Metered]:
    meters = ProcessMeters()
    with open_world(tmp_path, meters) as world:
        meters.registry.register(Figures(world.context, lambda: world.moment, lambda: RUNNING))
        yield Metered(world=world, registry=meters.registry)


def act(world: World, person: str, copy: CopyRef, action: str, **more: str) -> None:
    """Do in the tenant what its people do."""
    body = {"address": person, "message": copy.message, "action": action, **more}
    world.tenant.control.post("/act", json=body).raise_for_status()


def busy(world: World) -> None:
    """Live through a weekend in which everything happens once."""
    copies = world.deliver(ALICE, BOB, CAROL)
    for copy in copies.values():
        world.notified(copy)
    urgent = world.deliver(BOB, ALICE, subject="For alice@northshire.example")[ALICE]
    world.notified(urgent)
    world.deliver(DAN, BOB)  # no notice of it comes
    world.sweep()
    taken = world.deliver(CAROL, ALICE)[ALICE]
    world.notified(taken)
    act(world, ALICE, taken, "move", folder="inbox")  # she fetches it herself
    late = world.deliver(ALICE, CAROL)[CAROL]
    world.notified(late)
    subscription = Subscription(
        id="sub",
        mailbox=taken.mailbox,
        client_state="secret",
        expires=world.now + timedelta(days=1),
    )
    world.store.save_subscriptions([subscription])
    Watch(world.context).accept(
        {
            "value": [
                {
                    "subscriptionId": "sub",
                    "clientState": "secret",
                    "resourceData": {"id": taken.message},
                },
                {"subscriptionId": "another"},
            ]
        },
        world.moment,
    )
    world.travel(LATER)
    world.tick()


def test_decisions_add_up_to_the_rows_of_the_store(metered: Metered) -> None:
    busy(metered.world)
    rows = Counter(
        (row.rule or "", row.mode, row.outcome, row.reason)
        for row in metered.world.store.decisions_between(SATURDAY, LATER)
    )
    assert sum(rows.values()) >= 5
    told = {
        tuple(sample.labels[name] for name in ("rule", "mode", "outcome", "reason")): sample.value
        for sample in metered.samples("decisions_total")
    }
    assert told == rows
    assert {sample.labels["kind"] for sample in metered.samples("decisions_total")} <= {
        "defer-email",
        "none",
    }


def test_releases_add_up_to_the_holds_that_ended(metered: Metered) -> None:
    busy(metered.world)
    ended = Counter(hold.state for hold in metered.world.store.holds(set(HoldState)))
    assert ended[HoldState.RELEASED] >= 3
    assert ended[HoldState.SELF_RELEASED] == 1
    told = {sample.labels["result"]: sample.value for sample in metered.samples("releases_total")}
    assert {result: count for result, count in told.items() if count} == ended
    assert metered.total("release_lag_seconds_count") == ended[HoldState.RELEASED]
    assert metered.total("held_messages") == 0
    longest = (LATER - TUESDAY).total_seconds()
    assert 0 < metered.total("release_lag_seconds_sum") < (longest + 30) * ended[HoldState.RELEASED]
    metered.world.restart()
    metered.world.tick()
    assert metered.total("releases_total") == sum(ended.values())


def test_a_release_that_the_service_puts_off_is_counted_when_it_is_done(metered: Metered) -> None:
    world = metered.world
    world.notified(world.deliver(ALICE, BOB)[BOB])
    world.travel(LATER)
    world.tenant.faults(unavailable=True)
    world.tick()
    assert metered.total("releases_put_off_total", kind="unavailable") == 1
    assert metered.total("releases_total") == 0
    assert metered.total("graph_throttled_seconds_total") > 0
    world.tenant.faults(unavailable=False)
    world.travel(LATER + timedelta(hours=1))
    world.tick()
    assert metered.total("releases_total", result="released") == 1
    assert metered.total("release_lag_seconds_bucket", le="1800.0") == 0  # an hour and a half late


def test_what_notices_missed_and_what_they_brought_are_counted_apart(metered: Metered) -> None:
    busy(metered.world)
    assert metered.total("sweep_found_total") == 1
    assert metered.total("notifications_total", what="inbox") == 1
    assert metered.total("notifications_total", what="stranger") == 1


def test_each_part_of_a_batch_is_counted_beside_its_batch(metered: Metered) -> None:
    before = metered.total("graph_requests_total", operation="read")
    batches = metered.total("graph_requests_total", operation="batch")
    world = metered.world
    copies = [world.deliver(ALICE, BOB)[BOB] for _ in range(3)]
    world.graph.mail.read(copies)
    assert metered.total("graph_requests_total", operation="read", code="200") == before + 3
    assert metered.total("graph_requests_total", operation="batch", code="200") == batches + 1
    counted = metered.total("graph_request_duration_seconds_count", operation="read")
    assert counted == before + 3


def test_no_label_tells_of_a_person_or_names_a_row(metered: Metered) -> None:
    busy(metered.world)
    directory = metered.world.context.current.policy.directory
    people = {*directory.by_id, *directory.people}
    known = {"weekend-email", "defer-email", "service", "0" * 64}
    for family in metered.registry.collect():
        for sample in family.samples:
            assert not people & set(sample.labels.values()), sample
            for label, value in sample.labels.items():
                if label not in {"le", "code", "version", "python"} and value not in known:
                    assert CLOSED.fullmatch(value), sample
