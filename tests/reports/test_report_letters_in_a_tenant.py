"""Reports in a tenant over HTTPS: everybody on a list has one, and the agent leaves it to them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from policy_agent.agent.tell import Outbox
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.rules import Reporting
from policy_agent.reports.letters import plan_reports
from tests.agent.world import ALICE, BOB, CAROL, DAN, TUESDAY, World, open_world
from tests.reports.print_shop import CLOSED, Printer

JULY = date(2023, 7, 1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A Sunday before a bank holiday; July was closed, and a list and a champion are to be told."""
    with open_world(tmp_path) as world:
        told = Reporting(to=("everyone@northshire.example",), champions={"practitioners": (BOB,)})
        in_force = world.context.current.policy
        rulebook = replace(in_force.rulebook, reporting=told)
        world.context.current.policy = replace(in_force, rulebook=rulebook)
        world.context = replace(world.context, service_mailbox=DAN)
        world.store.close_month(replace(CLOSED, month=JULY, closed=world.now))
        yield world


def tell(world: World, outbox: Outbox) -> None:
    plan_reports(world.context, JULY, world.now)
    outbox.tick(world.context, world.moment)


def mails(world: World, address: str) -> dict[str, EmailMessage]:
    """Return what the service mailbox sent to somebody, by its subject, and that it is not held."""
    found: dict[str, EmailMessage] = {}
    with world.tenant.client(immutable=True) as client:
        for copy in world.tenant.copies(address):
            where = f"/users/{address}/messages/{copy['message']}"
            mime = message_from_string(client.get(f"{where}/$value").text, policy=policy.default)
            if mime["From"] == DAN and copy["well_known_name"] == "inbox":
                assert copy["subject"] not in found
                assert client.get(where).json()["hasAttachments"] is True
                assert world.hold(CopyRef(mailbox=copy["mailbox"], message=copy["message"])) is None
                found[copy["subject"]] = mime
    return found


def files(mime: EmailMessage) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part in mime.iter_attachments():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        found[part.get_filename() or ""] = content
    return found


def test_a_list_and_a_champion_get_theirs_on_the_next_working_morning(world: World) -> None:
    outbox = Outbox(Printer().writers())
    tell(world, outbox)
    world.travel(TUESDAY - timedelta(minutes=1))
    tell(world, outbox)
    assert mails(world, ALICE) == {}
    world.travel(TUESDAY)
    tell(world, outbox)
    world.sweep()
    world.tick()
    tell(world, outbox)
    for address in (ALICE, CAROL):
        (monthly,) = mails(world, address).values()
        assert files(monthly) == {
            "wellbeing-report-2023-07.pdf": b"2023-07 pdf",
            "wellbeing-report-2023-07.html": b"2023-07 html",
            "wellbeing-report-2023-07.xlsx": b"2023-07 xlsx",
            "wellbeing-report-2023-07.csv.zip": b"2023-07 csv",
        }
        assert monthly["x-policy-agent"] == "report"
    theirs = mails(world, BOB)
    assert set(theirs) == {
        "Our monthly report: July 2023",
        "practitioners: your team's page for July 2023",
    }
    page = theirs["practitioners: your team's page for July 2023"]
    assert set(files(page)) == {
        "wellbeing-report-2023-07-practitioners.pdf",
        "wellbeing-report-2023-07-practitioners.html",
    }
