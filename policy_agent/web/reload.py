"""`POST /-/reload`: read the rulebook and the teams anew, asked for over HTTP.

Graph reaches the same server from outside, often through a proxy that makes every caller look
local. So the caller's address says nothing: without a token in the settings nobody is served, and
with one only who shows it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from policy_agent.agent.context import Reloaded
from policy_agent.web.bearer import shows

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reload:
    """What a reload does, and who may ask for one."""

    work: Callable[[], Reloaded]
    token: str | None  # None: nobody


def add_reload(app: FastAPI, reload: Reload) -> None:
    """Add the path to the application."""

    @app.post("/-/reload")
    async def reload_now(request: Request) -> JSONResponse:
        """Reload; 200 when it was done, 422 with the problems when the last good one stays."""
        if not shows(request.headers.get("Authorization", ""), reload.token):
            log.warning("reload_refused")
            return JSONResponse({"error": "show the reload token"}, status_code=403)
        done = await run_in_threadpool(reload.work)
        body = {
            "success": done.success,
            "at": done.at.isoformat(),
            "problems": list(done.problems),
        }
        return JSONResponse(body, status_code=200 if done.success else 422)
