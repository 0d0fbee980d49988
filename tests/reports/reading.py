"""Reads tables back out of every format, each as lines of words as people see them."""

import csv
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import openpyxl
import pypdf
from lxml import html

from policy_agent.reports.cells import cell, head, words
from policy_agent.reports.document import Table, Unit
from policy_agent.reports.formats import Format, write
from policy_agent.reports.tables import MARK, TOTAL
from tests.reports.example import REPORTS

Grid = list[list[str]]


@cache
def written(key: str, wanted: Format) -> bytes:
    """Write one of the examples once for all tests."""
    return write(REPORTS[key], wanted)


@cache
def page(key: str) -> Any:
    return html.document_fromstring(written(key, Format.HTML).decode())


@cache
def document(key: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(written(key, Format.PDF)))


def expected(table: Table, fewest: int) -> Grid:
    """Return what people should see: the head, and a line a row."""
    lines = [[words(column.title) for column in table.columns]]
    for row in table.rows:
        told = [
            cell(value, column.unit, fewest).text
            for value, column in zip(row.values, table.columns, strict=True)
        ]
        lines.append([head(row, table.columns[0].unit, fewest), *told[1:]])
    return lines


def in_html(key: str, table: Table) -> Grid:
    (caption,) = page(key).xpath(f"//caption[@id='table-{table.key}']")
    assert caption.text_content() == words(table.title)
    rows = caption.getparent().xpath(".//tr")
    return [[" ".join(one.text_content().split()) for one in row] for row in rows]


def in_csv(key: str, table: Table) -> Grid:
    """Return a table's lines; figures are put into words as the columns' units say."""
    with zipfile.ZipFile(io.BytesIO(written(key, Format.CSV))) as folder:
        text = folder.read(f"{table.key}.csv").decode("utf-8-sig")
    keys, *rows = csv.reader(io.StringIO(text, newline=""))
    columns = [column.key for column in table.columns]
    assert keys[: len(columns)] == columns
    lines = [[words(column.title) for column in table.columns]]
    for row in rows:
        said = dict(zip(keys, row, strict=True))
        line = [
            _figure(said[column.key].removeprefix("'"), column.unit) for column in table.columns
        ]
        line[0] += f" ({said[MARK].removeprefix(chr(39))})" if said.get(MARK) else ""
        assert said.get(TOTAL, "no") in {"yes", "no"}
        lines.append(line)
    return lines


def in_xlsx(key: str, table: Table) -> Grid:
    sheet = openpyxl.load_workbook(io.BytesIO(written(key, Format.XLSX)))[table.key]
    assert sheet["A1"].value == words(table.title)
    rows = sheet.iter_rows(4, 4 + len(table.rows), max_col=len(table.columns))
    return [[_cell(one) for one in row] for row in rows]


def in_pdf(key: str) -> list[Grid]:
    """Return every table as its tags say it; one that goes over a page break is one."""
    found: list[Grid] = []
    for element in tagged(key):
        if element.get("/S") == "/Table":
            rows = [
                [said(key, one) for one in walk(row) if one.get("/S") in {"/TH", "/TD"}]
                for row in walk(element)
                if row.get("/S") == "/TR"
            ]
            if found and found[-1][0] == rows[0]:
                found[-1] += rows[1:]
            else:
                found.append(rows)
    return found


def tagged(key: str) -> Iterator[Any]:
    """Return every element of a PDF's structure."""
    return walk(document(key).root_object["/StructTreeRoot"])


def walk(element: Any) -> Iterator[Any]:
    yield element
    for kid in _kids(element):
        if isinstance(kid, dict):
            yield from walk(kid)


def said(key: str, element: Any) -> str:
    """Return the words of an element, in the order of its tags."""
    words_of = _marked(key)
    parts = []
    for kid in _kids(element):
        if isinstance(kid, dict):
            parts.append(said(key, kid))
        else:
            parts.append(words_of.get((element.raw_get("/Pg").idnum, int(kid)), ""))
    # pypdf 7 gives some fonts' letters as two bytes each, the first of them nought.
    return " ".join(" ".join(parts).replace("\0", "").split())


def _kids(element: Any) -> list[Any]:
    kids = element.get("/K", [])
    return [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]


@cache
def _marked(key: str) -> dict[tuple[int, int], str]:
    """Return the words of every marked piece of a PDF, by its page and number."""
    found: dict[tuple[int, int], str] = {}
    for sheet in document(key).pages:
        assert sheet.indirect_reference is not None
        number, now = sheet.indirect_reference.idnum, [-1]

        def follow(operator: bytes, values: Any, *_: Any, now: list[int] = now) -> None:
            if operator == b"BDC":
                now[0] = int(values[1].get("/MCID", -1))
            elif operator == b"EMC":
                now[0] = -1

        def take(text: str, *_: Any, now: list[int] = now, number: int = number) -> None:
            found[number, now[0]] = found.get((number, now[0]), "") + text

        sheet.extract_text(visitor_operand_before=follow, visitor_text=take)
    return found


def _figure(text: str, unit: Unit) -> str:
    """Return a figure of a CSV in words; what is none stays as it is."""
    try:
        float(text)
    except ValueError:
        return text
    if unit is Unit.TEXT:
        return text
    sign, digits = ("\N{MINUS SIGN}", text[1:]) if text.startswith("-") else ("", text)
    if unit is Unit.SHARE:
        places = len(digits.partition(".")[2]) - 2
        return f"{sign}{float(digits) * 100:.{places}f}%"
    whole, point, rest = digits.partition(".")
    return f"{sign}{int(whole):,}{point}{rest}"


def _cell(one: Any) -> str:
    """Return a cell of a spreadsheet as it is shown."""
    if not isinstance(one.value, int | float):
        assert one.data_type in {"s", "n"}  # a string, or nothing: never a formula
        return str(one.value or "")
    places = len(one.number_format.rstrip("%").partition(".")[2])
    sign = "\N{MINUS SIGN}" if one.value < 0 else ""
    if one.number_format.endswith("%"):
        return f"{sign}{abs(one.value) * 100:.{places}f}%"
    assert one.number_format.startswith("#,##0")
    return f"{sign}{abs(one.value):,.{places}f}"
