"""`/it/rules`: each rule read back in English, with its place; what the rulebook may not mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response

from policy_agent.agent.known import known
from policy_agent.domain.rules import Rulebook
from policy_agent.rulebook.doubts import Doubts, doubts
from policy_agent.rulebook.problems import Problem
from policy_agent.rulebook.readback import read_rule
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleShown:
    """A rule as the page shows it."""

    name: str
    where: str  # file:line
    reads: str
    because: str
    owner: str  # address of whoever answers for it
    mode: str
    mode_for: tuple[tuple[str, str], ...]  # team and its mode
    examples: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtShown:
    """A doubt as the page shows it."""

    where: str  # file:line:column
    text: str


def add_it_rules(app: FastAPI, pages: Pages) -> None:
    """Add the page to the application."""

    @app.get("/it/rules")
    def rules(request: Request, visitor: Annotated[Visitor, Depends(pages.only(IT))]) -> Response:
        """Show the rulebook in force, as `policy-agent check --store` reads it."""
        rulebook = pages.context.current.policy.written
        found = _doubts(pages, rulebook)
        values = {
            "rules": _shown(rulebook),
            "warnings": _listed(found.warnings) if found is not None else (),
            "not_looked_at": _listed(found.not_looked_at) if found is not None else (),
            "looked": found is not None,
            "hash": rulebook.hash,
        }
        return pages.show(request, "it/rules.html", values, visitor=visitor)


def _doubts(pages: Pages, rulebook: Rulebook) -> Doubts | None:
    """Return what to look at again; None where the places of its clauses are not at hand."""
    written = pages.written()
    if written is None or written.rulebook.hash != rulebook.hash:
        return None
    members, observed = known(pages.store)
    today = pages.local(pages.moment().now).date()
    return doubts(written, today, members=members, observed=observed)


def _shown(rulebook: Rulebook) -> Sequence[RuleShown]:
    return [
        RuleShown(
            name=rule.name,
            where=str(rule.where),
            reads=read_rule(rule),
            because=rule.because,
            owner=rule.owner,
            mode=rule.mode,
            mode_for=tuple((team, str(mode)) for team, mode in rule.mode_for.items()),
            examples=len(rule.examples),
        )
        for rule in rulebook.rules
    ]


def _listed(problems: Sequence[Problem]) -> Sequence[DoubtShown]:
    return [DoubtShown(where=f"{one.where}:{one.where.column}", text=one.text) for one in problems]
