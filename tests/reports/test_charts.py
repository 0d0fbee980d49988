"""Charts: they draw what their table tells, and are read without colour."""

from collections import Counter
from dataclasses import replace

import pytest
from lxml import etree

from policy_agent.reports.cells import cell
from policy_agent.reports.charts import drawn, svg
from policy_agent.reports.document import Chart, Draws, Row, Table
from policy_agent.reports.drawing import draw
from tests.reports.example import (
    DRESSED_UP,
    FEW,
    LUNCHES,
    MONTHLY,
    MONTHS,
    SUPERVISION,
    WEEKEND_MAIL,
)

SVG = "{http://www.w3.org/2000/svg}"
ALL = [
    (chart, table)
    for report in (MONTHLY, DRESSED_UP)
    for section in report.sections
    for chart in section.charts
    for table in section.tables
    if table.key == chart.table and table.rows
]
every_chart = pytest.mark.parametrize(("chart", "table"), ALL)


def chart_of(table: Table, draws: Draws, *columns: str) -> Chart:
    return Chart(
        table=table.key, title="A chart", draws=draws, columns=columns, unit="copies", along="team"
    )


def ids(picture: str) -> list[str]:
    return [one.get("id", "") for one in etree.fromstring(picture).iter() if one.get("id")]


@every_chart
def test_a_chart_has_the_figures_of_its_table_and_no_other(chart: Chart, table: Table) -> None:
    shown = drawn(chart, table, 10)
    rows = [row for row in table.rows if not row.total]
    assert len(shown.labels) == len(rows)
    for key, series in zip(chart.columns, shown.series, strict=True):
        place = table.place(key)
        unit = table.columns[place].unit
        assert series.cells == tuple(cell(row.values[place], unit, 10) for row in rows)


@every_chart
def test_every_told_figure_is_drawn_and_no_hidden_one(chart: Chart, table: Table) -> None:
    shown = drawn(chart, table, 10)
    found = Counter(one.partition("bar-")[2] for one in ids(svg(chart, table, 10, "c")))
    for number, series in enumerate(shown.series):
        for place, told in enumerate(series.cells):
            bar = shown.draws is not Draws.LINES and told.number is not None
            assert found[f"{number}-{place}"] == bar


def test_bars_are_as_long_as_their_figures() -> None:
    chart = chart_of(WEEKEND_MAIL, Draws.BARS, "held")
    picture = etree.fromstring(svg(chart, WEEKEND_MAIL, 10, "c"))
    lengths = {}
    for place, figure in enumerate((371, 340, 90, 57)):
        (path,) = picture.findall(f".//{SVG}g[@id='c-bar-0-{place}']/{SVG}path")
        corners = [point.split() for point in path.get("d").removesuffix(" z")[2:].split(" L ")]
        across = [float(corner[0]) for corner in corners]
        lengths[figure] = max(across) - min(across)
    unit = lengths[371] / 371
    assert all(abs(long - figure * unit) < 0.01 for figure, long in lengths.items())


def test_a_hidden_figure_is_a_gap_with_a_sign_that_the_legend_explains() -> None:
    shown = drawn(chart_of(WEEKEND_MAIL, Draws.BARS, "held", "let_through"), WEEKEND_MAIL, 10)
    assert [shown.series[1].gap(place) for place in range(6)] == ["", "", "×", "", "×", "×"]  # noqa: RUF001
    assert shown.meanings == (("×", "not told: see the table"),)  # noqa: RUF001
    months = drawn(chart_of(MONTHS, Draws.LINES, "sent_now"), MONTHS, 10)
    assert [months.series[0].gap(place) for place in (0, 1, 3)] == ["–", "", "×"]  # noqa: RUF001


def test_a_line_breaks_where_a_figure_is_hidden() -> None:
    chart = chart_of(LUNCHES, Draws.LINES, "everybody")
    picture = etree.fromstring(svg(chart, LUNCHES, 10, "c"))
    (path,) = picture.findall(f".//{SVG}g[@id='c-line-0']/{SVG}path")
    assert path.get("d", "").count("L") == 1  # two of four weeks hang together


def test_marked_rows_get_a_sign_a_kind_that_the_legend_explains() -> None:
    shown = drawn(chart_of(MONTHS, Draws.BARS, "sent"), MONTHS, 10)
    assert shown.signs == ("★", "", "", "★", "", "")
    assert shown.meanings == (("★", "with a bank holiday"),)
    many = replace(
        MONTHS, rows=tuple(replace(row, mark=str(n)) for n, row in enumerate(MONTHS.rows))
    )
    signs = drawn(chart_of(many, Draws.BARS, "sent"), many, 10).signs
    assert len(set(signs)) == len(many.rows)


def test_series_differ_in_more_than_colour() -> None:
    chart = chart_of(SUPERVISION, Draws.BARS, "happened", "moved", "cancelled")
    picture = svg(chart, SUPERVISION, 10, "c")
    assert "<pattern" in picture
    lines = etree.fromstring(svg(replace(chart, draws=Draws.LINES), SUPERVISION, 10, "c"))
    dashes = [
        path.get("stroke-dasharray")
        for number in range(3)
        for path in lines.findall(f".//{SVG}g[@id='c-line-{number}']/{SVG}path")
    ]
    assert len(set(dashes)) == 3


@every_chart
def test_a_chart_has_no_style_sheet_no_letters_of_fonts_and_ids_of_its_own(
    chart: Chart, table: Table
) -> None:
    picture = svg(chart, table, 10, "mine")
    assert "<style" not in picture
    assert "style=" not in picture
    assert "<text" not in picture
    assert "<script" not in picture
    assert all(one.startswith("mine-") for one in ids(picture))


@every_chart
def test_the_same_chart_is_drawn_the_same(chart: Chart, table: Table) -> None:
    assert svg(chart, table, 10, "c") == svg(chart, table, 10, "c")


def test_a_chart_of_nothing_told_is_drawn_too() -> None:
    rows = (Row(values=("Leaders", FEW, FEW, FEW, None)), Row(values=("Others", 0, 0, 0, 0.0)))
    table = replace(WEEKEND_MAIL, rows=rows)
    for draws in Draws:
        assert draw(drawn(chart_of(table, draws, "sent", "held"), table, 10)).count("<svg") == 1


def test_a_name_that_cannot_be_drawn_leaves_a_sign() -> None:
    table = replace(MONTHS, rows=(Row(values=("\U0001f389", 4, 3, 2)),))
    assert svg(chart_of(table, Draws.BARS, "sent"), table, 10, "c")
