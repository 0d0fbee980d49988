"""`/it/exemptions/add`: the form for a new exemption, held to what the command line asks for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Form, Request, Response

from policy_agent.agent.run_time import Asking, Wanted
from policy_agent.domain.rules import Exemption
from policy_agent.rulebook.run_time import ExemptionProblem, Field
from policy_agent.web.it.exemptions import HERE
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor

log = structlog.get_logger()

MOST_PEOPLE = 50  # addresses in one exemption; more of them are a team
LONGEST = 600  # characters of a value that are shown again: somewhat more than is right

# where on the page a problem is mended, and how the field is called there
_FIELDS: Mapping[Field, tuple[str, str]] = {
    "rule": ("rule", "Rules"),
    "team": ("team", "Teams"),
    "person": ("people", "People"),
    "whom": ("team", "Teams or people"),
    "until": ("ends-day", "Last day"),
    "because": ("because", "Reason"),
    "approved_by": ("approved_by", "Approved by"),
    "name": ("rule", "Name"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """Something to put right before it can be added."""

    field: str  # id on the page
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day as somebody typed it."""

    day: str = ""
    month: str = ""
    year: str = ""

    @property
    def date(self) -> date | None:
        parts = [one.strip() for one in (self.year, self.month, self.day)]
        if not all(re.fullmatch(r"\d{1,4}", one, re.ASCII) for one in parts):
            return None
        year, month, day = map(int, parts)
        try:
            return date(year, month, day)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """The form as it was filled in."""

    rules: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    people: str = ""
    starts: Day = Day()
    ends: Day = Day()
    because: str = ""
    approved_by: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return each address once; they stand on lines of their own, or between commas."""
        found = re.split(r"[\s,;]+", self.people.strip())
        return tuple(dict.fromkeys(one for one in found if one))


def filled(  # noqa: PLR0913 - the fields of a form
    *,
    rule: Annotated[list[str] | None, Form()] = None,
    team: Annotated[list[str] | None, Form()] = None,
    people: Annotated[str, Form()] = "",
    starts_day: Annotated[str, Form(alias="starts-day")] = "",
    starts_month: Annotated[str, Form(alias="starts-month")] = "",
    starts_year: Annotated[str, Form(alias="starts-year")] = "",
    ends_day: Annotated[str, Form(alias="ends-day")] = "",
    ends_month: Annotated[str, Form(alias="ends-month")] = "",
    ends_year: Annotated[str, Form(alias="ends-year")] = "",
    because: Annotated[str, Form()] = "",
    approved_by: Annotated[str, Form()] = "",
) -> Filled:
    """Return the form as it was filled in; anything may stand in it."""
    return Filled(
        rules=tuple(dict.fromkeys(rule or ())),
        teams=tuple(dict.fromkeys(team or ())),
        people=people,
        starts=Day(day=starts_day, month=starts_month, year=starts_year),
        ends=Day(day=ends_day, month=ends_month, year=ends_year),
        because=because,
        approved_by=approved_by,
    )


def add_it_exemption_form(app: FastAPI, pages: Pages) -> None:
    """Add the paths to the application; before those of one exemption, which take any number."""

    def form(
        request: Request,
        visitor: Visitor,
        given: Filled,
        mistakes: Sequence[Mistake] = (),
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        rulebook = pages.context.current.policy.written
        values = {
            "given": given,
            "mistakes": mistakes,
            "wrong": {one.field: one.text for one in reversed(mistakes)},
            "rules": [rule.name for rule in rulebook.rules],
            "teams": list(rulebook.teams),
            "days_at_most": rulebook.exemption_days_at_most,
            "longest": LONGEST,
        }
        return pages.show(request, "it/exemption_form.html", values, visitor=visitor, status=status)

    @app.get(f"{HERE}/add")
    def ask(request: Request, visitor: Annotated[Visitor, Depends(pages.only(IT))]) -> Response:
        """Show the form, with nothing filled in."""
        return form(request, visitor, Filled())

    @app.post(f"{HERE}/add")
    def add(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.genuine_only(IT))],
        given: Annotated[Filled, Depends(filled)],
    ) -> Response:
        """Add it, or show the form again with everything that is to be put right."""
        now = pages.moment().now
        policy = pages.context.current.policy
        asking = Asking(
            store=pages.store,
            rulebook=policy.written,
            directory=policy.directory,
            today=pages.local(now).date(),
        )
        mistakes = _mistakes_of_its_own(given)
        wanted = _wanted(given, asking.today)
        if mistakes:
            mistakes += map(_mistake, asking.proposed(wanted)[1])
        else:
            done = asking.add(wanted, by=pages.name_of(visitor), now=now)
            if isinstance(done, Exemption):
                log.info("exemption_added", name=done.name)
                return pages.go(f"{HERE}?done=added")
            mistakes += map(_mistake, done)
        return form(request, visitor, given, mistakes, HTTPStatus.UNPROCESSABLE_ENTITY)


def _wanted(given: Filled, today: date) -> Wanted:
    """Return what was asked for; a day that is none counts as the nearest that makes sense."""
    starts = given.starts.date or today
    return Wanted(
        rules=given.rules,
        teams=given.teams,
        people=given.addresses[:MOST_PEOPLE],
        starts=starts,
        ends=given.ends.date or max(starts, today),
        because=given.because,
        approved_by=given.approved_by,
    )


def _mistakes_of_its_own(given: Filled) -> list[Mistake]:
    """Return what is wrong before it can be checked as an exemption."""
    found = []
    for field, name, typed in (
        ("starts-day", "First day", given.starts),
        ("ends-day", "Last day", given.ends),
    ):
        if typed.date is None:
            text = f"{name}: write a day, a month and a year, such as 27 3 2026"
            found.append(Mistake(field=field, text=text))
    if len(given.addresses) > MOST_PEOPLE:
        text = f"People: at most {MOST_PEOPLE} addresses; for more, make a team of them"
        found.append(Mistake(field="people", text=text))
    return found


def _mistake(problem: ExemptionProblem) -> Mistake:
    field, name = _FIELDS[problem.field]
    return Mistake(field=field, text=f"{name}: {problem.text}")
