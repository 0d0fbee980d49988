"""A Sunday's notes in a tenant over HTTPS: they arrive with both parts, and are never held."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_string, policy
from typing import Any

import pytest

from policy_agent.agent.receipts import LOOK_EVERY, Receipts
from policy_agent.agent.reload import reload
from policy_agent.agent.tell import Outbox
from policy_agent.agent.writers import WRITERS
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.rules import Release
from tests.agent.world import ALICE, BOB, CAROL, DAN, RULE, TUESDAY, World, rulebook


@pytest.fixture
def weekend(world: World) -> World:
    world.context = replace(world.context, service_mailbox=DAN)
    at_once = replace(RULE, release=Release(at=RULE.release.at))
    assert reload(world.context, lambda: rulebook(at_once), world.moment).success
    return world


def tell(world: World, *, after: timedelta) -> None:
    """Let time go by, take notice of all that arrived, and do what a tick does about notes."""
    world.travel(world.now + after)
    world.sweep()
    world.tick()
    Receipts().tick(world.context, world.moment)
    Outbox(WRITERS).tick(world.context, world.moment)


def from_us(world: World, address: str) -> list[dict[str, Any]]:
    """Return the copies in a mailbox that the service mailbox sent, with their whole MIME."""
    found = []
    with world.tenant.client(immutable=True) as client:
        for copy in world.tenant.copies(address):
            where = f"/users/{address}/messages/{copy['message']}/$value"
            mime = message_from_string(client.get(where).text, policy=policy.default)
            if mime["From"] == DAN:
                found.append({**copy, "mime": mime})
    return found


def part(mime: Any, kind: str) -> str:
    return " ".join(mime.get_body(preferencelist=(kind,)).get_content().split())


def test_receipt_and_summary_arrive_with_both_parts_and_wait_for_nobody(weekend: World) -> None:
    copies = weekend.deliver(ALICE, BOB, CAROL, subject="Rota for next week")
    weekend.notified(*copies.values())
    tell(weekend, after=LOOK_EVERY)
    tell(weekend, after=timedelta(minutes=3))
    (receipt,) = from_us(weekend, ALICE)
    assert receipt["subject"] == (
        "Your mail to 2 colleagues will arrive on Tuesday 29 August at 08:30"
    )
    mime = receipt["mime"]
    assert mime["x-policy-agent"] == "receipt"
    assert mime.get_content_type() == "multipart/alternative"
    assert "Rota for next week" in part(mime, "plain")
    assert "Send it now: https://localhost/send-now/" in part(mime, "plain")
    assert part(mime, "html").startswith("<!doctype html>")
    tell(weekend, after=timedelta(minutes=3))  # a sweep sees the receipt, and leaves it
    assert [one["folder"] for one in from_us(weekend, ALICE)] == ["Inbox"]
    hold = weekend.hold(CopyRef(mailbox=receipt["mailbox"], message=receipt["message"]))
    assert hold is None

    tell(weekend, after=TUESDAY - weekend.now)
    tell(weekend, after=timedelta(minutes=2))
    (summary,) = from_us(weekend, BOB)
    assert summary["subject"] == "1 mail arrived while you were away"
    text = part(summary["mime"], "plain")
    assert "Rota for next week: https://outlook.office365.com/owa/?ItemID=" in text
    assert "From Alice" in text
    for address in (ALICE, BOB, CAROL):
        assert len(from_us(weekend, address)) == 1
