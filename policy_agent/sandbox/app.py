"""The sandbox tenant as one ASGI application: sign-in, Graph, and its control endpoints."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from policy_agent.sandbox.certificate import CertificateAuthority
from policy_agent.sandbox.control import control
from policy_agent.sandbox.notifications import Outbox
from policy_agent.sandbox.record import Record
from policy_agent.sandbox.registration import registration
from policy_agent.sandbox.sending import send_due_drafts
from policy_agent.sandbox.service import GraphService
from policy_agent.sandbox.sign_in import SigningIn
from policy_agent.sandbox.sign_in_pages import add_sign_in_pages
from policy_agent.sandbox.subscriptions import Subscriptions
from policy_agent.sandbox.tenant import Tenant
from policy_agent.sandbox.tokens import Authority, TokenError


@dataclass(frozen=True, kw_only=True, slots=True)
class Sandbox:
    """A tenant that can be served."""

    tenant: Tenant
    authority: Authority
    certificates: CertificateAuthority
    graph: GraphService
    app: ASGIApp

    def announce(self, port: int) -> dict[str, str]:
        """Learn the port that it is served at, and say what a client needs to know."""
        origin = f"https://localhost:{port}"
        self.authority.origin = origin
        self.graph.base = f"{origin}/v1.0"
        return {
            "graph": self.graph.base,
            "authority": f"{origin}/{self.tenant.id}",
            "ca": str(self.certificates.ca),
            "tenant_id": self.tenant.id,
            "client_id": self.authority.client_id,
            "client_secret": self.authority.client_secret,
        }


def build(
    tenant: Tenant,
    *,
    directory: Path,
    cut: Callable[[Scope], None],
    record: Path | None = None,
    trust: Path | None = None,
) -> Sandbox:
    """Put a tenant together; `cut` breaks the connection that a request came over."""
    certificates = CertificateAuthority(directory)
    authority = Authority(tenant_id=tenant.id, faults=tenant.faults)
    recorder = Record(record)
    outbox = Outbox(certificates.trusting(trust), recorder)
    subscriptions = Subscriptions(tenant, outbox)
    graph = GraphService(tenant, authority, recorder, cut, subscriptions.routes)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        postman = asyncio.create_task(_send_on_time(tenant))
        yield
        postman.cancel()
        await asyncio.gather(postman, return_exceptions=True)
        await outbox.close()
        recorder.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None)
    signing_in = SigningIn(authority=authority, directory=tenant.directory)
    app.include_router(control(tenant, subscriptions, authority, recorder, certificates))
    app.include_router(registration(signing_in))
    _add_tokens(app, authority, signing_in)
    add_sign_in_pages(app, signing_in)

    async def front(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and (path == "/v1.0" or path.startswith("/v1.0/")):
            await graph(scope, receive, send)
        else:
            await app(scope, receive, send)

    return Sandbox(
        tenant=tenant, authority=authority, certificates=certificates, graph=graph, app=front
    )


def _add_tokens(app: FastAPI, authority: Authority, signing_in: SigningIn) -> None:
    @app.get("/{tenant}/v2.0/.well-known/openid-configuration")
    async def configuration(tenant: str) -> JSONResponse:
        if tenant.lower() != authority.tenant_id:
            unknown = TokenError(
                400, "invalid_tenant", f"AADSTS90002: Tenant '{tenant}' not found."
            )
            return JSONResponse(unknown.body(), status_code=unknown.status)
        return JSONResponse(authority.configuration())

    @app.get("/{tenant}/discovery/v2.0/keys")
    async def keys(tenant: str) -> JSONResponse:  # noqa: ARG001 - the path says it
        return JSONResponse(authority.keys())

    @app.post("/{tenant}/oauth2/v2.0/token")
    async def token(tenant: str, request: Request) -> JSONResponse:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        content: dict[str, Any]
        try:
            content, status = _token(authority, signing_in, tenant, form), 200
        except TokenError as error:
            content, status = error.body(), error.status
        return JSONResponse(content, status_code=status, headers={"Cache-Control": "no-store"})


def _token(
    authority: Authority, signing_in: SigningIn, tenant: str, form: Mapping[str, str]
) -> dict[str, Any]:
    authority.client(tenant, form)
    match form.get("grant_type"):
        case "client_credentials":
            return authority.token(form)
        case "authorization_code":
            return signing_in.redeem(form)
        case _:
            raise TokenError(
                400,
                "unsupported_grant_type",
                "AADSTS70003: The app requested an unsupported grant type.",
            )


async def _send_on_time(tenant: Tenant) -> None:
    """Send waiting drafts when the tenant's clock reaches them, asked or not."""
    while True:
        send_due_drafts(tenant)
        tenant.clock_changed.clear()
        due = tenant.next_due()
        left = None if due is None else tenant.clock.real_seconds_until(due)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if left is None else max(left, 0.001)):
                await tenant.clock_changed.wait()
