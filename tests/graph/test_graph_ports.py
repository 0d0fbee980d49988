"""The client is what the agent asks for."""

import inspect
from datetime import UTC, datetime

import pytest

from policy_agent.agent.meetings.ports import Calendars, Outgoing
from policy_agent.agent.ports import Mail, People, Subscriptions
from policy_agent.graph.calendars import GraphCalendars
from policy_agent.graph.directory import GraphPeople
from policy_agent.graph.mail import GraphMail
from policy_agent.graph.outgoing import GraphOutgoing
from policy_agent.graph.subscriptions import GraphSubscriptions
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox


def in_the_agents_hands(tenant: Tenant) -> tuple[Mail, Subscriptions, People, Calendars, Outgoing]:
    """Hand the client over under the agent's types; the type checker compares them."""
    return tenant.mail, tenant.subscriptions, tenant.people, tenant.calendars, tenant.outgoing


def test_a_tenant_has_all_five(sandbox: GraphSandbox) -> None:
    with sandbox.client() as client:
        mail, subscriptions, people, calendars, outgoing = in_the_agents_hands(client)
    assert isinstance(mail, GraphMail)
    assert isinstance(subscriptions, GraphSubscriptions)
    assert isinstance(people, GraphPeople)
    assert isinstance(calendars, GraphCalendars)
    assert isinstance(outgoing, GraphOutgoing)


@pytest.mark.parametrize(
    ("port", "client"),
    [
        (Mail, GraphMail),
        (Subscriptions, GraphSubscriptions),
        (People, GraphPeople),
        (Calendars, GraphCalendars),
        (Outgoing, GraphOutgoing),
    ],
)
def test_each_call_of_a_port_has_the_same_arguments(port: type, client: type) -> None:
    calls = [name for name in vars(port) if not name.startswith("_")]
    assert calls
    for name in calls:
        wanted = inspect.signature(getattr(port, name)).parameters.values()
        there = inspect.signature(getattr(client, name)).parameters.values()
        assert [(p.name, p.kind) for p in there] == [(p.name, p.kind) for p in wanted], name


def test_nothing_asked_is_nothing_done(sandbox: GraphSandbox) -> None:
    before = sandbox.control("GET", "stats")["requests"]
    with sandbox.client() as client:
        assert client.mail.read([]) == {}
        assert client.mail.move({}) == {}
        assert client.mail.mark({}) == {}
        assert client.mail.sent_categories([]) == {}
        assert client.mail.inbox([]) == {}
        assert client.mail.folder([], "Arriving next working day") == {}
        assert client.mail.changes({}) == {}
        assert client.people.members([]) == {}
        assert client.subscriptions.renew([], datetime(2026, 11, 25, tzinfo=UTC)) == {}
        assert client.subscriptions.delete([]) == {}
    assert sandbox.control("GET", "stats")["requests"] == before
