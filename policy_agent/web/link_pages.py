"""Pages behind the links in messages: the link alone says who it is, so no session and no cookie.

Opening one changes nothing, since programs that scan mail open every link; the button on the page
posts. A link that is wrong or too old shows what to do, and nothing else.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.web.dates import organisation_zone

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_PROBLEMS = {  # what is wrong with a link, as its text names it, and the status it comes with
    "wrong": HTTPStatus.NOT_FOUND,
    "old": HTTPStatus.GONE,
    "later": HTTPStatus.SERVICE_UNAVAILABLE,  # the store cannot be reached
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkPages:
    """What such pages are made of."""

    context: AgentContext
    moment: Callable[[], Moment]

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times are shown."""
        return organisation_zone(self.context.current.policy.rulebook)

    def problem(self, problem: Literal["wrong", "old", "later"], language: str) -> HTMLResponse:
        """Write the page for a link that cannot be used."""
        return self.page("link_page", language, {"problem": problem}, _PROBLEMS[problem])

    def page(
        self,
        name: str,
        language: str,
        values: Mapping[str, object],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HTMLResponse:
        """Write a page from the text of that name."""
        organisation = self.context.current.policy.rulebook.organisation
        page = self.context.messages.page(name, language, {"organisation": organisation, **values})
        return HTMLResponse(page, status_code=status, headers=_headers(page))


def language_of(request: Request) -> str:
    """Return the language that the browser asks for first; empty where it says none."""
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
