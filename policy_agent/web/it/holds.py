"""`/it/holds`: what is on hold, for IT: search, look at one, and ask to have it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from policy_agent.agent.health import LATE
from policy_agent.domain.holds import OPEN_STATES, Asked, Hold, HoldState
from policy_agent.domain.people import Directory
from policy_agent.store.found_holds import FoundHold, HoldSearch
from policy_agent.store.holds import HoldEvent
from policy_agent.web.it.searching import (
    A_PAGE,
    LARGEST,
    Given,
    address_of_page,
    choices,
    inside,
)
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor

log = structlog.get_logger()

HOLDS = "/it/holds"
OPEN, OVERDUE, ANY = "open", "overdue", "any"
# What each state is called on these pages.
STATES = {
    HoldState.PLANNED: "Planned",
    HoldState.HELD: "On hold",
    HoldState.RELEASING: "Coming back",
    HoldState.RELEASED: "Came back",
    HoldState.SELF_RELEASED: "Left to its recipient",
    HoldState.SENT_NOW: "Sent now",
    HoldState.ABANDONED: "Never moved",
}
_CHOICES = {
    OPEN: "All that are open",
    OVERDUE: "Overdue",
    **{state.value: text for state, text in STATES.items()},
    ANY: "Open and over",
}
_WHAT_IT_MEANS = {
    HoldState.PLANNED: "It was decided to hold this copy. It moves to the hold folder now.",
    HoldState.HELD: "This copy waits in the hold folder of its recipient, who can see it there.",
    HoldState.RELEASING: "This copy moves back to the Inbox now.",
    HoldState.RELEASED: "This copy is back in the Inbox.",
    HoldState.SELF_RELEASED: (
        "Its recipient opened, moved, deleted or answered this copy while it was on hold. It is "
        "left to them: we do not touch it again. Its sender is not told."
    ),
    HoldState.SENT_NOW: "Its sender asked to send it now, and it is back in the Inbox.",
    HoldState.ABANDONED: "This copy could not be moved. It stayed where it was delivered.",
}
ASKED = {
    Asked.SENDER: "its sender",
    Asked.RECIPIENT: "its recipient",
    Asked.IT: "IT",
}
_ASKED_FOR = "Somebody asked to have this copy back before its time. It comes back within minutes."


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What was just done, as the page that follows says it."""

    text: str
    changed: bool = True


_DONE = {
    "all": Done(
        text="Everything that waited is asked for and comes back now. The figures below say how "
        "far it is: open this page again in a minute."
    ),
    "nothing": Done(text="Nothing was waiting, so there was nothing to bring back.", changed=False),
    "asked": Done(
        text="We wrote down that you want this copy back now. It comes back within minutes."
    ),
    "before": Done(
        text="Nothing was changed: this copy was asked for before, or is not on hold any more.",
        changed=False,
    ),
}


class HoldQuery(BaseModel):
    """What the list of holds may be asked for."""

    state: str = OPEN
    rule: str = ""
    person: str = ""
    before: int = Field(0, ge=0, le=LARGEST)  # id of the last hold of the page before
    done: str = ""  # what was just done: a key of `_DONE`


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldLine:
    """A hold as the list shows it."""

    hold: Hold
    state: str
    recipient: str
    sender: str
    asked: str


