"""Serving a tenant on the loopback interface, over TLS, until it is told to stop."""

import asyncio
import contextlib
import json
import logging
import signal
import socket
import sys
from asyncio import BaseTransport, Transport
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from policy_agent.sandbox.app import Sandbox, build
from policy_agent.sandbox.tenant import Tenant

_QUEUE = 2048
_GRACE = 0.1  # seconds


class _Connections:
    """The open connections by the client's address, so that one can be broken."""

    def __init__(self) -> None:
        self._transports: dict[Any, Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        transports = self._transports

        class Protocol(H11Protocol):
            def connection_made(self, transport: BaseTransport) -> None:
                super().connection_made(cast("Transport", transport))
                # asked now: a TLS transport that was cut cannot tell any more
                self._peer = transport.get_extra_info("peername")
                transports[self._peer] = cast("Transport", transport)

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self._peer, None)
                super().connection_lost(exc)

        return Protocol

    def cut(self, scope: Scope) -> None:
        """Break the connection of a request, as if the network had."""
        transport = self._transports.get(scope["client"])
        if transport is not None:
            transport.abort()

    def cut_all(self) -> None:
        """Break every connection."""
        for transport in list(self._transports.values()):
            transport.abort()


def _is_no_cut(record: logging.LogRecord) -> bool:
    """Pass over what uvicorn says of connections that were broken on purpose, faults among them."""
    return not record.getMessage().startswith(
        ("ASGI callable returned without starting response", "Cancel 0 running task(s)")
    )


class _Server(uvicorn.Server):
    def __init__(
        self, config: uvicorn.Config, connections: _Connections, line: dict[str, str]
    ) -> None:
        super().__init__(config)
        self._connections = connections
        self._line = line

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Give requests under way a moment; idle TLS connections would linger for long."""
        asyncio.get_running_loop().call_later(_GRACE, self._connections.cut_all)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT, and end well: uvicorn's own way ends as if killed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(json.dumps(self._line) + "\n")
            sys.stdout.flush()


def serve(
    tenant: Tenant,
    *,
    port: int,
    directory: Path,
    record: Path | None = None,
    trust: Path | None = None,
) -> None:
    """Serve a tenant until SIGTERM or SIGINT; print one line of JSON once it listens."""
    connections = _Connections()
    sandbox = build(tenant, directory=directory, cut=connections.cut, record=record, trust=trust)
    # asyncio switches Nagle's delay off only where the protocol is named
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with contextlib.closing(listener):
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(_QUEUE)
        line = sandbox.announce(listener.getsockname()[1])
        asyncio.run(_serve(sandbox, connections, listener, line))


async def _serve(
    sandbox: Sandbox, connections: _Connections, listener: socket.socket, line: dict[str, str]
) -> None:
    config = uvicorn.Config(
        sandbox.app,
        http=connections.protocol(),
        ssl_certfile=sandbox.certificates.server,
        access_log=False,
        log_level="error",
        lifespan="on",
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
        server_header=False,
        date_header=False,
    )
    # after the configuration, which sets the loggers up anew
    logging.getLogger("uvicorn.error").addFilter(_is_no_cut)
    server = _Server(config, connections, line)
    await server.serve(sockets=[listener])
