"""Add an exemption at run time: from the command line and from the pages, by the same checks.

A daemon takes it up at its next tick, see `policy_agent.agent.exempt`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from policy_agent.domain.exempting import RunTimeExemption, run_time_where
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Exemption, Rulebook
from policy_agent.rulebook.problems import quoted
from policy_agent.rulebook.run_time import ExemptionProblem, exemption_problems

_STEM = 48  # characters of a rule's name in a name that is made: with day and number it is a name


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """An exemption as somebody asks for it; nothing of it is checked yet."""

    rules: tuple[str, ...]
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()  # addresses; an alias stands for the person
    starts: date
    ends: date  # the last day it holds, all of it
    because: str
    approved_by: str
    name: str | None = None  # None: made of the first rule and the first day


class ExemptionStore(Protocol):
    """What is asked of the store."""

    def exemptions(self) -> Sequence[RunTimeExemption]:
        """Return all that ever were, oldest first."""

    def add_exemption(self, exemption: Exemption, *, by: str, now: datetime) -> bool:
        """Write a new one down, and who made it; False: the name was used before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """Whom to ask whether it is right, and where it is written down."""

    store: ExemptionStore
    rulebook: Rulebook  # as it is written
    directory: Directory
    today: date

    def proposed(self, wanted: Wanted) -> tuple[Exemption, tuple[ExemptionProblem, ...]]:
        """Return the exemption that it would be, and everything that is wrong with it."""
        taken = {kept.exemption.name for kept in self.store.exemptions()}
        taken |= {exemption.name for exemption in self.rulebook.exemptions}
        exemption = _made(wanted, taken, self.directory)
        problems = exemption_problems(exemption, self.rulebook, self.today)
        return exemption, (*problems, *([_used(exemption)] if exemption.name in taken else ()))

    def add(
        self, wanted: Wanted, *, by: str, now: datetime
    ) -> Exemption | tuple[ExemptionProblem, ...]:
        """Add it, or return everything that is wrong with it; then nothing was added."""
        exemption, problems = self.proposed(wanted)
        if problems:
            return problems
        added = self.store.add_exemption(exemption, by=by, now=now)
        return exemption if added else (_used(exemption),)


def _used(exemption: Exemption) -> ExemptionProblem:
    return ExemptionProblem(
        field="name", text=f"{quoted(exemption.name)} was used before; a name is used once for good"
    )


def _made(wanted: Wanted, taken: set[str], directory: Directory) -> Exemption:
    name = wanted.name or _free_name(wanted, taken)
    return Exemption(
        name=name,
        rules=frozenset(wanted.rules),
        teams=frozenset(wanted.teams),
        # an alias is nobody to a decision
        addresses=frozenset(directory.person(address).address for address in wanted.people),
        starts=wanted.starts,
        ends=wanted.ends,
        because=wanted.because.strip(),
        approved_by=wanted.approved_by.strip(),
        where=run_time_where(name),
    )


def _free_name(wanted: Wanted, taken: set[str]) -> str:
    first = wanted.rules[0][:_STEM].rstrip("-_") if wanted.rules else "exemption"
    stem = f"{first}-{wanted.starts}"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name
