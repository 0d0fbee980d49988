"""When people sent mail, out of their Sent Items; over HTTPS and with the real MSAL."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from policy_agent.domain.copies import SENT_AT_MOST, CallFailure
from policy_agent.domain.notes import Letter, NoteKind
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.calls import Answer, Call
from policy_agent.graph.sent import read_sent_times
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox, address

SINCE = datetime(2026, 11, 2, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
HOUR = timedelta(hours=1)


def send(sandbox: GraphSandbox, name: str, moment: datetime) -> None:
    sandbox.deliver("uma", sender=address(name), received=moment.isoformat())


def test_times_of_ones_own_sent_mail_come_newest_first_and_end_before_the_end(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("tia", "uma")
    for moment in (SINCE - HOUR, SINCE, SINCE + 5 * HOUR, UNTIL, UNTIL + HOUR):
        send(sandbox, "tia", moment)
    send(sandbox, "uma", SINCE + HOUR)
    sandbox.deliver("tia", received=(SINCE + 2 * HOUR).isoformat())  # she got it, and sent it not
    assert tenant.mail.sent_times(ids["tia"], SINCE, UNTIL) == (SINCE + 5 * HOUR, SINCE)


def test_more_than_a_page_is_read_to_its_end(sandbox: GraphSandbox, tenant: Tenant) -> None:
    ids = sandbox.people("vic", "uma")
    for number in range(260):
        send(sandbox, "vic", SINCE + number * timedelta(minutes=1))
    found = tenant.mail.sent_times(ids["vic"], SINCE, UNTIL)
    assert found == tuple(SINCE + n * timedelta(minutes=1) for n in reversed(range(260)))


def test_what_the_agent_sent_from_the_same_mailbox_does_not_count(sandbox: GraphSandbox) -> None:
    ids = sandbox.people("wes", "uma")
    letter = Letter(
        key="receipt 1",
        kind=NoteKind.RECEIPT,
        to=address("uma"),
        subject="Your mail waits",
        html="<p>.</p>",
        text=".",
    )
    with sandbox.client(service_mailbox=address("wes")) as client:
        drafts = client.outgoing.draft([letter])
        assert client.outgoing.send({key: str(one) for key, one in drafts.items()}) == {
            "receipt 1": None
        }
        send(sandbox, "wes", SINCE)
        far = datetime(2100, 1, 1, tzinfo=UTC)
        assert client.mail.sent_times(ids["wes"], SINCE, far) == (SINCE,)


@pytest.mark.parametrize("fault", ["denied", "unlicensed"])
def test_a_mailbox_that_may_not_be_read_says_so(
    sandbox: GraphSandbox, tenant: Tenant, fault: str
) -> None:
    ids = sandbox.people("xan")
    sandbox.faults(**{fault: [address("xan")]})
    found = tenant.mail.sent_times(ids["xan"], SINCE, UNTIL)
    assert isinstance(found, CallFailure)
    assert found.kind == fault


class Prolific:
    """A service that has always one more page of mail."""

    def __init__(self) -> None:
        self.asked = 0

    def run(self, calls: list[Call]) -> list[Answer]:
        (call,) = calls
        assert call.operation == "sent_times"
        self.asked += 1
        items = [{"id": f"m{n}", "sentDateTime": "2026-11-03T10:00:00Z"} for n in range(250)]
        link = f"https://graph.example/v1.0/users/yan/messages?$skip={self.asked * 250}"
        return [
            Answer(status=200, headers={}, body={"value": items, "@odata.nextLink": link}),
        ]


def test_no_more_than_so_many_are_read_however_many_there_are() -> None:
    service = Prolific()
    batch = cast("GraphBatch", service)
    found = read_sent_times(batch, "https://graph.example/v1.0", "yan", SINCE, UNTIL)
    assert not isinstance(found, CallFailure)
    assert len(found) == SENT_AT_MOST
    assert service.asked == SENT_AT_MOST // 250


class Careless:
    """A service that writes times in ways nobody knows."""

    def run(self, calls: list[Call]) -> list[Answer]:
        told: list[Mapping[str, object]] = [
            {"id": "a", "sentDateTime": "2026-11-03T10:00:00.1234567Z"},
            {"id": "b"},
            {"id": "c", "sentDateTime": None},
            {"id": "d", "sentDateTime": "on Tuesday"},
            {"id": "e", "sentDateTime": "1999-01-01T00:00:00Z"},
        ]
        return [Answer(status=200, headers={}, body={"value": told})]


def test_a_time_that_cannot_be_read_is_left_out() -> None:
    batch = cast("GraphBatch", Careless())
    assert read_sent_times(batch, "https://graph.example/v1.0", "zoe", SINCE, UNTIL) == (
        datetime(2026, 11, 3, 10, 0, 0, 123456, tzinfo=UTC),
    )
