"""Tables to download, which do no harm in a spreadsheet; see `policy_agent.reports.tables`."""

from collections.abc import Iterable, Sequence

from fastapi import Response

from policy_agent.reports.tables import csv_file, safe_cell
from policy_agent.web.pages import HEADERS


def csv_download(name: str, head: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Response:
    """Return the table as a file of that name, which is one of ours and ends in `.csv`."""
    return Response(
        csv_file(head, (map(safe_cell, row) for row in rows)),
        media_type="text/csv; charset=utf-8",
        headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'},
    )
