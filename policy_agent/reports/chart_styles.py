"""How a chart looks: settings of Matplotlib, and columns that are told apart without colour."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.ft2font import FT2Font
from matplotlib.typing import RcKeyType

from policy_agent.messages.words import cut

INK, GREY = "#0b0c0c", "#b1b4b6"
FONT = "DejaVu Sans"  # comes with Matplotlib
_FILE = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
_LONGEST = 80  # letters of a name in a chart
SETTINGS: dict[RcKeyType, Any] = {
    "svg.hashsalt": "policy-agent",  # else its ids would be new each time
    "svg.fonttype": "path",
    "text.parse_math": False,  # a team may have $ in its name
    "axes.unicode_minus": True,
    "font.family": FONT,
    "font.size": 10,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "hatch.linewidth": 1.2,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """How one column looks, told apart without colour."""

    fill: str
    hatch: str
    hatch_ink: str
    line: str
    dashes: str | tuple[int, tuple[int, ...]]
    marker: str


STYLES = (
    Style(fill="#12436d", hatch="", hatch_ink=INK, line="#12436d", dashes="solid", marker="o"),
    Style(
        fill="#ffffff",
        hatch="////",
        hatch_ink="#801650",
        line="#801650",
        dashes="dashed",
        marker="s",
    ),
    Style(fill="#9fd8d2", hatch="", hatch_ink=INK, line="#00665c", dashes="dotted", marker="^"),
    Style(
        fill="#fbd9c6",
        hatch="....",
        hatch_ink=INK,
        line="#a33a0a",
        dashes="dashdot",
        marker="D",
    ),
    Style(
        fill="#5c5c5c",
        hatch="xxx",
        hatch_ink="#ffffff",
        line="#3d3d3d",
        dashes=(0, (7, 2, 1, 2, 1, 2)),
        marker="v",
    ),
    Style(
        fill="#ffffff",
        hatch="---",
        hatch_ink="#12436d",
        line="#6b4fb3",
        dashes=(0, (10, 3)),
        marker="P",
    ),
)


def drawable(text: str) -> str:
    """Return the text without letters that the font lacks; the table has it whole."""
    there = _letters()
    return cut("".join(letter for letter in text if ord(letter) in there), _LONGEST) or "…"


@cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(str(_FILE)).get_charmap())
