"""One sandbox tenant for all tests of this room; its faults are switched off before each."""

from collections.abc import Iterator

import pytest

from policy_agent.graph.tenant import Tenant
from tests.graph.sandbox_tenant import SandboxTenant


@pytest.fixture(scope="session")
def running_tenant() -> Iterator[SandboxTenant]:
    with SandboxTenant() as there:
        yield there


@pytest.fixture
def sandbox(running_tenant: SandboxTenant) -> SandboxTenant:
    running_tenant.control("DELETE", "faults")
    return running_tenant


@pytest.fixture
def waits() -> list[float]:
    """The waits of `tenant`, which writes them down instead of sleeping."""
    return []


@pytest.fixture
def tenant(sandbox: SandboxTenant, waits: list[float]) -> Iterator[Tenant]:
    with sandbox.client(waits=waits) as client:
        yield client
