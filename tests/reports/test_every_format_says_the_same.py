"""The same words and figures in every format, and nothing in any that does harm."""

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from policy_agent.reports.cells import NOTHING, notes, words
from policy_agent.reports.formats import Format, write
from tests.reports.example import DRESSED_UP, MADE, MONTHLY, ONE_SIDE, REPORTS
from tests.reports.reading import (
    expected,
    in_csv,
    in_html,
    in_pdf,
    in_xlsx,
    page,
    written,
)

every_report = pytest.mark.parametrize("key", REPORTS)
LETTERS = re.compile(r"[\x20-\x7e\u2010-\u201f]*")  # those that a PDF gives back as they went in


@every_report
def test_every_table_is_the_same_on_the_page_in_csv_and_in_the_spreadsheet(key: str) -> None:
    report = REPORTS[key]
    for table in report.tables:
        wanted = expected(table, report.fewest)
        assert in_html(key, table) == wanted
        assert in_csv(key, table) == wanted
        assert in_xlsx(key, table) == wanted
        assert "" not in {cell for line in wanted for cell in line}


@every_report
def test_every_table_of_the_pdf_is_the_same_as_its_tags_tell_it(key: str) -> None:
    report = REPORTS[key]
    found = in_pdf(key)
    assert len(found) == len(report.tables)
    for table, lines in zip(report.tables, found, strict=True):
        wanted = expected(table, report.fewest)
        assert len(lines) == len(wanted)
        for line, told in zip(lines, wanted, strict=True):
            # Lines broken inside a long word come back with a space there.
            pairs = [(a, b) for a, b in zip(line, told, strict=True) if LETTERS.fullmatch(b)]
            assert [a.replace(" ", "") for a, _ in pairs] == [b.replace(" ", "") for _, b in pairs]


@every_report
def test_every_format_says_what_hidden_words_mean(key: str) -> None:
    report = REPORTS[key]
    book = openpyxl.load_workbook(io.BytesIO(written(key, Format.XLSX)))
    with zipfile.ZipFile(io.BytesIO(written(key, Format.CSV))) as folder:
        about = folder.read("about.txt").decode()
    for table in report.tables:
        cells = [cell.value for row in book[table.key].iter_rows() for cell in row]
        on_page = [note.text_content() for note in page(key).xpath("//ul[@class='notes']/li")]
        for note in notes(table, report.fewest):
            assert note in cells
            assert note in on_page
            assert note in about


def test_the_words_of_hidden_figures_are_plain() -> None:
    weekend_mail, months = MONTHLY.tables[:2]
    assert notes(weekend_mail, 10) == (
        "A copy is one mail to one person inside. Four people on a mail are four copies.",
        (
            "“fewer than 10”: fewer than 10 people stand behind this figure, or the figure itself "
            "is below 10. We do not tell it, so that nobody can be picked out."
        ),
        (
            "“withheld”: from this figure you could work out one of a small group, so we do not "
            "tell it either."
        ),
        "“–”: there is nothing to tell here.",  # noqa: RUF001  the sign itself
    )
    assert notes(months, 5)[0].startswith("“fewer than 5”: ")


@pytest.mark.parametrize("wanted", [Format.HTML, Format.CSV, Format.XLSX])
@every_report
def test_the_same_report_is_the_same_file(key: str, wanted: Format) -> None:
    assert write(REPORTS[key], wanted) == written(key, wanted)


def test_the_same_report_is_the_same_pdf() -> None:
    assert write(ONE_SIDE, Format.PDF) == written(ONE_SIDE.key, Format.PDF)


def test_a_spreadsheet_has_no_formula_no_link_out_and_the_report_s_own_date() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(DRESSED_UP.key, Format.XLSX)))
    assert book.properties.created == MADE.replace(tzinfo=None)
    assert book.properties.title == f"{DRESSED_UP.title}, {DRESSED_UP.period}"
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None or cell.hyperlink.target is None
    with zipfile.ZipFile(io.BytesIO(written(DRESSED_UP.key, Format.XLSX))) as parts:
        inside = b"".join(parts.read(name) for name in parts.namelist())
    assert b"<f>" not in inside
    assert b'TargetMode="External"' not in inside


def test_a_spreadsheet_says_first_what_it_is_and_keeps_heads_in_sight() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(MONTHLY.key, Format.XLSX)))
    assert book.sheetnames == ["About", *(table.key for table in MONTHLY.tables)]
    about = [row[0].value for row in book["About"].iter_rows() if row[0].value]
    assert about[:3] == [
        MONTHLY.title,
        "Northshire Children's Services, October 2026",
        "Made on 2 November 2026 at 08:35.",
    ]
    assert "83% of lunches were free" in about
    assert {*MONTHLY.summary, *MONTHLY.sections[-1].paragraphs} <= set(about)
    assert about[-len(MONTHLY.tables) :] == [words(table.title) for table in MONTHLY.tables]
    for table in MONTHLY.tables:
        assert book[table.key].freeze_panes == "B5"
        assert len(book[table.key].tables) == 1


def test_a_csv_is_for_machines_and_begins_no_formula() -> None:
    with zipfile.ZipFile(io.BytesIO(written(MONTHLY.key, Format.CSV))) as folder:
        assert folder.namelist() == ["about.txt", *(f"{t.key}.csv" for t in MONTHLY.tables)]
        lines = folder.read("weekend-mail.csv").decode("utf-8-sig").splitlines()
        months = folder.read("mail-by-month.csv").decode("utf-8-sig").splitlines()
        days = folder.read("supervision.csv").decode("utf-8-sig").splitlines()
    assert lines[0] == "team,sent,held,let_through,waited,row_is_total"
    assert lines[1] == "Assessment and safeguarding,412,371,41,0.90,no"
    assert lines[3] == "Early help,96,90,fewer than 10,withheld,no"
    assert lines[-1] == "Everybody,1222,1087,135,0.89,yes"
    assert months[1] == f"May 2026,2140,0,{NOTHING},with a bank holiday"
    assert days[-1] == "Everybody,128,38,24,-0.5,yes"
    with zipfile.ZipFile(io.BytesIO(written(DRESSED_UP.key, Format.CSV))) as folder:
        told = folder.read("hostile.csv").decode("utf-8-sig")
    assert re.search(r'(^|[,"])[=+@]', told, re.MULTILINE) is None


def test_what_unpacks_the_zip_can_read_the_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written(MONTHLY.key, Format.CSV))) as folder:
        assert folder.testzip() is None
        folder.extractall(tmp_path)
        assert {entry.external_attr >> 16 for entry in folder.infolist()} == {0o644}
    assert (tmp_path / "year.csv").read_bytes().startswith(b"\xef\xbb\xbfteam,m1,")
