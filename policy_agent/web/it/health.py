"""`/it`: how the daemon does, and what to do where it does not do well."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from policy_agent.web.it.conditions import conditions
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor


def add_it_health(app: FastAPI, pages: Pages) -> None:
    """Add the page to the application."""

    @app.get("/it")
    def health(request: Request, visitor: Annotated[Visitor, Depends(pages.only(IT))]) -> Response:
        """Show each thing with its tag, and what was wrong with the last reload."""
        known = pages.health()
        found = conditions(known, pages.zone)
        last = known.reload
        values = {
            "conditions": found,
            "act": [one for one in found if one.tag == "act"],
            "look": [one for one in found if one.tag == "look"],
            "at": known.now,
            "problems": () if last is None else last.problems,
        }
        return pages.show(request, "it/health.html", values, visitor=visitor)
