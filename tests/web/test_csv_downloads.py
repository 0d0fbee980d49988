"""Tables to download: harmless in a spreadsheet, and read back as they were written."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_agent.reports.tables import safe_cell
from policy_agent.web.csv_download import csv_download

HEAD = ("date", "what")


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_a_download_is_a_file_that_excel_reads_as_utf_8_and_that_nobody_keeps() -> None:
    answer = csv_download("time-back.csv", HEAD, [("2026-05-23", "Cyfarfod â Siân"), ("x", 15)])
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="time-back.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    body = bytes(answer.body)
    assert body.startswith(b"\xef\xbb\xbfdate,what\r\n")
    assert read(body)[1:] == [["2026-05-23", "Cyfarfod â Siân"], ["x", "15"]]


@pytest.mark.parametrize(
    "cell",
    [
        '=HYPERLINK("https://evil.example","x")',
        "+1",
        "-1",
        -1,
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\0=1",
        "＝1",  # noqa: RUF001  a wide one, as in Japanese text
    ],
)
def test_no_cell_begins_as_a_formula_does(cell: str | int) -> None:
    assert safe_cell(cell).startswith("'")


@given(st.lists(st.tuples(st.text(), st.text() | st.integers()), max_size=5))
def test_every_table_comes_back_as_it_is_and_without_formulas(
    rows: list[tuple[str, str | int]],
) -> None:
    found = read(bytes(csv_download("t.csv", HEAD, rows).body))[1:]
    assert found == [[safe_cell(cell) for cell in row] for row in rows]
    assert not any(cell[:1] in set("=+-@\t\r\n") for row in found for cell in row if cell)


def test_half_a_letter_breaks_nothing() -> None:
    assert read(bytes(csv_download("t.csv", HEAD, [("\ud800", "\ud83d")]).body))[1:] == [["?", "?"]]
