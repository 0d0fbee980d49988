"""Words of others in our texts: made harmless, and cut."""

import unicodedata

LONGEST = 1000  # characters of any one value
_MARKS = 2  # combining marks on one letter: more of them grow over the lines above and below

_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})  # line breaks among them
_DROPPED = frozenset({"Cf", "Co", "Cs", "Cn"})  # marks that turn the direction round among them


def cut(text: str, limit: int) -> str:
    """Return the text on one line, without what cannot be seen, and with at most `limit` letters.

    A subject or a name may hold line breaks, marks that turn the reading direction round (U+202E),
    or thousands of letters: it must not look as if it were part of our own text.
    """
    kept: list[str] = []
    marks = 0
    for letter in text[: limit * 4]:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in _SPACES:
            kept.append(" ")
        elif category not in _DROPPED and marks <= _MARKS:
            kept.append(letter)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def sentence(text: str, limit: int) -> str:
    """Return the text as `cut` does, with a full stop where it has no end of its own."""
    line = cut(text, limit)
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."
