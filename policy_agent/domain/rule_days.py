"""Rule days: one rule on one day, for one team: whom it was about, and how strongly it acted."""

from dataclasses import dataclass
from datetime import date, datetime

from policy_agent.domain.modes import Mode


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleDay:
    """A rule on a day, for the people of one team."""

    day: date  # in the organisation's zone
    rule: str
    team: str  # empty: people in none
    kind: str  # as the rulebook writes it, `defer-email`
    mode: Mode  # where people of the team differ, the strongest
    window: bool  # its window touches the day; of a rule without one, it is a working day
    people: int  # of the team whom the rule is about
    there: int  # of them, whose day it is: watched, working that day, and not on leave
    counted: datetime  # aware UTC, tenant time
