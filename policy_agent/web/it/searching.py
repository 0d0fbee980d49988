"""What the pages for IT search by: words of closed sets, rules, people inside, days.

Whatever somebody types is read here. What cannot be meant is said at its field, all at once, and
nothing is searched then: an empty list must not look like an answer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from policy_agent.domain.people import Directory

Word = TypeVar("Word", bound=StrEnum)

A_PAGE = 20
LARGEST = 2**63 - 1  # of an id: what the databases take
NO_RULE = "(none)"  # no rule can be called that
_LONGEST = 200
_DAY = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_YEARS = range(2000, 2100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What was typed, read field by field; what is wrong stands in `wrong`, by field."""

    directory: Directory
    wrong: dict[str, str] = field(default_factory=dict)

    def word(self, name: str, text: str, words: type[Word]) -> Word | None:
        """Return one of a closed set; None: nothing was chosen."""
        if not text:
            return None
        try:
            return words(text)
        except ValueError:
            self.wrong[name] = "Choose one from the list"
            return None

    def rule(self, text: str) -> str | None:
        """Return a rule's name, empty for what no rule is about; None: nothing was chosen.

        It need not be one of today's: decisions of a rule that is gone can be found too.
        """
        if not text:
            return None
        if len(text) > _LONGEST or not text.isprintable():
            self.wrong["rule"] = "Choose a rule from the list"
            return None
        return "" if text == NO_RULE else text

    def person(self, text: str) -> str | None:
        """Return the id of whoever has that address; None: nothing was typed."""
        wanted = text.strip().lower()
        if not wanted:
            return None
        known = self.directory.people.get(wanted)
        if known is not None and known.id:
            return known.id
        if wanted in self.directory.by_id or _OBJECT_ID.fullmatch(wanted):
            return wanted
        self.wrong["person"] = (
            "Nobody we know has that address. Write the address of somebody inside, such as "
            f"name@{min(self.directory.domains, default='example.org')}"
        )
        return None

    def day(self, name: str, text: str) -> date | None:
        """Return a day as people write it, or as ISO 8601 has it; None: nothing was typed."""
        wanted = text.strip()
        if not wanted:
            return None
        british, iso = _DAY.fullmatch(wanted), _ISO_DAY.fullmatch(wanted)
        try:
            if british is not None:
                found = date(int(british[3]), int(british[2]), int(british[1]))
            elif iso is not None:
                found = date(int(iso[1]), int(iso[2]), int(iso[3]))
            else:
                found = date.min
        except ValueError:
            found = date.min
        if found.year not in _YEARS:
            self.wrong[name] = "Write a day that there is, such as 23/5/2026"
            return None
        return found


def inside(directory: Directory, id_: str | None) -> str:
    """Return the address of somebody inside, by their id; of others what may be shown.

    Guests may be in a team: theirs is an address outside, which no page for IT shows.
    """
    if id_ is None:
        return "somebody the directory does not know"
    known = directory.by_id.get(id_)
    if known is None or known.address.rpartition("@")[2] not in directory.domains:
        return id_
    return known.address


def choices(
    texts: Mapping[str, str], chosen: str, *, nothing: str | None = None
) -> list[dict[str, object]]:
    """Return the items of a select, of words and what is shown for each.

    What was chosen is among them, whatever it is. `nothing` stands first, for no choice.
    """
    known = {**texts} if nothing is None else {"": nothing, **texts}
    known.setdefault(chosen, chosen)
    return [
        {"value": word, "text": text, "selected": word == chosen} for word, text in known.items()
    ]


def plain(words: Iterable[str]) -> dict[str, str]:
    """Return words of a closed set with what is shown for each."""
    return {word: word.replace("_", " ") for word in words}


def address_of_page(path: str, values: Mapping[str, str], before: int | None = None) -> str:
    """Return the address of a search, or of its page after the row of that id."""
    kept = {name: value for name, value in values.items() if value}
    if before is not None:
        kept["before"] = str(before)
    return f"{path}?{urlencode(kept)}" if kept else path
