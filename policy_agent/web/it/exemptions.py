"""`/it/exemptions`: those in force, to come and over; one with its history; ending one.

Adding one is in `policy_agent.web.it.exemption_form`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, TypedDict

import structlog
from fastapi import Depends, FastAPI, HTTPException, Path, Query, Request, Response

from policy_agent.domain.exempting import RunTimeExemption, state_of
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Exemption
from policy_agent.web.it.searching import A_PAGE, LARGEST
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor

log = structlog.get_logger()

HERE = "/it/exemptions"
DONE = {
    "added": "The exemption was added. The agent takes it up within seconds.",
    "ended": "The exemption was ended. Mail that is received from now on waits again.",
    "ended-before": "Nothing was changed: the exemption was ended before.",
}
_OPEN = frozenset({"in force", "to come"})

Number = Annotated[int, Path(ge=1, le=LARGEST)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExemptionShown:
    """An exemption as a page shows it."""

    number: int | None  # None: of the rulebook
    name: str
    state: str
    rules: tuple[str, ...]
    teams: tuple[str, ...]
    people: tuple[str, ...]  # addresses of staff
    unknown: tuple[str, ...]  # those of them that nobody the agent knows has
    starts: date
    ends: date  # the last day
    because: str
    approved_by: str
    where: str = ""  # file:line of one of the rulebook
    uses: int = 0  # copies it freed
    created_by: str = ""

    @property
    def open(self) -> bool:
        return self.state in _OPEN


def add_it_exemptions(app: FastAPI, pages: Pages) -> None:
    """Add the pages to the application."""
    visitor_of_it = Depends(pages.only(IT))

    @app.get(HERE)
    def exemptions(
        request: Request,
        visitor: Annotated[Visitor, visitor_of_it],
        done: Annotated[str, Query()] = "",
        before: Annotated[int, Query(ge=1, le=LARGEST)] = LARGEST,
    ) -> Response:
        """List exemptions; of those that are over the newest, or those before that number."""
        today = _today(pages)
        policy = pages.context.current.policy
        run_time = [_kept(one, today, policy.directory) for one in pages.store.exemptions()]
        written = [_written(one, today, policy.directory) for one in policy.written.exemptions]
        shown, more = _page([one for one in run_time if not one.open], before)
        values = {
            "done": DONE.get(done, ""),
            "in_force": [one for one in run_time if one.state == "in force"],
            "to_come": [one for one in run_time if one.state == "to come"],
            "over": shown,
            "more": more,
            "written": written,
        }
        return pages.show(request, "it/exemptions.html", values, visitor=visitor)

    @app.get(HERE + "/{number}")
    def exemption(
        request: Request,
        number: Number,
        visitor: Annotated[Visitor, visitor_of_it],
        done: Annotated[str, Query()] = "",
    ) -> Response:
        """Show one, and what was done to it by whom."""
        found = _found(pages, number)
        values = {
            "done": DONE.get(done, ""),
            "one": _kept(found, _today(pages), pages.context.current.policy.directory),
            "events": pages.store.exemption_events(found.exemption.name),
        }
        return pages.show(request, "it/exemption.html", values, visitor=visitor)

    @app.get(HERE + "/{number}/end")
    def confirm(
        request: Request, number: Number, visitor: Annotated[Visitor, visitor_of_it]
    ) -> Response:
        """Say what ending it does, and ask."""
        found = _found(pages, number)
        values = {"one": _kept(found, _today(pages), pages.context.current.policy.directory)}
        return pages.show(request, "it/exemption_end.html", values, visitor=visitor)

    @app.post(HERE + "/{number}/end")
    def end(
        number: Number, visitor: Annotated[Visitor, Depends(pages.genuine_only(IT))]
    ) -> Response:
        """End it; one that was ended before stays as it is."""
        name = _found(pages, number).exemption.name
        done = pages.store.end_exemption(name, by=pages.name_of(visitor), now=pages.moment().now)
        if done:
            log.info("exemption_ended", name=name)
        return pages.go(f"{HERE}/{number}?done={'ended' if done else 'ended-before'}")


def _today(pages: Pages) -> date:
    return pages.local(pages.moment().now).date()


def _found(pages: Pages, number: int) -> RunTimeExemption:
    for kept in pages.store.exemptions():
        if kept.id == number:
            return kept
    raise HTTPException(HTTPStatus.NOT_FOUND)


def _page(
    over: Sequence[ExemptionShown], before: int
) -> tuple[Sequence[ExemptionShown], int | None]:
    """Return a page of them, newest first, and the number before which the next one begins."""
    older = [one for one in reversed(over) if one.number is not None and one.number < before]
    shown = older[:A_PAGE]
    return shown, shown[-1].number if len(older) > A_PAGE else None


def _kept(kept: RunTimeExemption, today: date, directory: Directory) -> ExemptionShown:
    exemption = kept.exemption
    return ExemptionShown(
        number=kept.id,
        state=kept.state(today),
        uses=kept.uses,
        created_by=kept.created_by,
        **_said(exemption, directory),
    )


def _written(exemption: Exemption, today: date, directory: Directory) -> ExemptionShown:
    return ExemptionShown(
        number=None,
        state=state_of(exemption, today),
        where=str(exemption.where),
        **_said(exemption, directory),
    )


class _Said(TypedDict):
    """What both kinds of exemption say."""

    name: str
    rules: tuple[str, ...]
    teams: tuple[str, ...]
    people: tuple[str, ...]
    unknown: tuple[str, ...]
    starts: date
    ends: date
    because: str
    approved_by: str


def _said(exemption: Exemption, directory: Directory) -> _Said:
    people = tuple(sorted(exemption.addresses))
    return {
        "name": exemption.name,
        "rules": tuple(sorted(exemption.rules)),
        "teams": tuple(sorted(exemption.teams)),
        "people": people,
        "unknown": tuple(one for one in people if not directory.person(one).known),
        "starts": exemption.starts,
        "ends": exemption.ends,
        "because": exemption.because,
        "approved_by": exemption.approved_by,
    }
