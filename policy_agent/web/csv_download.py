"""Tables to download, which do no harm in a spreadsheet.

A spreadsheet takes a cell that begins with one of a few letters for a formula, and a formula may
send what is in the sheet elsewhere (https://owasp.org/www-community/attacks/CSV_Injection). Such a
cell gets an apostrophe before it, numbers below zero included. The file is UTF-8 with a byte order
mark, by which Excel knows it (RFC 4180 has the rest).
"""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

from policy_agent.web.pages import HEADERS

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  wide ones too


def csv_download(name: str, head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Response:
    """Return the table as a file of that name, which is one of ours and ends in `.csv`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return Response(
        b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", errors="replace"),
        media_type="text/csv; charset=utf-8",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'},
    )


def safe_cell(cell: str | int) -> str:
    """Return the cell as text that no spreadsheet takes for a formula."""
    text = str(cell).replace("\0", "")
    return f"'{text}" if text.startswith(_RISKY) else text


__all__ = ["csv_download", "safe_cell"]
