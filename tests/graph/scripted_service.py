"""A small HTTP server that answers as a test tells it, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from policy_agent.graph.http import GraphHttp, OnCall
from policy_agent.graph.limits import Limits
from policy_agent.graph.retry import RetryPolicy


@dataclass(frozen=True, kw_only=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: Any

    @property
    def parts(self) -> list[dict[str, Any]]:
        return list(self.body["requests"])


@dataclass(frozen=True, kw_only=True)
class Says:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    cut: bool = False  # break the connection instead of answering
    short: bool = False  # send half of the body only


def _read(content: bytes, kind: str) -> Any:
    if kind.startswith("text/plain"):
        return content.decode("ascii")
    return json.loads(content) if content else None


class FixedTokens:
    """Tokens `t0`, `t1` …, one more each time that the current one is refused."""

    def __init__(self) -> None:
        self.renewals = 0
        self._lock = threading.Lock()

    def token(self) -> str:
        return f"t{self.renewals}"

    def renew(self, refused: str) -> None:
        with self._lock:
            if refused == self.token():
                self.renewals += 1

    def close(self) -> None:
        pass


class ScriptedService:
    """Answers each request with what `answer` returns for it."""

    def __init__(self, answer: Callable[[Asked], Says]) -> None:
        self.asked: list[Asked] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def _serve(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(
                    method=self.command,
                    path=self.path,
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=_read(content, self.headers.get("Content-Type", "")),
                )
                with outer._lock:
                    outer.asked.append(asked)
                says = answer(asked)
                if says.cut:
                    self.close_connection = True
                    return
                body = b"" if says.body is None else json.dumps(says.body).encode()
                self.send_response_only(says.status)
                for name, value in says.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if says.short:
                    body = body[: len(body) // 2]
                    self.close_connection = True
                self.wfile.write(body)

            do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server's names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}/v1.0"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A client of a scripted service, and the waits that it would have slept."""

    http: GraphHttp
    tokens: FixedTokens
    waits: list[float]


def rig(
    base: str,
    *,
    attempts: int = 4,
    patience: float = 120.0,
    limits: Limits | None = None,
    on_call: OnCall | None = None,
) -> Rig:
    """Make a client that sleeps in a list, without a random share of its waits."""
    waits: list[float] = []
    tokens = FixedTokens()
    retry = RetryPolicy(attempts=attempts, patience=patience, jitter=0, sleep=waits.append)
    http = GraphHttp(
        base=base, tokens=tokens, limits=limits or Limits(), retry=retry, on_call=on_call
    )
    return Rig(http=http, tokens=tokens, waits=waits)


def error_body(code: str, message: str = "no") -> dict[str, Any]:
    return {
        "error": {
            "code": code,
            "message": message,
            "innerError": {"date": "2026-11-22T10:00:00", "request-id": f"theirs-{code}"},
        }
    }
