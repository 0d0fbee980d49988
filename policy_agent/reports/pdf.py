"""A report as PDF, made of its HTML page and of nothing else.

It is tagged for programs that read aloud (PDF/UA-1), has a bookmark a heading, its title and its
language. The same report gives the same file as long as fonts and libraries stay the same.
"""

import hashlib
import logging
from typing import Any

from policy_agent.reports.document import Report, ReportProblem
from policy_agent.reports.page import html

_VARIANT = "pdf/ua-1"
# Points of the letters, and per cent of the page that a chart is wide: what has to fit on one side
# tries each, until it does.
_SIZES = ((9.5, 76), (9, 68), (8.5, 60), (8, 52), (7.5, 46))


def pdf(report: Report) -> bytes:
    """Return the whole file; ReportProblem where the machine lacks what WeasyPrint needs.

    A page that has to fit on one side gets smaller letters until it does, down to 7.5 points; what
    does not fit then goes on to a second page.
    """
    page = html(report)
    weasyprint = _weasyprint()
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a report needs it from nowhere
    source = weasyprint.HTML(string=page, url_fetcher=nothing)
    if report.one_side:
        for points, width in _SIZES:
            smaller = weasyprint.CSS(
                string=f"html {{ font-size: {points}pt !important }} "
                f".one-side svg {{ width: {width}% !important }}"
            )
            document = source.render(stylesheets=[smaller], pdf_variant=_VARIANT)
            if len(document.pages) == 1:
                break
    else:
        document = source.render(pdf_variant=_VARIANT)
    name = hashlib.sha256(page.encode()).digest()[:16]
    return bytes(document.write_pdf(pdf_identifier=name, pdf_variant=_VARIANT))


def _weasyprint() -> Any:
    try:
        import weasyprint  # noqa: PLC0415  it takes long to load, and needs libraries of the system
    except (ImportError, OSError) as missing:
        raise ReportProblem(
            "a PDF cannot be made here: WeasyPrint does not find Pango; install it as your system "
            "does, such as `apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`, "
            f"or ask for another format ({type(missing).__name__}: {missing})"
        ) from missing
    # It warns of each rule of a style sheet that is for screens, and quotes letters it cannot draw.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    return weasyprint
