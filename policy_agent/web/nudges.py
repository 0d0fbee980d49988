"""`/nudges/TOKEN`: where a person turns etiquette nudges off and on, by the link in a message."""

from dataclasses import dataclass
from typing import Literal

import structlog
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from policy_agent.agent.links import nudge_links
from policy_agent.store.problems import StoreProblem
from policy_agent.web.link_pages import LinkPages, language_of

log = structlog.get_logger()

Choice = Literal["off", "on"]


@dataclass(frozen=True, kw_only=True, slots=True)
class NudgePages(LinkPages):
    """The page with the one button, and what it does."""

    def answer(self, token: str, language: str, choice: Choice | None = None) -> HTMLResponse:
        """Show how it is, or do what was chosen and show that.

        404 for a link that is wrong, 410 for one that is too old, 503 while the store cannot be
        reached.
        """
        try:
            return self._answer(token, language, choice)
        except StoreProblem as broken:
            log.error("nudges_not_chosen", problem=type(broken).__name__)  # noqa: TRY400
            return self.problem("later", language)

    def _answer(self, token: str, language: str, choice: Choice | None) -> HTMLResponse:
        store, now = self.context.store, self.moment().now
        links = nudge_links(store.key("links", now=now))
        found, person = links.about(token, now)
        if found != "good":
            return self.problem(found, language)
        if choice is None:
            on = not store.without_etiquette_nudges([person])
        else:
            on = choice == "on"
            store.set_etiquette_nudges(person, on=on, now=now)
            log.info("etiquette_nudges_chosen", on=on)
        other: Choice = "off" if on else "on"
        return self.page(
            "nudges_page",
            language,
            {
                "on": on,
                "done": choice is not None,
                # Relative, so that it also works where a proxy puts a folder before it.
                "action": f"{token}/{other}" if choice is None else other,
            },
        )


def add_nudges(app: FastAPI, pages: NudgePages) -> None:
    """Add the paths to the application."""

    @app.head("/nudges/{token}", include_in_schema=False)
    @app.get("/nudges/{token}")
    async def show(token: str, request: Request) -> HTMLResponse:
        """Show how it is, with the button; changes nothing."""
        return await run_in_threadpool(pages.answer, token, language_of(request))

    @app.post("/nudges/{token}/{choice}")
    async def choose(token: str, choice: Choice, request: Request) -> HTMLResponse:
        """Turn them off or on; again is harmless. What is posted is not read."""
        return await run_in_threadpool(pages.answer, token, language_of(request), choice)
