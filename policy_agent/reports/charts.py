"""Charts of a report, as SVG that stands inside a page.

A chart is drawn from the cells of its table, rounded as there, so it shows no figure that is not
beside it. Letters are drawn as shapes, from a font that comes with Matplotlib: a chart looks the
same in every browser and on paper, whatever fonts a machine has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from policy_agent.reports.cells import NOTHING, Cell, cell, words
from policy_agent.reports.document import Chart, Draws, Table, Unit

_SVG = "http://www.w3.org/2000/svg"
_LINK = "{http://www.w3.org/1999/xlink}href"
_USED = re.compile(r"url\(#([^)]+)\)")
_GAP = "\N{MULTIPLICATION SIGN}"  # where a figure is not told
# For marked rows, unlike any mark of a line; a chart rarely has more than one kind of them.
_SIGNS = ("\N{BLACK STAR}", "\N{WHITE STAR}", "\N{HEAVY ASTERISK}")
_WIDE, _NARROW = 6.6, 4.4  # inches; a page of A4 has 6.7 between its margins
_NAMES = {Draws.BARS: "Bars", Draws.STACKED: "Bars in layers", Draws.LINES: "Lines"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One column as it is drawn."""

    title: str
    cells: tuple[Cell, ...]  # one a label of the chart

    def gap(self, place: int) -> str:
        """Return the sign to draw where there is no figure; empty: there is one."""
        found = self.cells[place]
        if found.number is not None:
            return ""
        return NOTHING if found.text == NOTHING else _GAP


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """Everything that a chart shows."""

    draws: Draws
    labels: tuple[str, ...]  # heads of rows
    signs: tuple[str, ...]  # one a label; empty: the row has no mark
    series: tuple[Series, ...]
    meanings: tuple[tuple[str, str], ...]  # of signs and gaps: the sign, and what it says
    share: bool  # figures are from 0 to 1
    unit: str
    along: str
    inches: float  # wide


def drawn(chart: Chart, table: Table, fewest: int, *, narrow: bool = False) -> Drawn:
    """Return what the chart shows of its table; `narrow` where it shares one side of A4."""
    rows = [row for row in table.rows if not row.total]
    columns = [table.place(key) for key in chart.columns]
    series = tuple(
        Series(
            title=words(table.columns[place].title),
            cells=tuple(cell(row.values[place], table.columns[place].unit, fewest) for row in rows),
        )
        for place in columns
    )
    marks = list(dict.fromkeys(words(row.mark) for row in rows if row.mark))
    signs = (*_SIGNS, *(f"({number})" for number in range(len(_SIGNS) + 1, len(marks) + 1)))
    sign_of = dict(zip(marks, signs, strict=False))
    meanings = [(sign, mark) for mark, sign in sign_of.items()]
    gaps = {one.gap(place) for one in series for place in range(len(rows))}
    if _GAP in gaps:
        meanings.append((_GAP, "not told: see the table"))
    if NOTHING in gaps:
        meanings.append((NOTHING, "nothing to tell"))
    return Drawn(
        draws=chart.draws,
        labels=tuple(cell(row.values[0], table.columns[0].unit, fewest).text for row in rows),
        signs=tuple(sign_of[words(row.mark)] if row.mark else "" for row in rows),
        series=series,
        meanings=tuple(meanings),
        share=table.columns[columns[0]].unit is Unit.SHARE,
        unit=words(chart.unit),
        along=words(chart.along),
        inches=_NARROW if narrow else _WIDE,
    )


def svg(chart: Chart, table: Table, fewest: int, name: str, *, narrow: bool = False) -> str:
    """Return the chart as an `svg` element; `name` begins its ids and is unique in the page."""
    from policy_agent.reports.drawing import draw  # noqa: PLC0415  Matplotlib takes long to load

    shown = drawn(chart, table, fewest, narrow=narrow)
    picture = etree.fromstring(draw(shown).encode(), etree.XMLParser(remove_comments=True))
    for style in picture.findall(f".//{{{_SVG}}}style"):
        parent = style.getparent()
        parent.getparent().remove(parent)  # it would hold for the whole page
    _name(picture, name)
    _tell(picture, name, words(chart.title), _described(shown, words(table.title)))
    return str(etree.tostring(picture, encoding="unicode"))


def _described(shown: Drawn, table: str) -> str:
    kind = _NAMES[shown.draws]
    columns = ", ".join(series.title for series in shown.series)
    return (
        f"{kind} of {shown.unit} along {shown.along}: {columns}. "
        f"The table “{table}” below has every figure."
    )


def _name(picture: etree._Element, name: str) -> None:
    """Begin every id with the name, and drop those that nobody asks for.

    Styles become attributes: no style sheet of a page has a say in them.
    """
    for element in picture.iter():
        for declared in filter(None, element.attrib.pop("style", "").split(";")):
            key, _, value = declared.partition(":")
            element.set(key.strip(), value.strip())
    used = {found for element in picture.iter() for found in _asked_for(element)}
    for element in picture.iter():
        for key, value in element.attrib.items():
            if key != "id":
                element.set(key, _renamed(key, value, name))
            elif value in used or value.startswith(("bar-", "line-")):
                element.set(key, f"{name}-{value}")
            else:
                del element.attrib[key]
        element.text = element.tail = None  # line breaks


def _asked_for(element: etree._Element) -> Iterator[str]:
    for key, value in element.attrib.items():
        yield from _USED.findall(value)
        if key == _LINK:
            yield value.removeprefix("#")


def _renamed(key: str, value: str, name: str) -> str:
    if key == _LINK:
        return f"#{name}-{value.removeprefix('#')}"
    if key == "d":
        return " ".join(value.split())
    return _USED.sub(rf"url(#{name}-\1)", value)


def _tell(picture: etree._Element, name: str, title: str, description: str) -> None:
    """Give the picture its words for whoever does not see it."""
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = etree.Element(f"{{{_SVG}}}{tag}", id=f"{name}-{tag}")
        element.text = text
        picture.insert(place, element)
    picture.set("role", "img")
    picture.set("aria-labelledby", f"{name}-title {name}-desc")
    picture.set("stroke-linejoin", "round")
    for size in ("width", "height"):  # the style sheet has them
        del picture.attrib[size]
