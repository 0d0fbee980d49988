"""A survey from CSV: `question,year,team,answer,count`, a line for each answer of each team.

The first line names the columns, in any order. UTF-8 with or without a byte-order mark, commas,
semicolons or tabs: what spreadsheets write. A line without a team, or with one of the words of
`EVERYBODY_WORDS`, counts all answers together.
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy_agent.domain.survey import EVERYBODY, Answer, Survey, more_in_teams
from policy_agent.domain.where import Where
from policy_agent.rulebook.problems import Problem, Suggestions, quoted

COLUMNS = ("question", "year", "team", "answer", "count")
EVERYBODY_WORDS = frozenset({"", "all", "everybody", "everyone", "total"})
FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = 300  # characters of a question, a team or an answer
MOST = 10_000_000  # answers a line may count

_HEADER = ",".join(COLUMNS)
_SAVE = "save it as CSV, UTF-8"


class SurveyError(Exception):
    """A file that cannot be imported, with everything that is wrong in it, in order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda one: one.where))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Cell:
    """One value, and where it begins."""

    text: str  # without space around it
    where: Where


def read_survey(path: Path) -> Survey:
    """Return the answers of a file; SurveyError names all that is wrong in it."""
    reading = _Reading(str(path))
    records = reading.records(_text(path))
    header = next(records, [])
    places = reading.header(header)
    if places is not None:
        for cells in records:
            reading.line(cells, places, len(header))
        reading.sums()
    if not reading.problems and not reading.answers:
        reading.wrong(Where(file=str(path), line=2), "no line has an answer; write one a line")
    if reading.problems:
        raise SurveyError(reading.problems)
    return Survey(answers=tuple(reading.answers))


