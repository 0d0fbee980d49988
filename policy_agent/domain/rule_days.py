"""Days of rules: whom each rule was about on each day, by team, and how strongly it acted."""

from dataclasses import dataclass
from datetime import date, datetime

from policy_agent.domain.modes import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleDay:
    """One rule, one day and one team that has anybody whom the rule is about."""

    day: date  # in the organisation's zone
    rule: str
    team: str  # empty: people in none
    kind: str  # of the rule, as in the rulebook: `protect-time`
    mode: Mode  # the strongest, where people of the team differ
    window: bool  # its window comes round: an occurrence begins on the day
    people: int  # of the team whom the rule is about
    there: int  # of them, whose day it is: watched, working that day, and not on leave
    counted: datetime  # aware UTC, tenant time

    def __post_init__(self) -> None:
        if not 0 <= self.there <= self.people:
            raise ValueError(f"{self.there} of {self.people} people cannot be there")
