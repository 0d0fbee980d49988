"""`/nudges/TOKEN`: where a person turns etiquette nudges off and on, by the link in a message.

The link alone says who it is: no session, no cookie. Opening it changes nothing, since programs
that scan mail open every link; the button on the page posts. A link that is wrong or too old shows
what to do, and nothing else.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

import structlog
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.links import nudge_links
from policy_agent.store.problems import StoreProblem

log = structlog.get_logger()

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")

Choice = Literal["off", "on"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NudgePages:
    """What the pages are made of."""

    context: AgentContext
    moment: Callable[[], Moment]

    def answer(self, token: str, language: str, choice: Choice | None = None) -> HTMLResponse:
        """Show how it is, or do what was chosen and show that.

        404 for a link that is wrong, 410 for one that is too old, 503 while the store cannot be
        reached.
        """
        try:
            return self._answer(token, language, choice)
        except StoreProblem as broken:
            log.error("nudges_not_chosen", problem=type(broken).__name__)  # noqa: TRY400
            return self._problem("later", language, HTTPStatus.SERVICE_UNAVAILABLE)

    def _answer(self, token: str, language: str, choice: Choice | None) -> HTMLResponse:
        store, now = self.context.store, self.moment().now
        links = nudge_links(store.key("links", now=now))
        found, person = links.about(token, now)
        if found == "wrong":
            return self._problem("wrong", language, HTTPStatus.NOT_FOUND)
        if found == "old":
            return self._problem("old", language, HTTPStatus.GONE)
        if choice is None:
            on = not store.without_etiquette_nudges([person])
        else:
            on = choice == "on"
            store.set_etiquette_nudges(person, on=on, now=now)
            log.info("etiquette_nudges_chosen", on=on)
        other: Choice = "off" if on else "on"
        return self._page(
            "nudges_page",
            language,
            {
                "on": on,
                "done": choice is not None,
                # Relative, so that it also works where a proxy puts a folder before it.
                "action": f"{token}/{other}" if choice is None else other,
            },
        )

    def _problem(self, problem: str, language: str, status: HTTPStatus) -> HTMLResponse:
        return self._page("link_page", language, {"problem": problem}, status)

    def _page(
        self,
        name: str,
        language: str,
        values: dict[str, object],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HTMLResponse:
        organisation = self.context.current.policy.rulebook.organisation
        page = self.context.messages.page(name, language, {"organisation": organisation, **values})
        return HTMLResponse(page, status_code=status, headers=_headers(page))


def add_nudges(app: FastAPI, pages: NudgePages) -> None:
    """Add the paths to the application."""

    @app.api_route("/nudges/{token}", methods=["GET", "HEAD"])
    async def show(token: str, request: Request) -> HTMLResponse:
        """Show how it is, with the button; changes nothing."""
        return await run_in_threadpool(pages.answer, token, _language(request))

    @app.post("/nudges/{token}/{choice}")
    async def choose(token: str, choice: Choice, request: Request) -> HTMLResponse:
        """Turn them off or on; again is harmless. What is posted is not read."""
        return await run_in_threadpool(pages.answer, token, _language(request), choice)


def _language(request: Request) -> str:
    """Return the language that the browser asks for first."""
    found = _LANGUAGE.match(request.headers.get("Accept-Language", "").strip())
    return found[0] if found is not None else ""


def _headers(page: str) -> dict[str, str]:
    """Let a page show itself with its own style, and nothing else."""
    hashes = [
        base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        for style in _STYLE.findall(page)
    ]
    styles = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {styles}; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
