"""Whether an exemption that comes at run time is right, as the rulebook's own are held to be.

The command line and the pages ask for the same things in their own words for each field, so a
problem names the field and leaves it to them how it is called there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from policy_agent.domain.rules import Exemption, Rulebook
from policy_agent.rulebook.problems import Suggestions, quoted
from policy_agent.rulebook.values import is_address, is_name

LONGEST = 500  # characters of a reason and of an approver

Field = Literal["rule", "team", "person", "whom", "until", "because", "approved_by", "name"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExemptionProblem:
    """What is wrong with one field, and what would be right."""

    field: Field  # whom: neither a team nor a person is there
    text: str


def exemption_problems(
    exemption: Exemption, rulebook: Rulebook, today: date
) -> tuple[ExemptionProblem, ...]:
    """Return everything that is wrong with an exemption that somebody wants from that day on."""
    return tuple(
        ExemptionProblem(field=field, text=text)
        for found in (
            _references(exemption, rulebook),
            _days(exemption, rulebook, today),
            _words(exemption),
        )
        for field, text in found
    )


_Found = Iterator[tuple[Field, str]]


def _references(exemption: Exemption, rulebook: Rulebook) -> _Found:
    hints = Suggestions()
    known = {rule.name for rule in rulebook.rules}
    if not exemption.rules:
        yield "rule", "say which rule it lifts"
    for name in sorted(exemption.rules - known):
        yield "rule", f"there is no rule {quoted(name)}{hints.meant(name, known)}"
    for team in sorted(exemption.teams - rulebook.teams.keys()):
        yield "team", f"there is no team {quoted(team)}{hints.meant(team, rulebook.teams)}"
    for address in sorted(exemption.addresses):
        if not is_address(address) or address.rpartition("@")[2] not in rulebook.domains:
            yield "person", f"{quoted(address)} is no address of the organisation"
    if not exemption.teams and not exemption.addresses:
        yield "whom", "say whom it is for"


def _days(exemption: Exemption, rulebook: Rulebook, today: date) -> _Found:
    days, most = (exemption.ends - exemption.starts).days, rulebook.exemption_days_at_most
    if days < 0:
        yield "until", f"it is before the start {exemption.starts}; give a later day"
    elif days > most:
        allowed = f"{days} days after the start; at most {most} are allowed"
        yield "until", f"{allowed}. For good, put the team into the rule's exempt"
    elif exemption.ends < today:
        yield "until", f"{exemption.ends} is over; give today or a later day"


def _words(exemption: Exemption) -> _Found:
    if not is_name(exemption.name):
        yield "name", f"{quoted(exemption.name)} should be letters, digits and hyphens, at most 64"
    told: tuple[tuple[Field, str], ...] = (
        ("because", exemption.because),
        ("approved_by", exemption.approved_by),
    )
    for field, text in told:
        if not text:
            yield field, "say it in words"
        elif len(text) > LONGEST:
            yield field, f"it has {len(text):,} characters; at most {LONGEST} are right"
        elif not text.isprintable():
            yield field, "it holds characters that cannot be seen; write plain words"
