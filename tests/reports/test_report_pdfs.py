"""The PDF: tagged, with bookmarks, on one side where asked, and made wherever it can be."""

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdf
import pytest

from policy_agent.reports.document import ReportProblem
from policy_agent.reports.formats import Format
from policy_agent.reports.pdf import pdf
from tests.reports.example import DRESSED_UP, EMPTY, MONTHLY, ONE_SIDE, REPORTS
from tests.reports.reading import document, page, said, tagged, written

NO_FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><cachedir>{folder}</cachedir></fontconfig>"""


@pytest.mark.parametrize("key", REPORTS)
def test_a_pdf_is_tagged_and_says_its_language_title_and_standard(key: str) -> None:
    told, report = document(key), REPORTS[key]
    root: Any = told.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert told.metadata is not None
    assert told.metadata.title == f"{report.title}, {report.period} – {report.organisation}"  # noqa: RUF001
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    kinds = {element.get("/S") for element in tagged(key)}
    assert {"/Document", "/H1", "/H2", "/P"} <= kinds
    if report.tables:
        assert {"/Table", "/Caption", "/TR", "/TH", "/TD", "/Figure"} <= kinds


def test_each_chart_has_its_title_for_who_does_not_see_it() -> None:
    figures = [element for element in tagged(MONTHLY.key) if element.get("/S") == "/Figure"]
    charts = [chart for section in MONTHLY.sections for chart in section.charts]
    assert [figure["/Alt"] for figure in figures] == [chart.title for chart in charts]


def test_the_cells_of_a_table_name_their_heads() -> None:
    cells = [element for element in tagged(MONTHLY.key) if element.get("/S") == "/TD"]
    names = {element.get("/ID") for element in tagged(MONTHLY.key) if element.get("/S") == "/TH"}
    assert all(len(cell["/A"]["/Headers"]) == 2 for cell in cells)
    assert all(name in names for cell in cells for name in cell["/A"]["/Headers"])


@pytest.mark.parametrize("key", [MONTHLY.key, ONE_SIDE.key, EMPTY.key])
def test_bookmarks_are_the_headings(key: str) -> None:
    titles: list[str] = []

    def collect(entries: object) -> None:
        assert isinstance(entries, list)
        for entry in entries:
            if isinstance(entry, list):
                collect(entry)
            else:
                titles.append(entry.title)

    collect(document(key).outline)
    headings = [one.text_content() for one in page(key).xpath("//h1 | //h2")]
    assert titles == headings
    in_tags = [said(key, one) for one in tagged(key) if one.get("/S") in {"/H1", "/H2"}]
    assert in_tags == headings


def test_a_page_of_one_side_has_one_side() -> None:
    (sheet,) = document(ONE_SIDE.key).pages
    width, height = (float(side) / 72 * 25.4 for side in sheet.mediabox[2:])
    assert (round(width), round(height)) == (210, 297)


def test_only_the_wide_table_lies_across() -> None:
    sides = [sheet.mediabox.width > sheet.mediabox.height for sheet in document(MONTHLY.key).pages]
    assert sides.count(True) == 1


def test_nothing_is_fetched_for_it_and_no_word_of_others_acts() -> None:
    inside = written(DRESSED_UP.key, Format.PDF)
    for action in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile"):
        assert action not in inside


def test_a_page_that_asks_for_something_gets_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawing = tmp_path / "drawing.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    asking = f'<html lang="en"><title>x</title><p>words</p><img alt="x" src="{drawing.as_uri()}">'
    monkeypatch.setattr("policy_agent.reports.pdf.html", lambda _: asking)
    assert b"/XObject" not in pdf(EMPTY)


def test_where_pango_is_missing_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(ReportProblem) as problem:
        pdf(EMPTY)
    assert str(problem.value).startswith(
        "a PDF cannot be made here: WeasyPrint does not find Pango; install it as your system "
        "does, such as `apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0`, "
        "or ask for another format"
    )


def test_a_machine_without_fonts_makes_it_too(tmp_path: Path) -> None:
    settings = tmp_path / "fonts.conf"
    settings.write_text(NO_FONTS.format(folder=tmp_path))
    program = (
        "import sys; from tests.reports.example import ONE_SIDE; "
        "from policy_agent.reports.pdf import pdf; sys.stdout.buffer.write(pdf(ONE_SIDE))"
    )
    made = subprocess.run(
        [sys.executable, "-c", program],
        env={"FONTCONFIG_FILE": str(settings), "PATH": "", "MPLCONFIGDIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr.decode()[-2000:]
    resources: Any = pypdf.PdfReader(io.BytesIO(made.stdout)).pages[0]["/Resources"]
    fonts = {font["/BaseFont"].partition("+")[2] for font in resources["/Font"].values()}
    assert fonts <= {"DejaVu-Sans", "DejaVu-Sans-Bold", "DejaVu-Sans-Italic"}
    assert "DejaVu-Sans" in fonts
