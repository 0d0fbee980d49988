"""Tables as CSV, which do no harm in a spreadsheet.

A spreadsheet takes a cell that begins with one of a few letters for a formula, and a formula may
send what is in the sheet elsewhere (https://owasp.org/www-community/attacks/CSV_Injection). Words
that begin so get an apostrophe before them. A file is UTF-8 with a byte order mark, by which Excel
knows it (RFC 4180 has the rest).
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence

from policy_agent.reports.cells import cell, made, notes, words
from policy_agent.reports.document import Report, Row, Table, Unit

MARK, TOTAL = "row_mark", "row_is_total"  # columns that a file has where a row has these
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  wide ones too
_FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: the same file each time
_READABLE = 0o644 << 16  # rights that the files get where they are unpacked


def as_csv(table: Table, fewest: int) -> bytes:
    """Return one table as a file; its first line has the columns' keys.

    Figures are as a machine reads them, and as exact as on the page: 1234, and 0.37 for 37%. Words
    stand where there is no figure. A row's mark, and whether it is a total, have columns of their
    own where any row has them.
    """
    extra = [name for name, there in _extras(table.rows).items() if there]
    keys = [column.key for column in table.columns]
    rows = ([*_values(row, table, fewest), *_extra(row, extra)] for row in table.rows)
    return csv_file([*keys, *extra], rows)


def as_zip(report: Report) -> bytes:
    """Return every table as a file `KEY.csv`, and `about.txt`, which says how to read them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        _put(folder, "about.txt", _about(report).encode())
        for table in report.tables:
            _put(folder, f"{table.key}.csv", as_csv(table, report.fewest))
    return packed.getvalue()


def csv_file(head: Sequence[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Return a file with that first line and these rows, whose cells are harmless already."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="replace")


def safe_cell(value: str | int) -> str:
    """Return the value as text that no spreadsheet takes for a formula."""
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(_RISKY) else text


def _values(row: Row, table: Table, fewest: int) -> Iterable[str]:
    for value, column in zip(row.values, table.columns, strict=True):
        told = cell(value, column.unit, fewest)
        if told.number is None:
            yield safe_cell(told.text)
        else:
            digits = told.digits + 2 if column.unit is Unit.SHARE else told.digits
            yield f"{told.number:.{digits}f}"


def _extras(rows: Sequence[Row]) -> dict[str, bool]:
    return {MARK: any(row.mark for row in rows), TOTAL: any(row.total for row in rows)}


def _extra(row: Row, names: Sequence[str]) -> list[str]:
    values = {MARK: safe_cell(words(row.mark)), TOTAL: "yes" if row.total else "no"}
    return [values[name] for name in names]


def _about(report: Report) -> str:
    lines = [
        f"{words(report.title)}, {words(report.period)}",
        words(report.organisation),
        f"Made on {made(report)}.",
        "",
        *map(words, report.summary),
        "",
        "The files have commas between values and are in UTF-8. Shares run from 0 to 1.",
        f"{MARK} says what is special about a row. {TOTAL} is yes where a row sums others.",
    ]
    for table in report.tables:
        lines += ["", f"{table.key}.csv: {words(table.title)}"]
        lines += [f"  {column.key}: {words(column.title)}" for column in table.columns]
        lines += [f"  {note}" for note in notes(table, report.fewest)]
    for section in report.sections:
        if not section.tables:
            lines += ["", words(section.title), *map(words, section.paragraphs)]
    return "\r\n".join([*lines, ""])


def _put(folder: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _FIRST_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = _READABLE
    folder.writestr(entry, content)
