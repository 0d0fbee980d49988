"""The daemon, as a process of its own: started, asked after, killed, started again."""

import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import httpx2

from demo.tenant import Address

START_LIMIT = 60  # seconds


@dataclass(frozen=True, kw_only=True)
class Health:
    """What the daemon says of itself."""

    pending_arrivals: int
    open_holds: int
    swept_since: str | None  # tenant time at which the last whole sweep began
    calendars: dict[str, Any]  # of the calendar half: counts, and when it swept

    def calendars_swept(self, after: datetime) -> bool:
        """Whether every calendar was swept by a sweep that began after that."""
        since = self.calendars["swept_since"]
        return since is not None and datetime.fromisoformat(since) > after


class Daemon:
    """Runs `policy-agent run` with settings from the environment, as in production."""

    def __init__(
        self,
        *,
        tenant: Address,
        folder: Path,
        rules: Path,
        certificate: Path,  # with its key, signed by the tenant's authority
        store_url: str | None = None,
        service_mailbox: str = "",  # address that messages to people go out from
    ) -> None:
        self.store_url = store_url or f"sqlite:///{folder / 'policy-agent.db'}"
        self.log = folder / "daemon.log"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._folder = folder
        self.address = f"https://localhost:{port}"  # of its pages too
        self._metrics_token = secrets.token_urlsafe()
        settings = {
            "TENANT_ID": tenant.tenant_id,
            "CLIENT_ID": tenant.client_id,
            "CLIENT_SECRET": tenant.client_secret,
            "AUTHORITY": tenant.authority,
            "GRAPH_URL": tenant.graph,
            "CA_FILE": tenant.ca,
            "CLOCK_URL": f"{tenant.origin}/sandbox/clock",
            "RULES": rules,
            "STORE_URL": self.store_url,
            "HOLIDAYS_URL": "",  # the shipped copies: nothing outside this machine is asked
            "NOTIFICATION_URL": f"{self.address}/notifications",
            "LISTEN_PORT": port,
            "METRICS_TOKEN": self._metrics_token,
            "TLS_CERTIFICATE": certificate,
            "TLS_KEY": certificate,
            "TICK_EVERY": "0.1s",
            "SWEEP_EVERY": "2s",
            "UPKEEP_EVERY": "1s",
            "FIGURES_EVERY": "2s",
            **({"SERVICE_MAILBOX": service_mailbox} if service_mailbox else {}),
            "LOG_FORMAT": "json",
        }
        self._env = os.environ | {f"POLICY_AGENT_{k}": str(v) for k, v in settings.items()}
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx2.Client(
            base_url=self.address,
            verify=ssl.create_default_context(cafile=tenant.ca),
            timeout=30,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._http.close()

    def start(self) -> None:
        """Start it and return once it is watching."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "policy_agent.cli.main", "run"],
                env=self._env,
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + START_LIMIT
        while self.health() is None:
            if self._process.poll() is not None:
                raise RuntimeError(f"the daemon did not start:\n{self.log.read_text()[-4000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"the daemon was not ready within {START_LIMIT} s")
            time.sleep(0.1)

    def command(self, *words: str) -> str:
        """Run another command of the product with the daemon's settings; return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "policy_agent.cli.main", *words],
            env=self._env,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=60)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        if self._process is None:
            raise RuntimeError("the daemon was not started")
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def health(self) -> Health | None:
        """Return how it goes; None while it is not ready."""
        try:
            answer = self._http.get("/health")
        except httpx2.TransportError:
            return None
        known: dict[str, Any] = answer.json()
        if not known["ready"]:
            return None
        return Health(**{key: known[key] for key in Health.__dataclass_fields__})

    def metrics(self) -> str:
        """Return what it tells Prometheus."""
        shown = {"Authorization": f"Bearer {self._metrics_token}"}
        return self._http.get("/metrics", headers=shown).raise_for_status().text