def add_it_holds(app: FastAPI, pages: Pages) -> None:
    """Add the pages to the application."""

    @app.get(HOLDS)
    def holds(
        request: Request,
        query: Annotated[HoldQuery, Query()],
        visitor: Annotated[Visitor, Depends(pages.only(IT))],
    ) -> Response:
        policy = pages.context.current.policy
        late = pages.moment().now - LATE
        given = Given(directory=policy.directory)
        search = _search(given, query, late)
        found = [] if search is None else pages.store.find_holds(search, limit=A_PAGE + 1)
        values = {"state": query.state, "rule": query.rule, "person": query.person}
        return pages.show(
            request,
            "it/holds.html",
            {
                "wrong": given.wrong,
                "done": _DONE.get(query.done),
                "counts": pages.store.count_open(late=late),
                "states": choices(_CHOICES, query.state),
                "rules": choices(
                    {rule.name: rule.name for rule in policy.rulebook.mail_rules},
                    query.rule,
                    nothing="Any rule",
                ),
                "person": query.person,
                "lines": _lines(policy.directory, found[:A_PAGE]),
                "first_page": not query.before,
                "newest": address_of_page(HOLDS, values),
                "older": address_of_page(HOLDS, values, found[A_PAGE - 1].hold.id)
                if len(found) > A_PAGE
                else "",
            },
            visitor=visitor,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if given.wrong else HTTPStatus.OK,
        )

    @app.get(HOLDS + "/{number}")
    def hold(
        request: Request,
        number: Annotated[int, Path(ge=1, le=LARGEST)],
        visitor: Annotated[Visitor, Depends(pages.only(IT))],
        done: Annotated[str, Query()] = "",
    ) -> Response:
        """Show one hold, what happened to it and what it was decided by."""
        found = pages.store.found_hold(number)
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        directory = pages.context.current.policy.directory
        (line,) = _lines(directory, [found])
        return pages.show(
            request,
            "it/hold.html",
            {
                "line": line,
                "hold": found.hold,
                "waits": waits(found.hold),
                "done": _DONE.get(done),
                "meaning": _meaning(found.hold),
                "events": _events(directory, pages.store.hold_events(number)),
                "decisions": pages.store.decisions_of(found.hold.copy),
            },
            visitor=visitor,
        )

    @app.post(HOLDS + "/{number}/release")
    def release(
        number: Annotated[int, Path(ge=1, le=LARGEST)],
        visitor: Annotated[Visitor, Depends(pages.genuine_only(IT))],
    ) -> Response:
        """Write down that IT wants this one back now; the daemon brings it."""
        if pages.store.found_hold(number) is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        changed = pages.store.ask_release(
            [number], asked=Asked.IT, who=pages.name_of(visitor), now=pages.moment().now
        )
        if changed:
            log.info("release_asked", hold=number, asked=Asked.IT)
        return pages.go(f"{HOLDS}/{number}?done={'asked' if changed else 'before'}")


def waits(hold: Hold) -> bool:
    """Say whether somebody can still ask to have it back."""
    return hold.state in {HoldState.PLANNED, HoldState.HELD} and hold.asked is None


def _meaning(hold: Hold) -> str:
    if hold.asked is not None and hold.state in {HoldState.PLANNED, HoldState.HELD}:
        return _ASKED_FOR
    return _WHAT_IT_MEANS[hold.state]


def _search(given: Given, query: HoldQuery, late: datetime) -> HoldSearch | None:
    """Return what is to be searched for; None: something was wrong, and `given` says what."""
    states = OPEN_STATES
    if query.state == ANY:
        states = frozenset(HoldState)
    elif query.state not in {OPEN, OVERDUE}:
        state = given.word("state", query.state, HoldState)
        states = states if state is None else frozenset({state})
    search = HoldSearch(
        states=states,
        due_before=late if query.state == OVERDUE else None,
        rule=given.rule(query.rule),
        person=given.person(query.person),
        before=query.before or None,
    )
    return None if given.wrong else search


def _lines(directory: Directory, found: Sequence[FoundHold]) -> list[HoldLine]:
    return [
        HoldLine(
            hold=one.hold,
            state=STATES[one.hold.state],
            recipient=inside(directory, one.hold.copy.mailbox),
            sender=inside(directory, one.sender),
            asked="" if one.hold.asked is None else ASKED[one.hold.asked],
        )
        for one in found
    ]


def _events(directory: Directory, events: Sequence[HoldEvent]) -> list[dict[str, object]]:
    return [
        {
            "at": event.at,
            "from": "" if event.from_state is None else STATES[event.from_state],
            "to": STATES[event.to_state],
            "why": event.why,
            "who": "the agent" if event.who is None else inside(directory, event.who),
        }
        for event in events
    ]
