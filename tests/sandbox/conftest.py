from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.sandbox.webhook import Webhook, issue, open_webhook
from tests.sandbox_tenant import SandboxTenant, sandbox_tenant, tenant

__all__ = ["sandbox_tenant", "tenant"]


@pytest.fixture
def graph(tenant: SandboxTenant) -> Iterator[httpx2.Client]:
    with tenant.client() as client:
        yield client


@pytest.fixture
def stable(tenant: SandboxTenant) -> Iterator[httpx2.Client]:
    """A client that asks for immutable ids."""
    with tenant.client(immutable=True) as client:
        yield client


@pytest.fixture
def webhook(tenant: SandboxTenant, tmp_path: Path) -> Iterator[Webhook]:
    with open_webhook(issue(tenant, tmp_path)) as endpoint:
        yield endpoint


@pytest.fixture
def person(tenant: SandboxTenant, request: pytest.FixtureRequest) -> str:
    """The address of somebody new, whose mailbox is empty."""
    return _new(tenant, f"new-{abs(hash(request.node.nodeid))}")


@pytest.fixture
def colleague(tenant: SandboxTenant, request: pytest.FixtureRequest) -> str:
    """The address of somebody else new."""
    return _new(tenant, f"other-{abs(hash(request.node.nodeid))}")


def _new(tenant: SandboxTenant, name: str) -> str:
    answer = tenant.control.post("/people", json={"people": [{"person": name}]})
    return str(answer.raise_for_status().json()["users"][0]["address"])
