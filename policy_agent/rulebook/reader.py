"""A rules folder that is read again and again, by who has to know what was written where.

Doubts need the places of clauses, which a `Rulebook` alone does not have. What a reading found is
kept by the rulebook's hash: one that loads need not come into force, as when the directory does not
know a team of it.
"""

from collections.abc import Callable
from pathlib import Path

from policy_agent.domain.rules import Rulebook
from policy_agent.holidays.source import HolidaySource
from policy_agent.rulebook.load import Loaded, load_with_places

_KEPT = 4  # readings: the one in force, and some that did not come into force after it


class Reader:
    """Reads the rulebook, and remembers what the last readings found."""

    def __init__(self, path: Path, holidays: Callable[[], HolidaySource]) -> None:
        self._path = path
        self._holidays = holidays
        self._found: dict[str, Loaded] = {}

    def read(self) -> Rulebook:
        """Do as `load`: a rulebook that is whole, or `RulebookError`."""
        loaded = load_with_places(self._path, self._holidays())
        kept = {hash_: old for hash_, old in self._found.items() if hash_ != loaded.rulebook.hash}
        newest = [*kept.items(), (loaded.rulebook.hash, loaded)]
        self._found = dict(newest[-_KEPT:])
        return loaded.rulebook

    def found(self, hash_: str) -> Loaded | None:
        """Return the last reading of the rulebook with that hash; None: it was not read lately."""
        return self._found.get(hash_)
