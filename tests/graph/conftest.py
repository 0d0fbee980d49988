"""One sandbox tenant for all tests of this room; its faults are switched off before each."""

from collections.abc import Iterator

import pytest

from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox
from tests.sandbox_tenant import SandboxTenant, sandbox_tenant

__all__ = ["sandbox_tenant"]


@pytest.fixture
def sandbox(sandbox_tenant: SandboxTenant) -> GraphSandbox:
    sandbox_tenant.control.delete("/faults").raise_for_status()
    return GraphSandbox(told=sandbox_tenant)


@pytest.fixture
def waits() -> list[float]:
    """The waits of `tenant`, which writes them down instead of sleeping."""
    return []


@pytest.fixture
def tenant(sandbox: GraphSandbox, waits: list[float]) -> Iterator[Tenant]:
    with sandbox.client(waits=waits) as client:
        yield client
