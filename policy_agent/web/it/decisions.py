"""`/it/decisions`: what the rules said of mail and of meetings, for IT: search, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from policy_agent.agent.explain import comes_to, explain_decision, hold_point, verdict
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Rulebook
from policy_agent.store.decisions import DecisionRow
from policy_agent.store.found_decisions import DecisionSearch
from policy_agent.store.meeting_decisions import MeetingDecisionRow
from policy_agent.web.it.holds import STATES
from policy_agent.web.it.searching import (
    A_PAGE,
    LARGEST,
    NO_RULE,
    Given,
    address_of_page,
    choices,
    inside,
    plain,
)
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import IT, Visitor

DECISIONS = "/it/decisions"
MEETING_DECISIONS = "/it/meeting-decisions"
MAIL, MEETINGS = "mail", "meetings"
LOOK_BACK = timedelta(days=30)  # where nobody says from when on


class DecisionQuery(BaseModel):
    """What the list of decisions may be asked for."""

    kind: Literal["mail", "meetings"] = "mail"
    rule: str = ""
    outcome: str = ""
    reason: str = ""
    mode: str = ""
    person: str = ""
    since: str = ""  # the first day
    until: str = ""  # the last day
    before: int = Field(0, ge=0, le=LARGEST)  # id of the last decision of the page before


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionLine:
    """A decision as the lists show it."""

    id: int
    href: str
    decided: datetime
    about: datetime  # when the mail came, or when the meeting starts
    people: tuple[str, str]  # who got it and who sent it, or whose copy it is and who organises
    rule: str
    outcome: str
    reason: str
    mode: str
    detail: str
    where: str
    rulebook: str


def add_it_decisions(app: FastAPI, pages: Pages) -> None:
    """Add the pages to the application."""

    @app.get(DECISIONS)
    def decisions(
        request: Request,
        query: Annotated[DecisionQuery, Query()],
        visitor: Annotated[Visitor, Depends(pages.only(IT))],
    ) -> Response:
        policy = pages.context.current.policy
        given = Given(directory=policy.directory)
        first, last = _days(given, query, pages.local(pages.moment().now).date())
        lines: list[DecisionLine] = []
        if not given.wrong:
            search = _search(given, query, first, last, pages.zone)
            if not given.wrong:
                lines = _found(pages, query.kind, policy.directory, search)
        values = query.model_dump(exclude={"before"})
        return pages.show(
            request,
            "it/decisions.html",
            {
                "wrong": given.wrong,
                "query": query,
                "kinds": (
                    (MAIL, "Mail", address_of_page(DECISIONS, {})),
                    (MEETINGS, "Meetings", address_of_page(DECISIONS, {"kind": MEETINGS})),
                ),
                "rules": choices(_rules(policy.written, query.kind), query.rule, nothing="Any"),
                "outcomes": choices(plain(Outcome), query.outcome, nothing="Any"),
                "reasons": choices(plain(sorted(Reason)), query.reason, nothing="Any"),
                "modes": choices(plain(Mode), query.mode, nothing="Any"),
                "first": first,
                "last": last,
                "lines": lines[:A_PAGE],
                "first_page": not query.before,
                "newest": address_of_page(DECISIONS, values),
                "older": address_of_page(DECISIONS, values, lines[A_PAGE - 1].id)
                if len(lines) > A_PAGE
                else "",
            },
            visitor=visitor,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if given.wrong else HTTPStatus.OK,
        )

    @app.get(DECISIONS + "/{number}")
    def decision(
        request: Request,
        number: Annotated[int, Path(ge=1, le=LARGEST)],
        visitor: Annotated[Visitor, Depends(pages.only(IT))],
    ) -> Response:
        """Show what was decided of one copy, and every clause by the rulebook of today."""
        policy = pages.context.current.policy
        recorded = explain_decision(pages.store, policy.written, policy.directory, number)
        if recorded is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        told = recorded.told
        return pages.show(
            request,
            "it/decision.html",
            {
                "line": _mail_line(policy.directory, recorded.asked),
                "promised": recorded.asked.promised,
                "others": [
                    _mail_line(policy.directory, row)
                    for row in recorded.decisions
                    if row.id != recorded.asked.id
                ],
                "hold": recorded.hold,
                "hold_state": "" if recorded.hold is None else STATES[recorded.hold.state],
                "same_rulebook": recorded.same_rulebook,
                "verdict": None if told is None else verdict(told),
                "rules": ()
                if told is None
                else [(rule, comes_to(rule), hold_point(rule)) for rule in told.explanation.rules],
            },
            visitor=visitor,
        )

    @app.get(MEETING_DECISIONS + "/{number}")
    def meeting_decision(
        request: Request,
        number: Annotated[int, Path(ge=1, le=LARGEST)],
        visitor: Annotated[Visitor, Depends(pages.only(IT))],
    ) -> Response:
        """Show what was ever decided of one meeting or occurrence."""
        row = pages.store.meeting_decision(number)
        if row is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        policy = pages.context.current.policy
        return pages.show(
            request,
            "it/meeting_decision.html",
            {
                "line": _meeting_line(policy.directory, row),
                "ends": row.ends,
                "history": [
                    _meeting_line(policy.directory, one)
                    for one in pages.store.meeting_decisions_of(row.uid)
                ],
                "same_rulebook": row.rulebook == policy.rulebook.hash,
            },
            visitor=visitor,
        )


def _rules(rulebook: Rulebook, kind: str) -> Mapping[str, str]:
    mail = {rule.name for rule in rulebook.mail_rules}
    found = {
        rule.name: rule.name for rule in rulebook.rules if (rule.name in mail) is (kind == MAIL)
    }
    return {**found, NO_RULE: "No rule was about it"} if kind == MAIL else found


def _days(given: Given, query: DecisionQuery, today: date) -> tuple[date, date]:
    """Return the first and the last day to look at, the last 30 days where nobody says."""
    last = given.day("until", query.until) or today
    first = given.day("since", query.since) or last - LOOK_BACK
    if first > last and not given.wrong:
        given.wrong["since"] = "Write a day that is not after the last one"
    return first, last


def _search(
    given: Given, query: DecisionQuery, first: date, last: date, zone: ZoneInfo
) -> DecisionSearch:
    """Return what is to be searched for, as far as `given` finds nothing wrong with it."""
    return DecisionSearch(
        start=_midnight(first, zone),
        end=_midnight(last + timedelta(days=1), zone),
        rule=given.rule(query.rule),
        outcome=given.word("outcome", query.outcome, Outcome),
        reason=given.word("reason", query.reason, Reason),
        mode=given.word("mode", query.mode, Mode),
        person=given.person(query.person),
        before=query.before or None,
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _found(
    pages: Pages, kind: str, directory: Directory, search: DecisionSearch
) -> list[DecisionLine]:
    limit = A_PAGE + 1
    if kind == MEETINGS:
        meetings = pages.store.find_meeting_decisions(search, limit=limit)
        return [_meeting_line(directory, row) for row in meetings]
    return [_mail_line(directory, row) for row in pages.store.find_decisions(search, limit=limit)]


def _mail_line(directory: Directory, row: DecisionRow) -> DecisionLine:
    return _line(directory, row, DECISIONS, about=row.received, other=row.sender)


def _meeting_line(directory: Directory, row: MeetingDecisionRow) -> DecisionLine:
    return _line(directory, row, MEETING_DECISIONS, about=row.starts, other=row.organiser)


def _line(
    directory: Directory,
    row: DecisionRow | MeetingDecisionRow,
    below: str,
    *,
    about: datetime,
    other: str | None,
) -> DecisionLine:
    """Return what a decision says; `other` is the person beside whose copy it was."""
    return DecisionLine(
        id=row.id,
        href=f"{below}/{row.id}",
        decided=row.decided,
        about=about,
        people=(inside(directory, row.mailbox), inside(directory, other)),
        rule=row.rule or "no rule",
        outcome=row.outcome,
        reason=row.reason.replace("_", " "),
        mode=row.mode,
        detail=row.detail,
        where=_where(row.where_file, row.where_line),
        rulebook=row.rulebook,
    )


def _where(file: str, line: int) -> str:
    return f"{file}:{line}" if file else ""
