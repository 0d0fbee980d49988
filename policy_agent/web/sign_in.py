"""Signing in with Entra ID, and out again.

1. `/sign-in` begins an authorization code flow with PKCE, and keeps what only this browser may know
   of it (state, nonce, verifier) in a signed cookie of its own, for ten minutes.
2. Entra sends the browser back to `/signed-in`. The answer is checked against the cookie, so that
   nobody can be signed in by a link that somebody else made.
3. A session begins, with the app roles that the answer names.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, Protocol

import structlog
from fastapi import Depends, FastAPI, Query, Request, Response

from policy_agent.graph.sign_in import SignedInPerson, SignInRefused
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import Visitor, set_cookie

log = structlog.get_logger()

COOKIE = "__Host-sign-in"
PATIENCE = timedelta(minutes=10)  # that signing in may take
FIRST = "/my-mail"
_LONGEST_PATH = 500


class SignIn(Protocol):
    """Who signs people in: `policy_agent.graph.sign_in.SignIn`."""

    def begin(self, redirect_uri: str) -> Mapping[str, Any]: ...
    def finish(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedInPerson: ...
    def sign_out_url(self, back_to: str) -> str: ...


class Door:
    """Lets a few ask Entra at a time: Graph's notifications need the threads that would wait."""

    def __init__(self, sign_in: SignIn, *, at_a_time: int = 8) -> None:
        self._sign_in = sign_in
        self._free = threading.BoundedSemaphore(at_a_time)

    def begin(self, redirect_uri: str) -> Mapping[str, Any]:
        with self._through():
            return self._sign_in.begin(redirect_uri)

    def finish(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedInPerson:
        with self._through():
            return self._sign_in.finish(flow, answer)

    @contextmanager
    def _through(self) -> Iterator[None]:
        if not self._free.acquire(blocking=False):
            raise SignInRefused(
                "Many are signing in just now. Try again in a minute.", passing=True, code="busy"
            )
        try:
            yield
        finally:
            self._free.release()


def add_sign_in(app: FastAPI, pages: Pages, sign_in: SignIn) -> None:
    """Add the paths to the application."""
    back = f"{pages.context.public_url}/signed-in"
    door = Door(sign_in)

    @app.get("/")
    def home() -> Response:
        return pages.go(FIRST)

    @app.get("/sign-in")
    def begin(request: Request, to: Annotated[str, Query()] = FIRST) -> Response:
        """Send the browser to Entra; 503 with a page where that does not answer."""
        try:
            flow = dict(door.begin(back))
        except SignInRefused as refused:
            return _refused(pages, request, refused)
        answer = pages.go(str(flow.pop("auth_uri")))
        sealed = pages.sessions.seal({"flow": flow, "to": local_path(to)}, "sign-in")
        set_cookie(answer, COOKIE, sealed, PATIENCE)
        return answer

    @app.get("/signed-in")
    def finish(request: Request) -> Response:
        """Begin a session for whoever Entra says it is."""
        kept = pages.sessions.unseal(request.cookies.get(COOKIE, ""), "sign-in")
        if not isinstance(kept, dict):
            return _again(pages, request)
        try:
            person = door.finish(kept["flow"], dict(request.query_params))
        except SignInRefused as refused:
            log.warning("sign_in_refused", code=refused.code)
            return _refused(pages, request, refused)
        answer = pages.go(kept["to"])
        pages.sessions.begin(answer, person)
        answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
        log.info("signed_in", roles=sorted(person.roles))
        return answer

    @app.post("/sign-out")
    def end(visitor: Annotated[Visitor, Depends(pages.genuine)]) -> Response:
        """End the session here; Entra's own is ended by a link on the page that follows."""
        answer = pages.go("/signed-out")
        pages.sessions.end(visitor, answer)
        return answer

    @app.get("/signed-out")
    def ended(request: Request) -> Response:
        values = {
            "heading": "You are signed out",
            "sentences": [
                "You can close this page now.",
                "On a computer that others use, sign out of your work account too.",
            ],
            "link": {
                "text": "Sign out of your work account",
                "href": sign_in.sign_out_url(f"{pages.context.public_url}/signed-out"),
            },
        }
        return pages.show(request, "problem.html", values, visitor=None)


def local_path(wanted: str) -> str:
    """Return where to go after signing in: a path of our own, whatever was asked for."""
    if (
        len(wanted) > _LONGEST_PATH
        or not wanted.startswith("/")
        or wanted.startswith(("//", "/\\"))
        or any(letter < " " or letter == "\\" for letter in wanted)
    ):
        return FIRST
    return wanted


def _again(pages: Pages, request: Request) -> Response:
    values = {
        "heading": "Sign in once more",
        "sentences": ["Signing in took too long, or was begun in another browser."],
        "link": {"text": "Sign in", "href": "/sign-in"},
    }
    return pages.show(request, "problem.html", values, visitor=None, status=HTTPStatus.BAD_REQUEST)


def _refused(pages: Pages, request: Request, refused: SignInRefused) -> Response:
    if refused.passing:
        status = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        status = HTTPStatus.OK if refused.cancelled else HTTPStatus.FORBIDDEN
    values = {
        "heading": "You were not signed in",
        "sentences": [str(refused)],
        "link": {"text": "Try again", "href": "/sign-in"},
    }
    return pages.show(request, "problem.html", values, visitor=None, status=status)
