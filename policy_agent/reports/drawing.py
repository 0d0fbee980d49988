"""Draws charts with Matplotlib; import it only to draw, for it takes long to load.

Nothing here relies on colour: bars have patterns, lines have dashes and marks of their own.
Nothing is kept between two charts, and the same chart is the same letters each time.
"""

import io
import textwrap
from threading import Lock

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from matplotlib.transforms import Affine2D

from policy_agent.reports.chart_styles import FONT, GREY, INK, SETTINGS, STYLES, drawable
from policy_agent.reports.charts import Drawn
from policy_agent.reports.document import Draws

_BESIDE = 75  # points that stand beside the axis along the rows, about
_LETTER = 5.8  # points that a letter takes at the size of tick labels, about
_LABEL, _LINES = 26, 3  # letters a line, and lines, of a label beside a bar that lies
_LEGEND = 15  # letters that an inch of the legend takes
_BARS = 0.8  # of a row's room, the part that its bars fill
_LOCK = Lock()  # Matplotlib's settings are the whole program's


def draw(shown: Drawn) -> str:
    """Return the chart as a whole SVG file, without a date or the name of a program."""
    with _LOCK, mpl.rc_context(SETTINGS):
        lies = shown.draws is not Draws.LINES and _stand(shown) is None
        legend = _entries(shown)
        columns = max(
            1,
            min(len(legend), int(_LEGEND * shown.inches) // (max(map(len, legend), default=1) + 8)),
        )
        height = _height(shown, lies=lies)
        height += 0.19 * -(-len(legend) // columns)
        figure = Figure(figsize=(shown.inches, height), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        if shown.draws is Draws.LINES:
            handles = _lines(axes, shown)
        else:
            handles = _Bars(axes, shown, lies=lies).draw()
        _frame(axes, shown, lies=lies)
        if legend:
            figure.legend(
                [*handles, *(_sign(sign) for sign, _ in shown.meanings)],
                legend,
                loc="outside upper left",
                ncols=columns,
                frameon=False,
                handlelength=2.8,
                handleheight=1.1,
            )
        out = io.StringIO()
        nobody = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata=nobody)
        return out.getvalue()


def _entries(shown: Drawn) -> list[str]:
    """Return what the legend says; of one column alone it says nothing, for the title does."""
    texts = [series.title for series in shown.series] + [said for _, said in shown.meanings]
    return [drawable(text) for text in texts] if len(texts) > 1 else []


def _sign(sign: str) -> Line2D:
    """Return a sign as the legend shows it: the same letter as in the chart, in the middle."""
    letter = TextPath((0, 0), sign, size=10, prop=FontProperties(family=FONT))
    box = letter.get_extents()
    middle = letter.transformed(
        Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2)
    )
    return Line2D([], [], linestyle="none", marker=middle, color=INK, markersize=7)


def _height(shown: Drawn, *, lies: bool) -> float:
    """Return how high the picture has to be, in inches, without the legend."""
    if not lies:
        return 0.9 + 0.28 * shown.inches
    bars = len(shown.series) if shown.draws is Draws.BARS else 1
    lines = max(len(_lying(label).splitlines()) for label in shown.labels)
    return 0.7 + len(shown.labels) * max(0.2 * bars + 0.11, 0.15 * lines + 0.08)


def _along(shown: Drawn) -> float:
    """Return how many points one row has, about, where rows stand beside each other."""
    return (72 * shown.inches - _BESIDE) / max(len(shown.labels), 1)


class _Bars:
    """Draws bars that stand or lie, side by side or in layers."""

    def __init__(self, axes: Axes, shown: Drawn, *, lies: bool) -> None:
        self._axes, self._shown, self._lies = axes, shown, lies
        side_by_side = shown.draws is Draws.BARS
        self._thick = _BARS / (len(shown.series) if side_by_side else 1)
        self._ends = [0.0] * len(shown.labels)  # where the last layer of a row ends

    def draw(self) -> list[Artist]:
        shown = self._shown
        told = self._room_for_figures()
        for number, series in enumerate(shown.series):
            for place, found in enumerate(series.cells):
                where = float(place)
                if shown.draws is Draws.BARS:
                    where += self._thick * (number + 0.5) - _BARS / 2
                if found.number is None:
                    self._write(where, self._ends[place], series.gap(place), "bold")
                    continue
                self._bar(where, number, place, found.number)
                if told:
                    self._write(where, max(found.number, 0), found.text, "normal")
                if shown.draws is Draws.STACKED:
                    self._ends[place] += found.number
        return [
            Patch(
                facecolor=style.fill,
                hatch=style.hatch,
                hatchcolor=style.hatch_ink,
                edgecolor=INK,
                linewidth=0.8,
            )
            for style in STYLES[: len(shown.series)]
        ]

    def _bar(self, where: float, number: int, place: int, length: float) -> None:
        style, start = STYLES[number], self._ends[place]
        if self._lies:
            (bar,) = self._axes.barh(where, length, height=self._thick, left=start)
        else:
            (bar,) = self._axes.bar(where, length, width=self._thick, bottom=start)
        bar.set(facecolor=style.fill, edgecolor=INK, linewidth=0.8)
        bar.set(hatch=style.hatch, hatchcolor=style.hatch_ink)
        bar.set_gid(f"bar-{number}-{place}")

    def _write(self, where: float, end: float, text: str, weight: str) -> None:
        """Write a figure, or the sign of a gap, where a bar ends."""
        self._axes.annotate(
            text,
            (end, where) if self._lies else (where, end),
            xytext=(3, 0) if self._lies else (0, 2),
            textcoords="offset points",
            ha="left" if self._lies else "center",
            va="center" if self._lies else "bottom",
            fontsize=9,
            fontweight=weight,
        )

    def _room_for_figures(self) -> bool:
        if self._shown.draws is Draws.STACKED:
            return False  # on a pattern they could not be read
        if self._lies:
            return True
        longest = max(
            (len(found.text) for series in self._shown.series for found in series.cells), default=0
        )
        return longest * _LETTER <= _along(self._shown) * self._thick + 6


def _lines(axes: Axes, shown: Drawn) -> list[Artist]:
    """Draw lines with marks, and break them where there is no figure."""
    handles: list[Artist] = []
    for number, (series, style) in enumerate(zip(shown.series, STYLES, strict=False)):
        numbers = [found.number for found in series.cells]
        (line,) = axes.plot(
            range(len(numbers)),
            [float("nan") if found is None else float(found) for found in numbers],
            color=style.line,
            linestyle=style.dashes,
            linewidth=2,
            marker=style.marker,
            markersize=7,
            markerfacecolor="white",
            markeredgewidth=1.8,
            clip_on=False,
        )
        line.set_gid(f"line-{number}")
        handles.append(line)
    for place in range(len(shown.labels)):
        gaps = dict.fromkeys(series.gap(place) for series in shown.series)
        axes.annotate(
            "".join(gaps),
            (place, 0),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontweight="bold",
        )
    return handles


def _frame(axes: Axes, shown: Drawn, *, lies: bool) -> None:
    """Draw what stands around: axes with their titles, and the labels of rows."""
    rows = len(shown.labels)
    along, across = (axes.yaxis, axes.xaxis) if lies else (axes.xaxis, axes.yaxis)
    stands = _stand(shown)
    step = 1
    if lies:
        labels = [_lying(label) for label in shown.labels]
    else:
        step = 1 if stands is not None else _step(shown)
        labels = list(stands or map(drawable, shown.labels))
    signed = [
        f"{label} {sign}".strip() if lies else f"{label}\n{sign}".strip()
        for label, sign in zip(labels, shown.signs, strict=True)
    ]
    places = [place for place in range(rows) if place % step == 0 or shown.signs[place]]
    along.set_ticks(places, [signed[place] for place in places])
    along.set_tick_params(length=0)
    across.set_tick_params(length=0)
    along.set_label_text(_first_capital(drawable(shown.along)))
    across.set_label_text(_first_capital(drawable(shown.unit)))
    across.grid(visible=True, color=GREY, linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "bottom" if lies else "left"):
        axes.spines[side].set_visible(False)
    figures = [found.number or 0 for series in shown.series for found in series.cells]
    limits = axes.set_xlim if lies else axes.set_ylim
    if not any(figures):
        limits(0, 1)
    elif min(figures) >= 0:
        limits(0, None)
    whole = not shown.share and max(figures, default=0) > 4  # noqa: PLR2004
    across.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10], integer=whole))
    if shown.share:
        across.set_major_formatter(PercentFormatter(1, decimals=0))
    else:
        across.set_major_formatter(FuncFormatter(lambda figure, _: f"{figure:,g}"))
    if lies:
        axes.set_ylim(rows - 0.5, -0.5)  # the first row on top
        axes.margins(x=0.08)
    else:
        axes.set_xlim(-0.5, max(rows, 1) - 0.5)


def _stand(shown: Drawn) -> list[str] | None:
    """Return labels in lines as narrow as they must be beside each other; None: they do not fit."""
    letters = int(_along(shown) / _LETTER)
    found = [textwrap.wrap(drawable(label), max(letters, 1)) for label in shown.labels]
    fits = all(
        len(lines) <= 2 and all(len(word) <= letters for word in drawable(label).split())  # noqa: PLR2004
        for label, lines in zip(shown.labels, found, strict=True)
    )
    return ["\n".join(lines) for lines in found] if fits else None


def _lying(label: str) -> str:
    """Return a label in lines as they stand beside a bar that lies."""
    return textwrap.fill(drawable(label), _LABEL, max_lines=_LINES, placeholder=" …")


def _step(shown: Drawn) -> int:
    """Return how many rows one label stands for, so that none runs into the next."""
    longest = max((len(label) for label in shown.labels), default=1) + 1
    return max(1, -int(-longest * _LETTER // _along(shown)))


def _first_capital(text: str) -> str:
    return text[:1].upper() + text[1:]
