"""Where in the rulebook something was written."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Where:
    """A place in a rulebook file; line and column count from 1."""

    file: str  # as the reader named it, relative to the rulebook's folder
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


NOWHERE = Where(file="", line=0, column=0)  # for what no rulebook says, such as «no rule covers it»
