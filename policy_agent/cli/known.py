"""What a command may know besides the rulebook."""

from collections.abc import Mapping
from dataclasses import dataclass

from policy_agent.holidays.kept import SHIPPED
from policy_agent.holidays.source import HolidaySource


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the store adds to what a rulebook says; without one the shipped holidays alone."""

    holidays: HolidaySource = SHIPPED
    members: Mapping[str, frozenset[str]] | None = None  # addresses by team
    observed: Mapping[str, frozenset[str]] | None = None  # by rule, whose mail, by team
