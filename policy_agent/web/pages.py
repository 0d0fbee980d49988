"""What the pages of the signed-in share: who asks, what they may, and how a page is written.

A page module adds its paths in a function `add_…(app, pages)`. A path that shows something depends
on `pages.visitor`, or on `pages.only(IT)`; a path that changes something on `pages.genuine` or
`pages.genuine_only(IT)`, which also ask for the form's own token. What fails there is an exception
that `policy_agent.web.problems` turns into a page.

Paths are plain functions, which FastAPI runs in threads: the store and the tenant may take a while.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    Undefined,
)
from jinja2.utils import missing
from markupsafe import Markup

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.health import Health
from policy_agent.messages.words import LONGEST, cut, sentence
from policy_agent.rulebook.load import Loaded
from policy_agent.store.store import Store
from policy_agent.web.dates import clock, day, day_and_time, organisation_zone, short
from policy_agent.web.sessions import IT, LEADER, Sessions, Visitor

HERE = Path(__file__).parent
STYLE = "/static/pages-6.3.0.css"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    # With no-referrer browsers say «Origin: null» of our own forms, which `Pages.genuine` refuses.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
_FORM = "application/x-www-form-urlencoded"
_AREAS = (  # path, what it is called, who sees it (None: everybody)
    ("/my-mail", "My mail", None),
    ("/my-time", "My time", None),
    ("/my-settings", "My settings", None),
    ("/leadership", "Leadership", frozenset({LEADER})),
    ("/it", "IT", frozenset({IT})),
)


class NotSignedIn(Exception):
    """Nobody is signed in."""


class NotAllowed(Exception):
    """Somebody is signed in, and the page is for others."""


class NotGenuine(Exception):
    """A form was sent that does not come from a page of this person's own session."""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Everything that pages are made of."""

    context: AgentContext
    store: Store
    moment: Callable[[], Moment]
    health: Callable[[], Health]
    written: Callable[[], Loaded | None]  # the rulebook in force with its places, where at hand
    sessions: Sessions = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sessions", Sessions(self.store, self.moment))

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which times are shown."""
        return organisation_zone(self.context.current.policy.rulebook)

    def visitor(self, request: Request) -> Visitor:
        """Return who asks; NotSignedIn where nobody is signed in. Use: `Depends(pages.visitor)`."""
        found = self.sessions.visitor(request)
        if found is None:
            raise NotSignedIn
        return found

    def genuine(self, request: Request, csrf: Annotated[str, Form()] = "") -> Visitor:
        """Return who sent a form, made sure that a page of their own session made it.

        Our forms come in one kind. In another, the sender says how its letters are to be read, and
        may make some that neither a page nor a database can write.
        """
        visitor = self.visitor(request)
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM:
            raise NotGenuine
        origin = request.headers.get("Origin")
        if origin is not None and origin != _origin(self.context.public_url):
            raise NotGenuine
        if not hmac.compare_digest(csrf.encode(), visitor.csrf.encode()):
            raise NotGenuine
        return visitor

    def only(self, *roles: str) -> Callable[..., Visitor]:
        """Return a dependency for pages that only these roles may see."""

        def allowed(visitor: Annotated[Visitor, Depends(self.visitor)]) -> Visitor:
            return _allowed(visitor, roles)

        return allowed

    def genuine_only(self, *roles: str) -> Callable[..., Visitor]:
        """Return a dependency for forms that only these roles may send."""

        def allowed(visitor: Annotated[Visitor, Depends(self.genuine)]) -> Visitor:
            return _allowed(visitor, roles)

        return allowed

    def show(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        *,
        visitor: Visitor | None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HTMLResponse:
        """Write a page; values of others are escaped and made harmless by themselves."""
        path = request.url.path
        text = _ENVIRONMENT.get_template(template).render(
            {
                "organisation": self.context.current.policy.rulebook.organisation,
                "visitor": visitor,
                "csrf": "" if visitor is None else visitor.csrf,
                "areas": _areas(visitor, path),
                "here": path,
                "style": STYLE,
                "zone": self.zone,
                "now": self.moment().now,
                **values,
            }
        )
        return HTMLResponse(text, status_code=status, headers=HEADERS)

    def go(self, path: str) -> RedirectResponse:
        """Send the browser on after a form, so that reloading the page sends nothing again."""
        return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER, headers=HEADERS)

    def name_of(self, visitor: Visitor) -> str:
        """Return whom to write down as the one who did it: their address inside, else their id.

        A guest of the tenant signs in with an address outside, and those are not kept.
        """
        domain = visitor.address.rpartition("@")[2]
        inside = domain in self.context.current.policy.rulebook.domains
        return cut(visitor.address, 254) if inside else visitor.id

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)


def _allowed(visitor: Visitor, roles: Sequence[str]) -> Visitor:
    if visitor.roles.isdisjoint(roles):
        raise NotAllowed
    return visitor


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _areas(visitor: Visitor | None, path: str) -> list[dict[str, object]]:
    if visitor is None:
        return []
    return [
        {
            "href": href,
            "text": text,
            "active": path == href or path.startswith(f"{href}/"),
            "current": path == href,
        }
        for href, text, roles in _AREAS
        if roles is None or visitor.roles & roles
    ]


class _StrictName(Undefined):
    """A value that a page was not given is a mistake; a setting that a component lacks is none.

    GOV.UK Frontend asks for settings that nobody gave it, and prints nothing then.
    """

    def __str__(self) -> str:
        if self._undefined_obj is missing:
            self._fail_with_undefined_error()
        return ""


def _harmless(value: object) -> object:
    """Make text of others harmless wherever a template shows it; our own markup stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        shown = cut(value, LONGEST)
        # A component writes " checked" after an attribute: without the space it is none of its own.
        return f"{' ' * value.startswith(' ')}{shown}{' ' * value.endswith(' ')}"
    return value


_ENVIRONMENT = Environment(
    loader=ChoiceLoader(
        [
            FileSystemLoader(HERE / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    ),
    autoescape=True,
    undefined=_StrictName,
    finalize=_harmless,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "cut": cut,
    "sentence": sentence,
    "clock": clock,
    "day": day,
    "day_and_time": day_and_time,
    "short": short,
}
