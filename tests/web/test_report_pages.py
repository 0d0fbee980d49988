"""`/leadership/reports`: closed months and years in every format, for leaders alone."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pypdf
import pytest

from policy_agent.reports import formats
from policy_agent.reports.document import Report, ReportProblem
from policy_agent.web.sessions import IT, LEADER
from tests.reports.closed import OCTOBER, SEPTEMBER, closed
from tests.web.it_site import it_site
from tests.web.signed_in import Browser, Site

LIST = "/leadership/reports"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with it_site(tmp_path) as made:
        yield made


@pytest.fixture
def leader(site: Site) -> Browser:
    for month in (SEPTEMBER, OCTOBER):
        site.store.close_month(closed(month))
    return site.visit("lee", roles=[LEADER])


def test_the_list_names_each_month_and_year_the_latest_first(leader: Browser) -> None:
    page = leader.get(LIST).text
    assert page.index("October 2026</h2>") < page.index("September 2026</h2>")
    assert "Annual review 2026" in page
    assert f'href="{LIST}/2026-10.pdf"' in page
    assert f'href="{LIST}"' in leader.get("/leadership").text


def test_before_any_month_is_closed_the_list_says_so(site: Site) -> None:
    assert "No month is closed yet." in site.visit("lee", roles=[LEADER]).get(LIST).text


def test_each_format_comes_as_what_it_is(leader: Browser) -> None:
    page = leader.get(f"{LIST}/2026-10.html")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "style-src 'sha256-" in page.headers["Content-Security-Policy"]
    assert "script" not in page.headers["Content-Security-Policy"]
    assert "October 2026" in page.text
    pdf = leader.get(f"{LIST}/2026-10.pdf")
    assert pdf.headers["Content-Disposition"] == 'attachment; filename="2026-10.pdf"'
    assert pypdf.PdfReader(io.BytesIO(pdf.content)).get_num_pages() > 1
    folder = leader.get(f"{LIST}/2026-10.csv")
    assert folder.headers["Content-Disposition"] == 'attachment; filename="2026-10.csv.zip"'
    assert zipfile.ZipFile(io.BytesIO(folder.content)).testzip() is None
    sheet = leader.get(f"{LIST}/2026-10.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(sheet.content)).sheetnames


def test_the_year_is_there_as_far_as_it_has_come(leader: Browser) -> None:
    assert "2 of the 12 months of 2026" in leader.get(f"{LIST}/2026.html").text


def test_a_report_is_made_once_and_anew_when_another_month_is_closed(
    leader: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counting(report: Report, wanted: formats.Format) -> bytes:
        made.append(report.key)
        return formats.write(report, wanted)

    monkeypatch.setattr("policy_agent.web.reports.write", counting)
    first = leader.get(f"{LIST}/2026-10.csv").content
    assert leader.get(f"{LIST}/2026-10.csv").content == first
    assert made == ["2026-10"]
    site.store.close_month(closed(OCTOBER.replace(month=11)))
    assert leader.get(f"{LIST}/2026-10.csv").content == first
    assert made == ["2026-10", "2026-10"]


@pytest.mark.parametrize(
    "name",
    [
        "2026-11.pdf",
        "2025.html",
        "2026-13.pdf",
        "2026-1.pdf",
        "0000.pdf",
        "20261.pdf",
        "-2026.pdf",
        "².pdf",
        "2026-10.exe",
        "..%2F2026-10.pdf",
    ],
)
def test_what_there_is_not_is_a_page_that_says_so(leader: Browser, name: str) -> None:
    answer = leader.get(f"{LIST}/{name}")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_a_format_that_cannot_be_made_says_so_and_the_others_come(
    leader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(report: Report, wanted: formats.Format) -> bytes:
        if wanted is formats.Format.PDF:
            raise ReportProblem("Pango is not installed")
        return formats.write(report, wanted)

    monkeypatch.setattr("policy_agent.web.reports.write", broken)
    answer = leader.get(f"{LIST}/2026-10.pdf")
    assert answer.status_code == 503
    assert answer.text == "This format cannot be made just now. The others can."
    assert leader.get(f"{LIST}/2026-10.csv").status_code == 200


@pytest.mark.parametrize("path", [LIST, f"{LIST}/2026-10.html", f"{LIST}/2026.xlsx"])
def test_only_leaders_see_them(leader: Browser, site: Site, path: str) -> None:
    assert leader.get(path).status_code == 200
    for roles in ([], [IT]):
        assert site.visit("ann", roles=roles).get(path).status_code == 403
    assert site.stranger().get(path).headers["Location"] == f"/sign-in?to={path}"
