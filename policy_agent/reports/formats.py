"""The formats that a report comes in."""

from enum import Enum
from html import escape

from policy_agent.reports.document import Report


class ReportProblem(Exception):
    """A report that cannot be made; the text says what is wrong, where, and what would be right."""


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
    if wanted is not Format.HTML:
        raise ReportProblem(f"{wanted.value}: this format is written on another branch")
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in report.summary)
    return f"<!doctype html><title>{escape(report.title)}</title>{said}".encode()
