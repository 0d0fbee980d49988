"""A report as a spreadsheet: a sheet that says what is in it, and a sheet a table.

Figures are numbers, rounded as on the page, so they can be summed and drawn. Words are written as
words, whatever they begin with: no formula comes from them, and none is in the file.
"""

import io
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from policy_agent.reports.cells import Cell, cell, head, made, notes, words
from policy_agent.reports.document import Column, Report, Table, Unit

_ABOUT = "About"
_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_WIDE = 90  # characters across the first sheet
_NARROWEST, _WIDEST = 11, 44  # characters that a column of a table may be wide
_TOP = 3  # lines above the head of a table: its title, the period, an empty one


def xlsx(report: Report) -> bytes:
    """Return the whole file; the same report gives the same file."""
    import xlsxwriter  # noqa: PLC0415  only when asked for

    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, **_PLAIN})
    book.set_properties(
        {
            "title": f"{words(report.title)}, {words(report.period)}",
            "subject": words(report.period),
            "author": words(report.organisation),
            "company": words(report.organisation),
            "created": report.made.astimezone(UTC).replace(tzinfo=None),
        }
    )
    sheets = _Sheets(book, report)
    sheets.about()
    for table in report.tables:
        sheets.table(table)
    book.close()
    return packed.getvalue()


class _Sheets:
    """Writes the sheets of one report."""

    def __init__(self, book: Any, report: Report) -> None:
        self._book, self._report = book, report
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def about(self) -> None:
        """Write what the report is, what it says first, what there is, and how it was counted."""
        report, sheet = self._report, self._book.add_worksheet(_ABOUT)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, _WIDE)
        line = 0
        for text, size in (
            (report.title, {"bold": True, "font_size": 16}),
            (f"{report.organisation}, {report.period}", {"font_size": 12}),
            (f"Made on {made(report)}.", {}),
        ):
            sheet.write_string(line, 0, words(text), self._format(text_wrap=True, **size))
            line += 1
        for title, texts in self._chapters():
            line += 1
            sheet.write_string(line, 0, title, self._format(bold=True, font_size=12))
            for text in texts:
                line += 1
                sheet.write_string(line, 0, text, self._format(text_wrap=True, valign="top"))
            line += 1
        line += 1
        sheet.write_string(line, 0, "Tables", self._format(bold=True, font_size=12))
        link = self._format(font_color="#12436d", underline=1, text_wrap=True)
        for table in report.tables:
            line += 1
            sheet.write_url(line, 0, f"internal:'{table.key}'!A1", link, words(table.title)[:250])
        if not report.tables:
            sheet.write_string(line + 1, 0, "There is no table in this report.")
        self._for_print(sheet)

    def table(self, table: Table) -> None:
        """Write one table with its title above and its notes below; its head stays in sight."""
        report, sheet = self._report, self._book.add_worksheet(table.key)
        sheet.write_string(0, 0, words(table.title), self._format(bold=True, font_size=13))
        sheet.write_string(1, 0, words(f"{report.organisation}, {report.period}"))
        if table.rows:
            self._mark(sheet, table)
        for place, column in enumerate(table.columns):
            texts = [words(column.title)]
            sheet.write_string(_TOP, place, texts[0], self._head(column))
            for number, row in enumerate(table.rows, start=_TOP + 1):
                found = cell(row.values[place], column.unit, report.fewest)
                if place == 0 and row.mark:
                    text = head(row, column.unit, report.fewest)
                    found = Cell(text=text, number=None, digits=0)
                self._write(sheet, (number, place), found, column, total=row.total)
                texts.append(found.text)
            longest = max(max(map(len, texts[1:]), default=0), len(texts[0]) // 2)
            sheet.set_column(place, place, min(max(longest + 2, _NARROWEST), _WIDEST))
        sheet.freeze_panes(_TOP + 1, 1)
        line = _TOP + len(table.rows) + 1
        for note in notes(table, report.fewest):
            line += 1
            sheet.write_string(line, 0, note, self._format(italic=True))
        sheet.repeat_rows(_TOP)
        self._for_print(sheet)

    def _mark(self, sheet: Any, table: Table) -> None:
        """Tell programs that read aloud that this is a table, and which line is its head."""
        sheet.add_table(
            _TOP,
            0,
            _TOP + len(table.rows),
            len(table.columns) - 1,
            {
                "name": f"Table_{len(self._book.worksheets())}",
                "description": words(table.title),
                "autofilter": False,
                "style": None,
                "columns": [
                    {"header": words(column.title), "header_format": self._head(column)}
                    for column in table.columns
                ],
            },
        )

    def _head(self, column: Column) -> Any:
        return self._format(
            bold=True, text_wrap=True, bottom=2, valign="bottom", align=_side(column)
        )

    def _write(
        self, sheet: Any, place: tuple[int, int], found: Cell, column: Column, *, total: bool
    ) -> None:
        look: dict[str, Any] = {"bold": True, "top": 2} if total else {}
        look |= {"align": _side(column), "valign": "top"}
        if found.number is None:
            sheet.write_string(*place, found.text, self._format(text_wrap=True, **look))
        else:
            look["num_format"] = _number_format(found, column.unit)
            sheet.write_number(*place, found.number, self._format(**look))

    def _chapters(self) -> Iterator[tuple[str, list[str]]]:
        report = self._report
        shown = [
            f"{cell(*report.value(one), report.fewest).text} {words(one.words)}"
            for one in report.headlines
        ]
        told = [*shown, *map(words, report.summary)]
        yield "In short", told or ["There is nothing to tell for this time."]
        for section in report.sections:
            if not section.tables:
                yield words(section.title), [words(text) for text in section.paragraphs]

    def _format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def _for_print(self, sheet: Any) -> None:
        sheet.set_paper(9)  # A4
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")


def _side(column: Column) -> str:
    return "left" if column.unit is Unit.TEXT else "right"


def _number_format(found: Cell, unit: Unit) -> str:
    digits = f".{'0' * found.digits}" if found.digits else ""
    return f"0{digits}%" if unit is Unit.SHARE else f"#,##0{digits}"
