"""`/leadership/reports`: the reports of closed months and years, to read and to take along.

Whoever has the role Leader sees them. They are made when somebody asks: a month that is closed
never changes, so the last few that were made are kept.
"""

import base64
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from policy_agent.reports.document import Report, ReportProblem
from policy_agent.reports.formats import Format, write
from policy_agent.reports.making import annual_of, monthly_of
from policy_agent.web.pages import HEADERS, Pages
from policy_agent.web.sessions import LEADER, Visitor

log = structlog.get_logger()

KEPT = 24  # files
_WORDS = {
    Format.HTML: "Read it here",
    Format.PDF: "PDF",
    Format.CSV: "Tables (CSV)",
    Format.XLSX: "Spreadsheet (XLSX)",
}


class Files:
    """Makes files of reports, one at a time: charts and PDF take a second or two of a processor."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Format, int], bytes] = OrderedDict()

    def file(self, name: str, form: Format) -> bytes | None:
        """Return a report as a file; None: there is none of that name (`2026-10`, `2026`)."""
        store = self._pages.store
        make = _maker(name)
        if make is None:
            return None
        key = (name, form, len(store.closed_list()))  # another month may be told of beside it
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            made = make(self._pages)
            if made is None:
                return None
            self._kept[key] = write(made, form)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]


def add_reports(app: FastAPI, pages: Pages) -> None:
    """Add the list and the files to the application."""
    files = Files(pages)

    @app.get("/leadership/reports")
    def reports(
        request: Request, visitor: Annotated[Visitor, Depends(pages.only(LEADER))]
    ) -> Response:
        """Show which reports there are, the latest first."""
        months = pages.store.closed_list()
        values = {
            "months": [(f"{month:%B %Y}", f"{month:%Y-%m}") for month in months],
            "years": sorted({month.year for month in months}, reverse=True),
            "formats": [(words, form.value) for form, words in _WORDS.items()],
        }
        return pages.show(request, "leadership/reports.html", values, visitor=visitor)

    @app.get("/leadership/reports/{file}")
    def one_report(file: str, _: Annotated[Visitor, Depends(pages.only(LEADER))]) -> Response:
        """Hand out one report in one format, by a name such as `2026-10.pdf`."""
        name, _dot, form = file.partition(".")
        known = {one.value: one for one in Format}
        if form not in known:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        try:
            content = files.file(name, known[form])
        except ReportProblem as broken:
            log.error("report_not_made", problem=str(broken))  # noqa: TRY400  it says it all
            return Response(
                "This format cannot be made just now. The others can.",
                HTTPStatus.SERVICE_UNAVAILABLE,
                media_type="text/plain; charset=utf-8",
                headers=HEADERS,
            )
        if content is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return _sent(name, known[form], content)


def _maker(name: str) -> Callable[[Pages], Report | None] | None:
    """Return what makes the report of that name: a month such as 2026-10, or a year."""
    digits = name.replace("-", "", 1)
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        first = date.fromisoformat(f"{name}-01-01" if len(name) == len("2026") else f"{name}-01")
    except ValueError:
        return None
    if name == f"{first:%Y}":
        return lambda pages: annual_of(pages.store, first.year)
    return (lambda pages: monthly_of(pages.store, first)) if name == f"{first:%Y-%m}" else None


def _sent(name: str, form: Format, content: bytes) -> Response:
    headers = dict(HEADERS)
    if form is Format.HTML:
        headers["Content-Security-Policy"] = _policy(content)
    else:
        headers["Content-Disposition"] = f'attachment; filename="{name}{form.suffix}"'
    return Response(content, media_type=form.media_type, headers=headers)


def _policy(page: bytes) -> str:
    """Allow a report its own style, which it brings along, and nothing else."""
    style = page.partition(b"<style>")[2].partition(b"</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
