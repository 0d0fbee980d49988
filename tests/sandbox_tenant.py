"""A sandbox tenant for tests: the real program, over real HTTPS.

Put `from tests.sandbox_tenant import sandbox_tenant` into a conftest, or start one of your own:

    with start_sandbox("--clock", "2026-05-23T10:00:00Z", people=PEOPLE) as tenant:
        tenant.control.post("/deliver", json={...})
        tenant.client().get("/users")
"""

import json
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

PEOPLE = """person,role,teams
alice,director,everyone leadership
bob,practitioner,everyone practitioners
carol,practitioner,everyone practitioners
dan,duty worker,everyone emergency-duty
"""


@dataclass(frozen=True, kw_only=True)
class SandboxTenant:
    """What the tenant said at its start, and ways to speak to it."""

    graph: str
    authority: str
    ca: str
    tenant_id: str
    client_id: str
    client_secret: str
    control: httpx2.Client  # base URL …/sandbox
    process: "subprocess.Popen[str]"
    record: Path | None = None  # every call, answer and notification, a line of JSON each

    @property
    def origin(self) -> str:
        return self.graph.removesuffix("/v1.0")

    @property
    def scope(self) -> str:
        return f"{self.origin}/.default"

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def token(self) -> str:
        """Return an access token of the tenant's app."""
        answer = httpx2.post(
            f"{self.authority}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "scope": self.scope,
            },
            verify=self.trust(),
            trust_env=False,
        ).raise_for_status()
        return str(answer.json()["access_token"])

    def client(self, *, immutable: bool = False) -> httpx2.Client:
        """Return a client of Graph v1.0 that is signed in; close it after use."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        if immutable:
            headers["Prefer"] = 'IdType="ImmutableId"'
        return httpx2.Client(
            base_url=self.graph, headers=headers, verify=self.trust(), timeout=30, trust_env=False
        )

    def deliver(self, sender: str, *to: str, **more: Any) -> dict[str, Any]:
        """Deliver a mail; return its internet_message_id and its copies by address."""
        message = {"from": sender, "to": list(to), "subject": "A mail", **more}
        answer = self.control.post("/deliver", json={"messages": [message]}).raise_for_status()
        (found,) = answer.json()["messages"]
        copies = {copy["address"]: copy for copy in found["copies"]}
        return {"internet_message_id": found["internet_message_id"], "copies": copies}

    def copies(self, address: str) -> list[dict[str, Any]]:
        """Return everything in a mailbox, whatever the folder."""
        answer = self.control.get("/copies", params={"address": address}).raise_for_status()
        return list(answer.json()["copies"])

    def faults(self, **faults: Any) -> None:
        """Switch faults on."""
        self.control.put("/faults", json=faults).raise_for_status()

    def set_clock(self, now: str | None = None, rate: float | None = None) -> None:
        body = {"now": now, "rate": rate}
        answer = self.control.put(
            "/clock", json={name: value for name, value in body.items() if value is not None}
        )
        answer.raise_for_status()

    def wait_until_quiet(self, seconds: float = 20) -> None:
        """Wait until no notification is on its way."""
        end = time.monotonic() + seconds
        while not self.control.get("/quiet").raise_for_status().json()["quiet"]:
            assert time.monotonic() < end, "notifications are still on their way"


@contextmanager
def start_sandbox(
    *options: str, people: str | Path = PEOPLE, record: Path | None = None
) -> Iterator[SandboxTenant]:
    """Start `policy-agent sandbox` with these options; `people` is a CSV file or its text."""
    command = [sys.executable, "-m", "policy_agent.cli.main", "sandbox", *options]
    if record is not None:
        command += ["--record", str(record)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            trusted = ssl.create_default_context(cafile=line["ca"])
            origin = line["graph"].removesuffix("/v1.0")
            with httpx2.Client(
                base_url=f"{origin}/sandbox", verify=trusted, timeout=60, trust_env=False
            ) as control:
                tenant = SandboxTenant(control=control, process=process, record=record, **line)
                _take(control, people)
                yield tenant
        finally:
            process.terminate()
    assert process.returncode == 0


def _take(control: httpx2.Client, people: str | Path) -> None:
    text = people.read_text(encoding="utf-8") if isinstance(people, Path) else people
    rows = [line.split(",") for line in text.splitlines()[1:]]
    body = {"people": [{"person": p, "role": r, "teams": t.split()} for p, r, t in rows]}
    control.post("/people", json=body).raise_for_status()


@pytest.fixture(scope="session")
def sandbox_tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxTenant]:
    """One tenant for the whole session; a test that switches faults on uses `tenant`."""
    with start_sandbox(record=tmp_path_factory.mktemp("sandbox") / "record.jsonl") as tenant:
        yield tenant


@pytest.fixture
def tenant(sandbox_tenant: SandboxTenant) -> Iterator[SandboxTenant]:
    """The session's tenant, with everything that was switched on switched off afterwards."""
    yield sandbox_tenant
    sandbox_tenant.control.delete("/faults").raise_for_status()
    sandbox_tenant.control.post("/subscriptions/drop").raise_for_status()
