"""What is wrong in a rulebook, where, and what would be right."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from policy_agent.domain.where import Where

MOST_PROBLEMS = 200  # told in full; more are counted
MOST_FOUND = 2_000  # past it no further entry is checked, so that an answer never takes long
_LONGEST_QUOTE = 60  # characters of somebody's text that a problem repeats
_SHORT_LIST = 30  # names
_MOST_COMPARISONS = 8_000  # names looked at for «did you mean» in one load


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Problem:
    """One thing that is wrong; `str` is its one line `file:line:col: what, and what is right`."""

    where: Where
    text: str

    def __str__(self) -> str:
        return f"{self.where.file}:{self.where.line}:{self.where.column}: {self.text}"


class RulebookError(Exception):
    """A rulebook that cannot be used, with everything that is wrong in it.

    `problems` has all of them, in the order of file, line and column; `str` has a line for each,
    but no more than `MOST_PROBLEMS` and then how many more there are; where there are more than
    `MOST_FOUND` nobody went on to look, and there may be more still.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems), key=_order))
        lines = [str(problem) for problem in self.problems[:MOST_PROBLEMS]]
        more = len(self.problems) - len(lines)
        if more:
            least = "at least " if len(self.problems) > MOST_FOUND else ""
            lines.append(f"and {least}{more:,} more; put these right first and check again")
        super().__init__("\n".join(lines))


def _order(problem: Problem) -> tuple[str, int, int, str]:
    """Return what problems are sorted by; comparing them themselves is much slower."""
    where = problem.where
    return where.file, where.line, where.column, problem.text


def quoted(text: str) -> str:
    """Return somebody's text in quotes, on one line and no longer than a reader needs."""
    line = " ".join(text[: _LONGEST_QUOTE * 4].split())
    printable = line
    if not line.isprintable():
        printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    if len(printable) > _LONGEST_QUOTE:
        printable = f"{printable[: _LONGEST_QUOTE - 1]}…"
    return f"'{printable}'"


def listed(names: Iterable[str], last: str = "or") -> str:
    """Return the names as a list in a sentence, such as «off, observe or nudge»."""
    said = list(names)
    if len(said) < 2:  # noqa: PLR2004  a list needs two
        return "".join(said)
    return f"{', '.join(said[:-1])} {last} {said[-1]}"


class Suggestions:
    """Finds what somebody may have meant, and gives up before it takes long."""

    def __init__(self) -> None:
        self._left = _MOST_COMPARISONS
        self._found: dict[tuple[str, ...], str | None] = {}  # in short lists, such as keys

    def near(self, written: str, names: Collection[str]) -> str | None:
        """Return the name nearest to what was written, if one is near."""
        if len(written) > _LONGEST_QUOTE or len(names) > self._left:
            return None
        asked = (written, *names) if len(names) <= _SHORT_LIST else ()
        if asked in self._found:
            return self._found[asked]
        self._left -= len(names)
        folded = {name.casefold(): name for name in sorted(names, reverse=True)}
        found = difflib.get_close_matches(written.casefold(), folded, n=1, cutoff=0.6)
        nearest = folded[found[0]] if found else None
        if asked:
            self._found[asked] = nearest
        return nearest

    def meant(self, written: str, names: Collection[str]) -> str:
        """Return «; did you mean 'x'?», or nothing where no name is near."""
        near = self.near(written, names)
        return "" if near is None else f"; did you mean {quoted(near)}?"
