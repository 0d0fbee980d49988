"""Doubts about reports: teams that they cannot tell of, and champions who would read nothing."""

from policy_agent.domain.blocks import FEWEST
from policy_agent.domain.where import Where
from policy_agent.rulebook.looking import Found, Look, certain, unknown


def of_reporting(look: Look) -> Found:
    """Yield what to look at again in the sections `report` and `champions`."""
    told = look.book.reporting
    if told.leaders is not None:
        where = look.place("report", "report", "leaders")
        yield from _small(look, where, told.leaders, "nothing is said of the leaders")
    for number, team in enumerate(told.teams):
        where = look.place("report", "report", "teams", number)
        yield from _nobody_left(look, where, team, told.teams[:number])
    for team in told.champions:
        where = look.place("champions", "champions", team)
        if told.teams and team not in {*told.teams, told.leaders}:
            yield certain(
                where,
                f"report: teams does not name {team}, so nobody counts in it and its champions read"
                " no figures; add it there, or take it away here",
            )
        else:
            yield from _small(look, where, team, "its champions read no figures")


def _small(look: Look, where: Where, team: str, so: str) -> Found:
    people = look.of([team])
    if people is None:
        yield unknown(where, f"whether {team} has the {FEWEST} people that a report has to have")
    elif len(people) < FEWEST:
        count = "1 person" if len(people) == 1 else f"{len(people) or 'no'} people"
        yield certain(
            where,
            f"{team} has {count} and reports tell of {FEWEST} or more, so {so}; name a larger team",
        )


def _nobody_left(look: Look, where: Where, team: str, before: tuple[str, ...]) -> Found:
    people, placed = look.of([team]), look.of(before)
    if before and people and placed is not None and people <= placed:
        yield certain(
            where,
            f"everybody in {team} is in a team that stands before it, so nobody counts in it; put"
            " the smaller team first",
        )
