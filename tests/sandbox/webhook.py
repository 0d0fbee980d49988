"""An HTTPS endpoint that notes the notifications it gets."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sandbox_tenant import SandboxTenant


@dataclass
class Webhook:
    """What came in, and how the endpoint answers."""

    url: str
    items: list[dict[str, Any]] = field(default_factory=list)
    validations: int = 0
    echo: bool = True  # give validation tokens back
    before_validation: Callable[[], object] = lambda: None
    statuses: list[int] = field(default_factory=list)  # next answers; 202 when there are none
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, enough: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Wait until the items that came satisfy a condition; return them."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: enough(self.items), timeout=20), self.items
            return list(self.items)


def issue(tenant: SandboxTenant, directory: Path) -> Path:
    """Return a key and certificate for localhost that the tenant's own CA has signed."""
    issued = tenant.control.post("/server-certificates", json={}).raise_for_status().json()
    chain = directory / "webhook.pem"
    chain.write_text(issued["private_key"] + issued["certificate"], encoding="ascii")
    return chain


@contextmanager
def open_webhook(chain: Path) -> Iterator[Webhook]:
    """Serve a webhook with this key and certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    webhook = Webhook(url="")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = parse_qs(urlsplit(self.path).query).get("validationToken")
            if token:
                webhook.before_validation()
                webhook.validations += 1
                self._answer(200, token[0].encode() if webhook.echo else b"no")
                return
            with webhook.arrived:
                status = webhook.statuses.pop(0) if webhook.statuses else 202
                if status == 202:
                    webhook.items += json.loads(body)["value"]
                webhook.arrived.notify_all()
            self._answer(status, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    webhook.url = f"https://localhost:{server.server_address[1]}/notifications"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield webhook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
