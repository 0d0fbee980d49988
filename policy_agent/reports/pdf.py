"""A report as PDF, made of its HTML page and of nothing else.

It is tagged for programs that read aloud (PDF/UA-1), has a bookmark a heading, its title and its
language. The same report gives the same file as long as fonts and libraries stay the same.

A machine without any font needs none: Matplotlib brings one. Without it Pango ends the whole
process there (WeasyPrint 70, Pango 1.50), and a daemon must not die of a report.
"""

import hashlib
import logging
from pathlib import Path
from typing import Any

from matplotlib import get_data_path

from policy_agent.reports.document import Report, ReportProblem
from policy_agent.reports.page import html

_VARIANT = "pdf/ua-1"
# What has to fit on one side tries each, until it does: its letters in points.
_SIZES = tuple(f"html {{ font-size: {points}pt !important }}" for points in (9.5, 9, 8.5, 8, 7.5))
_FACES = (
    ("DejaVuSans.ttf", "normal", "normal"),
    ("DejaVuSans-Bold.ttf", "bold", "normal"),
    ("DejaVuSans-Oblique.ttf", "normal", "italic"),
)


def pdf(report: Report) -> bytes:
    """Return the whole file; ReportProblem where the machine lacks what WeasyPrint needs.

    A page that has to fit on one side gets smaller letters until it does, down to 7.5 points; what
    does not fit then goes on to a second page.
    """
    page = html(report)
    weasyprint = _weasyprint()
    fonts = weasyprint.text.fonts.FontConfiguration()
    ours = weasyprint.CSS(
        string="".join(map(_face, _FACES)),
        font_config=fonts,
        url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols=("file",)),
    )
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # the page needs it from nowhere
    source = weasyprint.HTML(string=page, url_fetcher=nothing)
    for size in _SIZES if report.one_side else ("",):
        sheets = [ours, weasyprint.CSS(string=size, font_config=fonts)]
        document = source.render(font_config=fonts, stylesheets=sheets, pdf_variant=_VARIANT)
        if len(document.pages) == 1:
            break
    name = hashlib.sha256(page.encode()).digest()[:16]
    return bytes(document.write_pdf(pdf_identifier=name, pdf_variant=_VARIANT))


def _face(face: tuple[str, str, str]) -> str:
    file, weight, style = face
    address = (Path(get_data_path()) / "fonts" / "ttf" / file).as_uri()
    return (
        f'@font-face {{ font-family: "DejaVu Sans"; src: url("{address}"); '
        f"font-weight: {weight}; font-style: {style} }}"
    )


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