class _Reading:
    """What was read of a file so far, and what was wrong."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[tuple[int, str, str, str], Where] = {}  # where each was read
        self._spelled: dict[tuple[str, str], str] = {}  # capitals make no other answer
        self.problems: list[Problem] = []
        self.answers: list[Answer] = []

    def wrong(self, where: Where, text: str) -> None:
        self.problems.append(Problem(where=where, text=text))

    def records(self, text: str) -> Iterator[list[_Cell]]:
        """Go through the records that are not empty."""
        lines = io.StringIO(text).readlines()
        delimiter = _delimiter(lines[0] if lines else "")
        reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
        while True:
            done = reader.line_num
            try:
                values = next(reader, None)
            except csv.Error as problem:
                where = Where(file=self._file, line=reader.line_num)
                self.wrong(where, f"this is no CSV ({problem}); {_SAVE}")
                return
            if values is None:
                return
            if not any(value.strip() for value in values):
                continue
            starts = _starts("".join(lines[done : reader.line_num]), delimiter)
            yield [
                _Cell(
                    text=value.strip(),
                    where=Where(file=self._file, line=done + 1 + line, column=column),
                )
                for value, (line, column) in zip(values, starts, strict=True)
            ]

    def header(self, cells: Sequence[_Cell]) -> dict[str, int] | None:
        """Return where each column is; None: it is not clear, and the lines cannot be read."""
        names = [cell.text.casefold() for cell in cells]
        before = len(self.problems)
        for place, (cell, name) in enumerate(zip(cells, names, strict=True)):
            if name not in COLUMNS:
                meant = Suggestions().meant(name, COLUMNS)
                self.wrong(
                    cell.where,
                    f"there is no column {quoted(cell.text)}{meant or f'; have {_HEADER} only'}",
                )
            elif names.index(name) != place:
                self.wrong(cell.where, f"the column {name!r} stands there twice; keep one")
        for name in COLUMNS:
            if name not in names:
                self.wrong(
                    Where(file=self._file, line=1),
                    f"the column {name!r} is missing; the first line should be {_HEADER}",
                )
        if len(self.problems) > before:
            return None
        return {name: names.index(name) for name in COLUMNS}

    def line(self, cells: Sequence[_Cell], places: dict[str, int], wide: int) -> None:
        if len(cells) != wide:
            self.wrong(
                cells[0].where,
                f"there are {len(cells)} values, and the first line names {wide} columns; "
                "put quotes around a value with a comma in it",
            )
            return
        by_name = {name: cells[place] for name, place in places.items()}
        before = len(self.problems)
        question = self._words("question", by_name["question"])
        answer = self._words("answer", by_name["answer"])
        team = by_name["team"]
        called = EVERYBODY
        if team.text.casefold() not in EVERYBODY_WORDS:
            called = self._words("team", team)
        year = self._number("year", by_name["year"], FIRST_YEAR, LAST_YEAR)
        count = self._number("count", by_name["count"], 0, MOST)
        if len(self.problems) > before:
            return
        key = (year, question, called, answer)
        first = self._lines.setdefault(key, by_name["answer"].where)
        if first != by_name["answer"].where:
            self.wrong(
                by_name["answer"].where,
                f"{quoted(answer)} stands in line {first.line} already for this question, year "
                "and team; keep one line, with the sum of both if they count different people",
            )
            return
        self.answers.append(
            Answer(year=year, question=question, team=called, answer=answer, count=count)
        )

    def sums(self) -> None:
        """See that teams do not say more than everybody, where both are given."""
        for (year, question, answer), (teams, all_) in more_in_teams(self.answers).items():
            lines = [
                where
                for (when, what, _, said), where in self._lines.items()
                if (when, what, said) == (year, question, answer)
            ]
            self.wrong(
                self._lines.get((year, question, EVERYBODY, answer), lines[0]),
                f"everybody gave the answer {quoted(answer)} {all_:,} times and the teams "
                f"{teams:,}; the line without a team should count all answers, or leave it out",
            )

    def _words(self, name: str, cell: _Cell) -> str:
        text = unicodedata.normalize("NFC", " ".join(cell.text.split()))
        if not text:
            self.wrong(cell.where, f"the {name} is empty; write it on every line")
        elif "\n" in cell.text:
            self.wrong(cell.where, f"the {name} has a line break in it; write it on one line")
        elif not text.isprintable():
            self.wrong(
                cell.where,
                f"the {name} {quoted(text)} has a character that cannot be printed; take it out",
            )
        elif len(text) > LONGEST:
            self.wrong(
                cell.where,
                f"the {name} has {len(text):,} characters; write {LONGEST} at most",
            )
        return self._spelled.setdefault((name, text.casefold()), text)

    def _number(self, name: str, cell: _Cell, least: int, most: int) -> int:
        text = cell.text
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
            self.wrong(cell.where, f"the {name} is {quoted(text)}; {_RIGHT[name]}")
            return least
        number = int(text)
        if not least <= number <= most:
            self.wrong(cell.where, f"the {name} is {number}; it should be from {least} to {most}")
        return number


_RIGHT = {
    "year": "write a year in four digits, such as 2026",
    "count": "write how many gave this answer as a whole number, such as 12, and leave lines out "
    "that the survey does not tell",
}


def _delimiter(line: str) -> str:
    """Return what parts the names of the first line; where nothing does it is one name alone."""
    return max(",;\t", key=line.count)


def _starts(raw: str, delimiter: str) -> list[tuple[int, int]]:
    """Return the line, counted from 0, and the column, from 1, where each value begins."""
    found, line, column, quoting = [(0, 1)], 0, 1, False
    for letter in raw:
        column += 1
        if letter == '"':
            quoting = not quoting
        elif letter == delimiter and not quoting:
            found.append((line, column))
        elif letter == "\n":
            line, column = line + 1, 1
    return found


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as problem:
        where = Where(file=str(path), line=1)
        said = f"it cannot be read ({problem.strerror}); name a CSV file"
        raise SurveyError([Problem(where=where, text=said)]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        before = content[: problem.start]
        where = Where(
            file=str(path),
            line=before.count(b"\n") + 1,
            column=len(before) - before.rfind(b"\n"),
        )
        raise SurveyError([Problem(where=where, text=f"this is not UTF-8; {_SAVE}")]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")
