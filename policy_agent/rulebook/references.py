"""The names that a rulebook defines, for those that use them."""

from dataclasses import dataclass, field
from typing import Literal

from policy_agent.rulebook.problems import Suggestions, listed, quoted

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

    def unknown(self, named: Named, name: str) -> str | None:
        """Return what to say of a name that nothing defines; None: it is fine."""
        names = self.known.get(named)
        if names is None or name in names:
            return None
        said = f"there is no {named} {quoted(name)}"
        near = self.suggestions.near(name, names)
        if near is not None:
            return f"{said}; did you mean {quoted(near)}?"
        if not names:
            return f"{said}, and none is defined"
        shown = sorted(names)[:_MOST_LISTED]
        more = len(names) - len(shown)
        rest = f" and {more} more" if more else ""
        return f"{said}; there {'is' if len(names) == 1 else 'are'} {listed(shown, 'and')}{rest}"
