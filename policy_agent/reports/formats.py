"""Every format that a report comes in, and files of them.

All are made of the same `Report`, so they say the same. What takes long to load is loaded when a
format asks for it.
"""

import secrets
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

from policy_agent.reports.document import Report


class Format(Enum):
    """A format, as people name it."""

    HTML = "html"  # one page that needs nothing else
    PDF = "pdf"  # the same page, tagged
    CSV = "csv"  # every table as a file, in a zip
    XLSX = "xlsx"  # every table as a sheet

    @property
    def suffix(self) -> str:
        """Return what the names of its files end in."""
        return ".csv.zip" if self is Format.CSV else f".{self.value}"

    @property
    def media_type(self) -> str:
        """Return what mail and browsers call it."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.PDF: "application/pdf",
    Format.CSV: "application/zip",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def write(report: Report, wanted: Format) -> bytes:
    """Return the report in that format; ReportProblem where this machine cannot make it."""
    match wanted:
        case Format.HTML:
            from policy_agent.reports.page import html  # noqa: PLC0415

            return html(report).encode()
        case Format.PDF:
            from policy_agent.reports.pdf import pdf  # noqa: PLC0415

            return pdf(report)
        case Format.CSV:
            from policy_agent.reports.tables import as_zip  # noqa: PLC0415

            return as_zip(report)
        case Format.XLSX:
            from policy_agent.reports.spreadsheet import xlsx  # noqa: PLC0415

            return xlsx(report)


def save(report: Report, folder: Path, formats: Iterable[Format] = tuple(Format)) -> list[Path]:
    """Write the report into the folder, a file a format named after its key, and return them.

    Every format is made before the first file is there, and a file is there whole or not at all:
    one of an earlier time is replaced in one step.
    """
    made = {folder / f"{report.key}{wanted.suffix}": write(report, wanted) for wanted in formats}
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in made.items():
        beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            beside.write_bytes(content)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return list(made)
