"""The simulated tenant, as a process of its own."""

import json
import ssl
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx2


@dataclass(frozen=True, kw_only=True)
class Address:
    """What the sandbox prints when it is ready."""

    graph: str
    authority: str
    ca: str
    tenant_id: str
    client_id: str
    client_secret: str

    @property
    def origin(self) -> str:
        return self.graph.removesuffix("/v1.0")


class Tenant:
    """Starts `policy-agent sandbox` and speaks to its control endpoints."""

    def __init__(self, options: Sequence[str]) -> None:
        command = [sys.executable, "-m", "policy_agent.cli.main", "sandbox", "--port", "0"]
        self._process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
        if self._process.stdout is None:
            raise AssertionError("stdout was asked for")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox tenant did not start: exit {self._process.wait()}")
        known = json.loads(line)
        self.address = Address(**{key: known[key] for key in Address.__dataclass_fields__})
        self._http = httpx2.Client(
            base_url=self.address.origin,
            verify=ssl.create_default_context(cafile=self.address.ca),
            timeout=60,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()
        self._process.terminate()
        self._process.wait(timeout=20)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def now(self) -> datetime:
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def run_clock(self, *, rate: float, now: datetime | None = None) -> None:
        """Let the tenant's time run `rate` times as fast as real time, from `now` if given."""
        change: dict[str, Any] = {"rate": rate}
        if now is not None:
            change["now"] = now.isoformat()
        self.control("PUT", "clock", change)

    def issue(self, folder: Path) -> Path:
        """Write a key and certificate for localhost, signed by the tenant's own authority."""
        issued = self.control("POST", "server-certificates", {})
        chain = folder / "daemon.pem"
        chain.write_text(issued["private_key"] + issued["certificate"], encoding="ascii")
        return chain

    def control(self, method: str, what: str, body: Any = None) -> Any:
        answer = self._http.request(method, f"/sandbox/{what}", json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None
