"""My time: a page about the weeks of whoever is signed in, for nobody else.

Its paths take nobody's name: they ask for the calendar and the mail of the session's own person.
Everything is worked out anew each time, and neither stored nor logged. What the tenant does not
answer is named, and the rest is shown.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, Query, Request, Response

from policy_agent.domain import my_time as figures
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, Span
from policy_agent.domain.notes import WORKING_HOURS
from policy_agent.domain.people import Person
from policy_agent.domain.time_back import WorkingTime
from policy_agent.domain.walltime import zone_named
from policy_agent.graph.auth import SignInProblem
from policy_agent.web.csv_download import csv_download
from policy_agent.web.live import Live
from policy_agent.web.my_time_tables import OwnTime, entries_table, tables_of
from policy_agent.web.pages import Pages
from policy_agent.web.sessions import Visitor

log = structlog.get_logger()

CHOICES = (1, 4, 8, 12)  # whole weeks that the page offers
Weeks = Annotated[int, Query(ge=1, le=12)]
_MONDAY_TO_FRIDAY = frozenset(range(5))
PATIENCE = 10.0  # seconds for a calendar of twelve weeks, page by page
_NO_TOKEN = CallFailure(kind="unavailable", what="no token could be had")


def add_my_time(app: FastAPI, pages: Pages) -> None:
    """Add the paths to the application."""
    live = Live(patience=PATIENCE)

    @app.get("/my-time")
    def my_time(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.visitor)],
        weeks: Weeks = 4,
    ) -> Response:
        """Show the last whole weeks of whoever asks, and the running one."""
        own = _own_time(pages, live, visitor, weeks)
        values = {
            "own": own,
            "known": own.person is not None,
            "whole": weeks,
            "choices": CHOICES,
            "own_zone": own.working.zone.key != pages.zone.key,
            **tables_of(pages, own),
        }
        return pages.show(request, "my_time.html", values, visitor=visitor)

    @app.get("/my-time/time-back.csv")
    def download(
        request: Request,
        visitor: Annotated[Visitor, Depends(pages.visitor)],
        weeks: Weeks = 4,
    ) -> Response:
        """Send time back as a table; 503 with a page where it cannot be told."""
        own = _own_time(pages, live, visitor, weeks)
        found = own.time_back()
        if found is None:
            values = {
                "heading": "The download cannot be made now",
                "sentences": [
                    "Your calendar or your mailbox does not answer: some of it would be missing.",
                    "Try again in a few minutes.",
                ],
                "link": {"text": "Go to My time", "href": "/my-time"},
            }
            status = HTTPStatus.SERVICE_UNAVAILABLE
            return pages.show(request, "problem.html", values, visitor=visitor, status=status)
        head, rows = entries_table(found, own.working)
        return csv_download("time-back.csv", head, rows)


def _own_time(pages: Pages, live: Live, visitor: Visitor, whole: int) -> OwnTime:
    """Ask for what is needed; of somebody whom no team of the rulebook names, for nothing."""
    policy = pages.context.current.policy
    person = policy.directory.by_id.get(visitor.id)
    working = _working_time(pages, visitor, person)
    weeks = figures.weeks_until(pages.moment().now, working, whole)
    span = figures.whole_span(weeks)
    if person is None:
        return OwnTime(person=None, working=working, weeks=weeks, copies=(), sent=())
    copies = live.begin(lambda: _copies(pages, visitor, span), None)
    sent = live.begin(lambda: _sent(pages, visitor, span), None)
    return OwnTime(person=person, working=working, weeks=weeks, copies=copies(), sent=sent())


def _working_time(pages: Pages, visitor: Visitor, person: Person | None) -> WorkingTime:
    """Return the hours of the person's calendar, on their own days and in their mailbox's zone."""
    rulebook = pages.context.current.policy.rulebook
    covered = pages.store.calendars([visitor.id])
    zone = zone_named(covered[0].zone) if covered else None
    own = pages.store.own_times([visitor.id]).get(visitor.id)
    days = None if own is None else own.working_days
    calendar = figures.calendar_of(rulebook, person or Person(id=visitor.id, address=""))
    if calendar is None:
        usual = days or _MONDAY_TO_FRIDAY
        return WorkingTime(zone=zone or pages.zone, days=usual, hours=WORKING_HOURS)
    return WorkingTime.of(calendar, zone=zone, working_days=days)


def _copies(pages: Pages, visitor: Visitor, span: Span) -> tuple[EventCopy, ...] | None:
    try:
        found = pages.context.calendars.view({visitor.id: span}, agenda=False)[visitor.id]
    except SignInProblem:
        found = _NO_TOKEN
    if isinstance(found, CallFailure):
        log.warning("my_time_incomplete", missing="calendar", kind=found.kind)  # never whose
        return None
    return tuple(copy for copy in found if copy.starts < span.ends)


def _sent(pages: Pages, visitor: Visitor, span: Span) -> tuple[datetime, ...] | None:
    try:
        found = pages.context.mail.sent_times(visitor.id, span.starts, span.ends)
    except SignInProblem:
        found = _NO_TOKEN
    if isinstance(found, CallFailure):
        log.warning("my_time_incomplete", missing="sent_mail", kind=found.kind)
        return None
    return found
