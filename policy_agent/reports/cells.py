"""What a cell says: the one place where a value becomes words, and a figure is rounded.

Every format writes what is made here, so none can tell a figure more exactly than another, and what
is hidden has the same words everywhere.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from policy_agent.domain.blocks import Hidden
from policy_agent.messages.words import cut
from policy_agent.reports.document import Report, Row, Table, Unit, Value

NOTHING = "\N{EN DASH}"  # stands where there is nothing to tell
WITHHELD = "withheld"
_LONGEST = 2000  # characters of one sentence or cell: a spreadsheet takes 32,767, a reader fewer
_MOST_DIGITS = 4  # after the point of a per cent figure near 0% or 100%
_DIGITS = {Unit.TEXT: 0, Unit.COUNT: 0, Unit.NUMBER: 1}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell as every format tells it."""

    text: str  # as people read it
    number: int | float | None  # what `text` says, rounded as there; None: it is words
    digits: int  # that `text` has after the point


def cell(value: Value, unit: Unit, fewest: int) -> Cell:
    """Return what to write for a value; `fewest` is the report's.

    A share is written in whole per cent. Near 0% and 100% it gets as many digits as keep it from
    looking like none or all.
    """
    if value is None:
        return _only_words(NOTHING)
    if isinstance(value, Hidden):  # first: each is a `str` too, and a team may be called «few»
        return _only_words(WITHHELD if value is Hidden.WITHHELD else f"fewer than {fewest}")
    if isinstance(value, str) or unit is Unit.TEXT:
        return _only_words(words(str(value)) or NOTHING)
    exact = Decimal(str(value))
    if unit is Unit.SHARE:
        percent = exact * 100
        digits = _percent_digits(percent)
        rounded = _rounded(percent, digits)
        return Cell(text=f"{_written(rounded)}%", number=float(rounded / 100), digits=digits)
    digits = _DIGITS[unit]
    rounded = _rounded(exact, digits)
    number = float(rounded) if digits else int(rounded)
    return Cell(text=_written(rounded), number=number, digits=digits)


def head(row: Row, unit: Unit, fewest: int) -> str:
    """Return a row's head with its mark, as one text."""
    text = cell(row.values[0], unit, fewest).text
    return f"{text} ({words(row.mark)})" if row.mark else text


def notes(table: Table, fewest: int) -> tuple[str, ...]:
    """Return the table's notes, and what the words in it mean that stand for no figure."""
    found = [words(note) for note in table.notes]
    if not table.rows:
        found.append("There is nothing to show in this table.")
    hidden = {value for row in table.rows for value in row.values if isinstance(value, Hidden)}
    if Hidden.FEW in hidden:
        found.append(
            f"“fewer than {fewest}”: fewer than {fewest} people stand behind this figure, or the "
            f"figure itself is below {fewest}. We do not tell it, so that nobody can be picked out."
        )
    if Hidden.WITHHELD in hidden:
        found.append(
            f"“{WITHHELD}”: from this figure you could work out one of a small group, so we do not "
            "tell it either."
        )
    if any(value is None for row in table.rows for value in row.values):
        found.append(f"“{NOTHING}”: there is nothing to tell here.")
    return tuple(found)


def made(report: Report) -> str:
    """Return when the report was made, as people read it: 2 November 2026 at 08:35."""
    return f"{report.made.day} {report.made:%B %Y} at {report.made:%H:%M}"


def words(text: str) -> str:
    """Return words on one line, without what cannot be seen or written."""
    return cut(text, _LONGEST)


def _only_words(text: str) -> Cell:
    return Cell(text=text, number=None, digits=0)


def _percent_digits(percent: Decimal) -> int:
    for digits in range(_MOST_DIGITS):
        if percent in (0, 100) or _rounded(percent, digits) not in (0, 100):
            return digits
    return _MOST_DIGITS


def _rounded(number: Decimal, digits: int) -> Decimal:
    return (
        number.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + 0
    )  # no minus before 0


def _written(number: Decimal) -> str:
    sign = "\N{MINUS SIGN}" if number < 0 else ""
    return f"{sign}{abs(number):,}"
