"""The web server: what Graph posts comes in here, people choose, programs ask how it goes."""

import json
from collections.abc import Callable
from typing import Annotated

import structlog
from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse

from policy_agent.agent.context import Moment
from policy_agent.agent.watch import Watch
from policy_agent.store.problems import StoreProblem
from policy_agent.web.metrics.page import MetricsPage, add_metrics
from policy_agent.web.nudges import NudgePages, add_nudges
from policy_agent.web.reload import Reload, add_reload
from policy_agent.web.send_now import SendNowPages, add_send_now
from policy_agent.web.site import Site, add_site

log = structlog.get_logger()

BODY_LIMIT = 4 * 1024 * 1024  # bytes; one post of Graph's mixes many items and stays far below
TOKEN_LIMIT = 4096  # characters of a validation token


def make_app(
    watch: Watch,
    moment: Callable[[], Moment],
    health: Callable[[], dict[str, object]],
    reload: Reload | None = None,
    nudges: NudgePages | None = None,
    site: Site | None = None,
    send_now: SendNowPages | None = None,
    metrics: MetricsPage | None = None,
) -> FastAPI:
    """Return the application; nothing in it keeps state of its own."""
    app = FastAPI(title="policy_agent", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/notifications")
    async def notifications(
        request: Request,
        validation_token: Annotated[str | None, Query(alias="validationToken")] = None,
    ) -> Response:
        """Take change notifications and lifecycle events.

        With a validation token it is the handshake: the decoded token comes back as plain text
        and nothing else (Graph's page on notification URL validation). Otherwise 202 once
        everything is written down; 503 when it could not be, so that Graph tries again.
        """
        if validation_token is not None:
            if len(validation_token) > TOKEN_LIMIT:
                return PlainTextResponse("validationToken is too long", status_code=400)
            return PlainTextResponse(
                validation_token, headers={"X-Content-Type-Options": "nosniff"}
            )
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_LIMIT:
                return PlainTextResponse("the body is too large", status_code=413)
        try:
            await run_in_threadpool(lambda: watch.accept(json.loads(body), moment()))
        except (RecursionError, ValueError) as malformed:
            log.warning("notification_refused", problem=type(malformed).__name__)
            return PlainTextResponse("not a changeNotificationCollection", status_code=400)
        except StoreProblem as broken:
            log.error("notification_not_written", problem=type(broken).__name__)  # noqa: TRY400
            return PlainTextResponse("not written down", status_code=503)
        return Response(status_code=202)

    @app.get("/health")
    async def healthy() -> JSONResponse:
        """Tell how it goes, in counts and times only."""
        return JSONResponse(await run_in_threadpool(health))

    if metrics is not None:
        add_metrics(app, metrics)
    if reload is not None:
        add_reload(app, reload)
    if nudges is not None:
        add_nudges(app, nudges)
    if send_now is not None:
        add_send_now(app, send_now)
    if site is not None:
        add_site(app, site)
    return app
