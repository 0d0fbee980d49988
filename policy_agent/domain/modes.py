"""How strongly a rule acts."""

from enum import StrEnum


class Mode(StrEnum):
    """How strongly a rule acts; members stand from weakest to strongest."""

    OFF = "off"
    OBSERVE = "observe"
    NUDGE = "nudge"
    ENFORCE = "enforce"

    @property
    def strength(self) -> int:
        return _STRENGTH[self]


_STRENGTH = {mode: strength for strength, mode in enumerate(Mode)}
