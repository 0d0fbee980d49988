"""The names that a rulebook defines, for those that use them."""

from dataclasses import dataclass, field
from typing import Literal

from policy_agent.rulebook.problems import MOST_FOUND, Suggestions, listed, quoted

Named = Literal["team", "window", "calendar", "rule", "holiday list"]

_MOST_LISTED = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What each kind of name may be; validators get it as pydantic's context.

    A kind that is left out is not checked: parts of the rulebook could not be read, and a name that
    looks unknown may stand there.
    """

    known: dict[Named, frozenset[str]] = field(default_factory=dict)
    suggestions: Suggestions = field(default_factory=Suggestions)
    _listings: dict[Named, str] = field(default_factory=dict)
    _told: dict[Named, int] = field(default_factory=dict)  # how many unknown names there were

    def unknown(self, named: Named, name: str) -> str | None:
        """Return what to say of a name that nothing defines; None: it is fine."""
        names = self.known.get(named)
        if names is None or name in names:
            return None
        self._told[named] = told = self._told.get(named, 0) + 1
        if told > MOST_FOUND:
            return f"there is no {named} of this name"  # nobody reads on, so it is told cheaply
        said = f"there is no {named} {quoted(name)}"
        near = self.suggestions.near(name, names)
        if near is not None:
            return f"{said}; did you mean {quoted(near)}?"
        return said + self._listing(named, names)

    def _listing(self, named: Named, names: frozenset[str]) -> str:
        if not names:
            return ", and none is defined"
        if named not in self._listings:
            shown = [name[:64] for name in sorted(names)[:_MOST_LISTED]]
            more = len(names) - len(shown)
            there = "there is" if len(names) == 1 else "there are"
            self._listings[named] = (
                f"; {there} {', '.join(shown)} and {more} more"
                if more
                else f"; {there} {listed(shown, 'and')}"
            )
        return self._listings[named]
