"""What a page says when it cannot be shown, and nothing of why that would help a stranger."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from policy_agent.store.problems import StoreProblem
from policy_agent.web.pages import NotAllowed, NotGenuine, NotSignedIn, Pages

log = structlog.get_logger()

HOME = {"text": "Go to My mail", "href": "/my-mail"}


def add_problems(app: FastAPI, pages: Pages) -> None:
    """Let each problem of a page become a page."""

    def problem(
        request: Request,
        status: HTTPStatus,
        heading: str,
        sentences: Sequence[str],
        link: dict[str, str] | None = HOME,
    ) -> Response:
        values = {"heading": heading, "sentences": sentences, "link": link}
        visitor = pages.sessions.visitor(request)
        return pages.show(request, "problem.html", values, visitor=visitor, status=status)

    @app.exception_handler(NotSignedIn)
    def not_signed_in(request: Request, _: Exception) -> Response:
        if request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            return pages.go(f"/sign-in?to={quote(request.url.path + query, safe='/')}")
        return problem(
            request,
            HTTPStatus.FORBIDDEN,
            "You are not signed in",
            ["Nothing was changed. Sign in and do it once more."],
            {"text": "Sign in", "href": "/sign-in"},
        )

    @app.exception_handler(NotAllowed)
    def not_allowed(request: Request, _: Exception) -> Response:
        return problem(
            request,
            HTTPStatus.FORBIDDEN,
            "This page is for others",
            ["Your account does not have the role for it. If you need it, ask your IT team."],
        )

    @app.exception_handler(NotGenuine)
    def not_genuine(request: Request, _: Exception) -> Response:
        log.warning("form_refused")
        return problem(
            request,
            HTTPStatus.FORBIDDEN,
            "Do that once more",
            [
                "Nothing was changed: the page you sent this from was too old, or was not ours.",
                "Open the page again and press the button there.",
            ],
        )

    @app.exception_handler(StoreProblem)
    def no_store(_: Request, broken: Exception) -> Response:
        log.error("page_not_shown", problem=type(broken).__name__)
        return Response(
            "This does not work just now. Try again in a few minutes. No mail is kept back by it.",
            HTTPStatus.SERVICE_UNAVAILABLE,
            media_type="text/plain; charset=utf-8",
        )

    @app.exception_handler(RequestValidationError)
    def not_understood(request: Request, _: Exception) -> Response:
        return problem(
            request,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "We could not read that",
            ["Nothing was changed. Open the page again and fill the form in there."],
        )

    @app.exception_handler(HTTPException)
    def other(request: Request, raised: HTTPException) -> Response:
        if raised.status_code == HTTPStatus.NOT_FOUND:
            return problem(
                request,
                HTTPStatus.NOT_FOUND,
                "There is no such page",
                ["If you typed the address, check it. If you followed a link, it may be old."],
            )
        answer = problem(
            request,
            HTTPStatus(raised.status_code),
            "That did not work",
            ["Nothing was changed."],
        )
        answer.headers.update(raised.headers or {})
        return answer
