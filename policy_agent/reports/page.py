"""A report as one HTML page that needs nothing else: it can be mailed, printed and published.

Every word of others is escaped and made harmless by itself. The page forbids itself to load or run
anything, by its own content security policy.
"""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from policy_agent.reports.cells import cell, made, notes, words
from policy_agent.reports.charts import svg
from policy_agent.reports.document import Chart, Report, Section, Table

_TEMPLATES = Path(__file__).parent / "templates"
_WIDEST = 9  # columns of a table that fit across a page of A4 that stands

_Picture = tuple[str, str, Markup]  # what its ids begin with, its title, and the chart


def html(report: Report) -> str:
    """Return the whole page."""
    values = {
        "report": report,
        "made": made(report),
        "parts": [(section, list(_tables(section, report))) for section in report.sections],
        "headlines": [
            (cell(*report.value(headline), report.fewest), headline.words)
            for headline in report.headlines
        ],
        "cell": partial(cell, fewest=report.fewest),
        "notes": partial(notes, fewest=report.fewest),
        "widest": _WIDEST,
        "style": Markup((_TEMPLATES / "report.css").read_text(encoding="utf-8")),  # noqa: S704  ours
    }
    return _environment().get_template("report.html").render(values)


def _tables(section: Section, report: Report) -> Iterator[tuple[Table, list[_Picture]]]:
    """Return the section's tables, each with the charts that draw it."""
    for table in section.tables:
        charts = [chart for chart in section.charts if chart.table == table.key and table.rows]
        pictures = [
            (name, chart.title, _picture(report, table, chart, name))
            for name, chart in ((f"{table.key}-{n}", c) for n, c in enumerate(charts, start=1))
        ]
        yield table, pictures


def _picture(report: Report, table: Table, chart: Chart, name: str) -> Markup:
    drawing = svg(chart, table, report.fewest, name, narrow=report.one_side)
    return Markup(drawing)  # noqa: S704  built as XML, so every word in it is escaped


def _harmless(value: object) -> object:
    """Make words of others harmless wherever the template shows them; our own markup stays."""
    return words(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
