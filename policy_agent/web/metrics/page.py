"""`GET /metrics`: numbers for Prometheus, in its own text format or in OpenMetrics.

They tell of no person, but they do tell how many mails an organisation holds and when it sleeps.
The same server is reached from outside, often through a proxy that makes every caller look local,
so the caller's address says nothing: without a token in the settings nobody is served, and with one
only who shows it, as Prometheus does with `authorization`.
"""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from policy_agent.web.bearer import shows

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricsPage:
    """What is shown, and to whom."""

    registry: CollectorRegistry
    token: str | None  # None: nobody


def add_metrics(app: FastAPI, page: MetricsPage) -> None:
    """Add the path to the application."""

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        """Tell every metric, in the format that the Accept header asks for."""
        if not shows(request.headers.get("Authorization", ""), page.token):
            log.warning("metrics_refused", token_set=page.token is not None)
            return PlainTextResponse(
                "show POLICY_AGENT_METRICS_TOKEN as a bearer token; where that setting is not "
                "set, nobody is shown metrics\n",
                status_code=401,
                headers={"WWW-Authenticate": "Bearer"},
            )
        try:
            encode, media_type = choose_encoder(request.headers.get("Accept", ""))
        except (TypeError, ValueError):  # a version that is no number
            encode, media_type = choose_encoder("")
        shown = await run_in_threadpool(encode, page.registry)
        return Response(shown, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


__all__ = ["MetricsPage", "add_metrics"]
