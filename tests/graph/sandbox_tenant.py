"""A sandbox tenant in a process of its own, and the control endpoints that tests need."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from policy_agent.domain.copies import CopyRef
from policy_agent.graph.auth import ClientSecret
from policy_agent.graph.clouds import Endpoints, endpoints
from policy_agent.graph.tenant import Pace, Tenant

DOMAIN = "northshire.example"


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What `policy-agent sandbox` prints."""

    graph: str
    authority: str
    ca: str
    tenant_id: str
    client_id: str
    client_secret: str

    @property
    def endpoints(self) -> Endpoints:
        return endpoints(
            cloud="public",
            tenant_id=self.tenant_id,
            authority=self.authority,
            graph=self.graph,
        )


class SandboxTenant:
    """Started on entering, stopped on leaving."""

    def __init__(self, *options: str) -> None:
        program = Path(sys.executable).with_name("policy-agent")
        self._command = [str(program), "sandbox", *options]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.told = Announced(**json.loads(line))
        self._session = requests.Session()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()
        self._process.terminate()
        self._process.communicate(timeout=20)

    def client(self, *, waits: list[float] | None = None, **options: Any) -> Tenant:
        """Sign in; with `waits` the client's waits are written down instead of slept."""
        return Tenant(
            endpoints=self.told.endpoints,
            client_id=self.told.client_id,
            credential=ClientSecret(value=self.told.client_secret),
            ca=self.told.ca,
            pace=Pace(**options),
            sleep=time.sleep if waits is None else waits.append,
        )

    def control(self, method: str, name: str, body: Any = None) -> Any:
        url = self.told.graph.removesuffix("/v1.0") + f"/sandbox/{name}"
        answer = self._session.request(method, url, json=body, verify=self.told.ca, timeout=(5, 60))
        assert answer.ok, answer.text
        return answer.json()

    def people(self, *names: str, **teams: str) -> dict[str, str]:
        """Add people and return their ids by name; `teams` puts a person into a team."""
        rows = [{"person": name, "teams": [teams[name]] if name in teams else []} for name in names]
        users = self.control("POST", "people", {"people": rows})["users"]
        return {one["person"]: one["id"] for one in users}

    def deliver(
        self,
        to: str,
        subject: str = "Rota",
        *,
        sender: str = "sender@elsewhere.example",
        **more: Any,
    ) -> list[CopyRef]:
        """Deliver one message from outside to these people, blanks between; return the copies."""
        message = {
            "from": sender,
            "to": [address(one) for one in to.split()],
            "subject": subject,
            **more,
        }
        (one,) = self.control("POST", "deliver", {"messages": [message]})["messages"]
        return [CopyRef(mailbox=two["mailbox"], message=two["message"]) for two in one["copies"]]

    def faults(self, **faults: Any) -> None:
        self.control("PUT", "faults", faults)


def address(name: str) -> str:
    return f"{name}@{DOMAIN}"
