"""`/it/holds/release-all`: bring everything back now, once somebody has typed how much that is.

What is asked for here is only written down, in pieces that are each whole; the daemon brings the
copies back. Whoever presses the button again, or after a kill, asks for what is left.
"""

import re
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Form, Request, Response

from policy_agent.agent.health import LATE
from policy_agent.web.it.holds import HOLDS
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor

log = structlog.get_logger()

RELEASE_ALL = f"{HOLDS}/release-all"
_AT_ONCE = 1000  # holds a transaction: others get their turn between two
_DIGITS = re.compile(r"[0-9]{1,9}")
_MORE = 1.1  # of what was shown: so many may have come in while somebody read and typed
_FEW = 10  # and these whatever was shown


def phrase(count: int) -> str:
    """Return what somebody has to type to bring that many back."""
    return f"release {count:,} {'hold' if count == 1 else 'holds'}"


def add_it_release_all(app: FastAPI, pages: Pages) -> None:
    """Add the pages to the application; before those of single holds, which they look like."""

    def show(request: Request, visitor: Visitor, *, wrong: str = "", typed: str = "") -> Response:
        counts = pages.store.count_open(late=pages.moment().now - LATE)
        return pages.show(
            request,
            "it/release_all.html",
            {
                "counts": counts,
                "phrase": phrase(counts.waiting),
                "wrong": wrong,
                "typed": typed,
                "action": RELEASE_ALL,
                "holds": HOLDS,
            },
            visitor=visitor,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        )

    @app.get(RELEASE_ALL)
    def look(request: Request, visitor: Annotated[Visitor, Depends(pages.only(IT))]) -> Response:
        """Say how many there are and what will happen; changes nothing."""
        return show(request, visitor)

    @app.post(RELEASE_ALL)
    def release_all(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.genuine_only(IT))],
        typed: Annotated[str, Form()] = "",
        shown: Annotated[str, Form()] = "",
    ) -> Response:
        """Ask for all that waits, if the right words were typed; else nothing is done."""
        now = pages.moment().now
        waiting = pages.store.count_open(late=now - LATE).waiting
        if not waiting:
            return pages.go(f"{HOLDS}?done=nothing")
        seen = int(shown) if _DIGITS.fullmatch(shown) else 0
        if not seen or _plain(typed) != _plain(phrase(seen)):
            return show(
                request, visitor, wrong="Type the words exactly as they stand above", typed=typed
            )
        if waiting > max(seen * _MORE, seen + _FEW):
            return show(
                request,
                visitor,
                wrong="There are many more on hold by now. Read the number again, and type it",
                typed=typed,
            )
        count = 0
        while True:
            asked = pages.store.ask_release_all(who=pages.name_of(visitor), now=now, limit=_AT_ONCE)
            count += asked
            if asked < _AT_ONCE:
                break
        log.warning("release_all_asked", holds=count)
        return pages.go(f"{HOLDS}?done=all")


def _plain(words: str) -> str:
    """Return words as they compare: case, commas and spaces do not matter."""
    return " ".join(words.replace(",", "").lower().split())
