"""My time: one's own weeks, for nobody else."""

import csv
import io
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import structlog
from fastapi.routing import APIRoute
from httpx2 import Response

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.domain.copies import SENT_AT_MOST, CallFailure, CopyRef
from policy_agent.domain.events import Attendee, CalendarOwner, EventCopy, EventRef, Span
from policy_agent.domain.events import Response as Answered
from policy_agent.domain.judged import Judged
from policy_agent.domain.modes import Mode
from policy_agent.domain.own_time import Preference
from policy_agent.domain.people import Directory, Person
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import DeferEmail, HoldPoint, Release, Rulebook
from policy_agent.domain.windows import Window
from policy_agent.graph.auth import SignInProblem
from policy_agent.store.store import Store
from policy_agent.web.sessions import IT, LEADER
from tests.domain.meetings import CALENDAR, LONDON, at, kindness, person, protect, rulebook
from tests.store.examples import delivered
from tests.web.signed_in import ORIGIN, Site

NOW = datetime(2026, 6, 10, 14, 0, tzinfo=LONDON)  # a Wednesday
SATURDAY = datetime(2026, 6, 6, 10, 0, tzinfo=LONDON)
TUESDAY = datetime(2026, 6, 2, 9, 0, tzinfo=LONDON)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
DOWN = CallFailure(kind="unavailable", what="it does not answer")
PATHS = ("/my-time", "/my-time/time-back.csv")


@dataclass
class Mail:
    """Sent Items of people; keeps whose were asked for."""

    sent: dict[str, tuple[datetime, ...]] = field(default_factory=dict)
    trouble: CallFailure | SignInProblem | None = None
    asked: list[str] = field(default_factory=list)

    def sent_times(
        self, mailbox: str, since: datetime, until: datetime
    ) -> tuple[datetime, ...] | CallFailure:
        self.asked.append(mailbox)
        if isinstance(self.trouble, SignInProblem):
            raise self.trouble
        if self.trouble is not None:
            return self.trouble
        return tuple(one for one in self.sent.get(mailbox, ()) if since <= one < until)


@dataclass
class Calendars:
    """Calendars of people; keeps whose were asked for."""

    copies: dict[str, tuple[EventCopy, ...]] = field(default_factory=dict)
    trouble: CallFailure | SignInProblem | None = None
    asked: list[str] = field(default_factory=list)

    def view(
        self, spans: Mapping[str, Span], *, agenda: bool
    ) -> Mapping[str, tuple[EventCopy, ...] | CallFailure]:
        assert not agenda
        self.asked += spans
        if isinstance(self.trouble, SignInProblem):
            raise self.trouble
        return {one: self.trouble or self.copies.get(one, ()) for one in spans}


@dataclass
class Tenancy:
    """The site, and what the tenant has."""

    site: Site
    mail: Mail
    calendars: Calendars

    @property
    def asked(self) -> set[str]:
        return {*self.mail.asked, *self.calendars.asked}


def rules() -> Rulebook:
    rest = Window(name="rest-days", calendar=CALENDAR, days="non-working", where=at(2))
    everyone = frozenset({"everyone"})
    defer = DeferEmail(
        name="weekend-email",
        because="Rest",
        owner="ict@northshire.example",
        mode=Mode.OBSERVE,
        from_teams=everyone,
        to_teams=everyone,
        window=rest,
        hold_at=(HoldPoint.INBOX,),
        release=Release(at=time(8, 30)),
        where=at(10),
        where_window=at(11),
        where_people=at(12),
        where_mode=at(13),
    )
    return rulebook(defer, protect(), kindness(break_between=10 * MINUTE))


def directory(*people: Person) -> Directory:
    return Directory(
        domains=frozenset({"northshire.example"}), people={one.address: one for one in people}
    )


@pytest.fixture
def tenancy(tmp_path: Path) -> Iterator[Tenancy]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        people = directory(person("ann"), person("bob"), person("ina"), person("agent"))
        policy = SimpleNamespace(rulebook=rules(), directory=people)
        mail, calendars = Mail(), Calendars()
        context = cast(
            "AgentContext",
            SimpleNamespace(
                store=store,
                current=SimpleNamespace(policy=policy),
                public_url=ORIGIN,
                mail=mail,
                calendars=calendars,
                service_mailbox="agent@northshire.example",
            ),
        )
        moment = Moment(now=NOW.astimezone(UTC), machine=NOW.astimezone(UTC))
        site = Site(context=context, store=store, moment=moment)
        yield Tenancy(site=site, mail=mail, calendars=calendars)


def meeting(starts: datetime, minutes: int = 60, subject: str = "Rota") -> EventCopy:
    return EventCopy(
        ref=EventRef(mailbox="ann", event=f"{starts:%d%H%M}"),
        uid="u",
        kind="single",
        starts=starts.astimezone(UTC),
        ends=starts.astimezone(UTC) + minutes * MINUTE,
        attendees=(Attendee(address="bob@northshire.example"),),
        response=Answered.ACCEPTED,
        subject=subject,
        created=starts,
        modified=starts,
    )


def receive(store: Store, mailbox: str, *received: datetime, sender: str = "bob") -> None:
    judged: Sequence[Judged] = [
        replace(
            delivered(CopyRef(mailbox=mailbox, message=f"{mailbox}-{sender}-{moment:%m%d%H%M}")),
            facts=RecordedFacts(
                sender=sender, sender_inside=True, recipients=(mailbox,), received=moment
            ),
        )
        for moment in received
    ]
    store.record(judged, worker="w", rulebook="r", now=NOW, machine=NOW, lease=MINUTE)


def rows(answer: Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def words(answer: Response) -> str:
    """Return a page's text without its tags, blanks between."""
    assert answer.status_code == 200
    body = answer.text.partition("<main")[2]
    parts = [part.partition(">")[2] for part in body.split("<")]
    return " ".join(" ".join(parts).split())


# what it shows


def test_it_counts_mail_of_the_rest_days_by_week(tenancy: Tenancy) -> None:
    tenancy.mail.sent["ann"] = (SATURDAY, SATURDAY + 5 * HOUR, TUESDAY)
    receive(tenancy.site.store, "ann", SATURDAY, SATURDAY - 7 * 24 * HOUR, TUESDAY)
    receive(tenancy.site.store, "ann", SATURDAY + MINUTE, sender="agent")
    receive(tenancy.site.store, "bob", SATURDAY)
    page = words(tenancy.site.visit("ann").get("/my-time?weeks=2"))
    assert "This is from Monday 25 May 2026 until now." in page
    assert "25 May 2026 0 1 1 June 2026 2 1 8 June 2026 0 0 Together 2 2" in page


def test_it_shows_meetings_over_lunch_and_how_often_lunch_was_free(tenancy: Tenancy) -> None:
    tenancy.calendars.copies["ann"] = (
        meeting(TUESDAY + 3.5 * HOUR, 30, "Budget"),
        meeting(TUESDAY, 30, "Early"),
        meeting(NOW + HOUR, 30, "Later today"),
    )
    page = words(tenancy.site.visit("ann").get("/my-time?weeks=1"))
    assert "Protected time Protected time Came round Stayed free Had a meeting lunch 8 7 1" in page
    assert "Tuesday 2 June 2026 12:30 to 13:00 lunch Budget" in page
    assert "Early" not in page
    assert "Later today" not in page


def test_it_shows_the_longest_run_of_each_week(tenancy: Tenancy) -> None:
    tenancy.calendars.copies["ann"] = (meeting(TUESDAY), meeting(TUESDAY + HOUR, 75))
    page = words(tenancy.site.visit("ann").get("/my-time?weeks=1"))
    assert "with a break of less than 10 minutes" in page
    assert "1 June 2026 2 hours 15 minutes Tuesday 2 June 2026, 09:00 to 11:15 2" in page
    assert "8 June 2026 none 0" in page


def test_time_back_is_told_by_day_and_its_download_adds_up_to_it(tenancy: Tenancy) -> None:
    tenancy.mail.sent["ann"] = (SATURDAY, SATURDAY + 20 * MINUTE)
    tenancy.calendars.copies["ann"] = (
        meeting(TUESDAY + 8 * HOUR, 70, "=cmd()"),  # 17:00 to 18:10
        meeting(SATURDAY.replace(hour=23, minute=30), 60),
    )
    browser = tenancy.site.visit("ann")
    page = words(browser.get("/my-time?weeks=1"))
    assert "All together: 2 hours 30 minutes ." in page
    assert "a hint for you and your manager to talk about, not a record" in page
    assert "Tuesday 2 June 2026 40 minutes 0 minutes 45 minutes" in page
    assert "Saturday 6 June 2026 30 minutes 35 minutes 1 hour 15 minutes" in page
    answer = browser.get("/my-time/time-back.csv?weeks=1")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="time-back.csv"'
    assert rows(answer) == [
        ["date", "from", "to", "what", "minutes"],
        ["2026-06-02", "17:30", "18:10", "meeting", "40"],
        ["2026-06-02", "", "", "rounded up to a quarter of an hour", "5"],
        ["2026-06-06", "10:00", "10:35", "mail", "35"],
        ["2026-06-06", "23:30", "24:00", "meeting", "30"],
        ["2026-06-06", "", "", "rounded up to a quarter of an hour", "10"],
        ["2026-06-07", "00:00", "00:30", "meeting", "30"],
    ]
    assert sum(int(row[4]) for row in rows(answer)[1:]) == 150


def test_it_is_in_the_zone_of_ones_own_mailbox(tenancy: Tenancy) -> None:
    store = tenancy.site.store
    store.put_calendars(["ann"], now=NOW)
    store.put_owners([CalendarOwner(mailbox="ann", zone="Europe/Athens")], now=NOW)
    tenancy.calendars.copies["ann"] = (meeting(TUESDAY + 7 * HOUR),)  # 18:00 in Athens
    browser = tenancy.site.visit("ann")
    assert "Times are those of your mailbox: Europe/Athens." in words(browser.get("/my-time"))
    assert rows(browser.get("/my-time/time-back.csv"))[1][:3] == ["2026-06-02", "18:00", "19:00"]


def test_it_goes_by_ones_own_working_days(tenancy: Tenancy) -> None:
    tenancy.calendars.copies["ann"] = (meeting(TUESDAY),)  # inside of the usual hours
    browser = tenancy.site.visit("ann")
    assert rows(browser.get("/my-time/time-back.csv"))[1:] == []
    mine = Preference(working_days=frozenset({0, 2, 3}))
    tenancy.site.store.put_preference("ann", mine, now=NOW)
    assert rows(browser.get("/my-time/time-back.csv"))[1][:3] == ["2026-06-02", "09:00", "10:00"]


def test_so_much_sent_mail_that_not_all_was_looked_at_is_said(tenancy: Tenancy) -> None:
    tenancy.mail.sent["ann"] = (SATURDAY,) * SENT_AT_MOST
    assert "only the last of it was looked at" in words(tenancy.site.visit("ann").get("/my-time"))


def test_more_meetings_than_one_table_shows_are_counted(tenancy: Tenancy) -> None:
    tenancy.calendars.copies["ann"] = tuple(
        replace(meeting(TUESDAY + 3.5 * HOUR, 30), ref=EventRef(mailbox="ann", event=f"e{number}"))
        for number in range(53)
    )
    assert "There are 3 more, which are not shown." in words(
        tenancy.site.visit("ann").get("/my-time")
    )


def test_whoever_no_rule_is_about_is_told_so_and_nothing_of_theirs_is_asked_for(
    tenancy: Tenancy,
) -> None:
    browser = tenancy.site.visit("stranger")
    assert "so there is nothing to show" in words(browser.get("/my-time"))
    assert len(rows(browser.get("/my-time/time-back.csv"))) == 1
    assert tenancy.asked == set()


def test_rules_that_are_about_others_leave_their_figures_out(tenancy: Tenancy) -> None:
    policy = SimpleNamespace(rulebook=rulebook(), directory=directory(person("ann")))
    tenancy.site.context.current.policy = policy  # type: ignore[assignment]  # as much as is asked
    page = words(tenancy.site.visit("ann").get("/my-time"))
    assert "No rule about mail is about you" in page
    assert "No rule that protects time is about you" in page
    assert "with a break of less than 5 minutes" in page


def test_without_a_rulebook_the_page_still_opens(tenancy: Tenancy) -> None:
    bare = replace(rulebook(), calendars={})
    policy = SimpleNamespace(rulebook=bare, directory=directory(person("ann")))
    tenancy.site.context.current.policy = policy  # type: ignore[assignment]  # as much as is asked
    tenancy.mail.sent["ann"] = (SATURDAY,)
    assert "All together: 15 minutes ." in words(tenancy.site.visit("ann").get("/my-time"))


# what the tenant does not answer

TROUBLES = [DOWN, SignInProblem("no token", passing=True)]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_where_the_calendar_does_not_answer_the_mail_is_shown(
    tenancy: Tenancy, trouble: CallFailure | SignInProblem
) -> None:
    tenancy.calendars.trouble = trouble
    tenancy.mail.sent["ann"] = (SATURDAY,)
    browser = tenancy.site.visit("ann")
    page = words(browser.get("/my-time?weeks=1"))
    assert page.count("your calendar does not answer") == 2
    assert page.count("your calendar or your mailbox does not answer") == 1
    assert "Together 1 0" in page
    assert browser.get("/my-time/time-back.csv").status_code == 503


@pytest.mark.parametrize("trouble", TROUBLES)
def test_where_the_mailbox_does_not_answer_the_rest_is_shown(
    tenancy: Tenancy, trouble: CallFailure | SignInProblem
) -> None:
    tenancy.mail.trouble = trouble
    tenancy.calendars.copies["ann"] = (meeting(TUESDAY + 3.5 * HOUR, 30, "Budget"),)
    receive(tenancy.site.store, "ann", SATURDAY)
    browser = tenancy.site.visit("ann")
    page = words(browser.get("/my-time?weeks=1"))
    assert "What you sent cannot be shown now" in page
    assert "Together not known now 1" in page
    assert "Budget" in page
    assert "All together" not in page
    answer = browser.get("/my-time/time-back.csv")
    assert answer.status_code == 503
    assert "The download cannot be made now" in answer.text


# whose it is


@pytest.mark.parametrize("path", PATHS)
def test_whoever_is_not_signed_in_is_sent_to_sign_in(tenancy: Tenancy, path: str) -> None:
    answer = tenancy.site.stranger().get(path)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/sign-in?to={path}"
    assert tenancy.asked == set()


def test_no_path_of_it_takes_a_person_and_none_changes_anything(tenancy: Tenancy) -> None:
    routes = [
        route
        for route in tenancy.site.app.routes
        if isinstance(route, APIRoute) and route.path.startswith("/my-time")
    ]
    assert sorted(route.path for route in routes) == sorted(PATHS)
    for route in routes:
        assert route.methods == {"GET"}
    described = tenancy.site.app.openapi()["paths"]
    for path in PATHS:
        (operation,) = described[path].values()
        assert [one["name"] for one in operation["parameters"]] == ["weeks"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("roles", [(IT,), (LEADER,), (IT, LEADER)])
def test_it_and_leaders_see_their_own_and_have_no_way_to_anybody_elses(
    tenancy: Tenancy, path: str, roles: tuple[str, ...]
) -> None:
    tenancy.mail.sent["ann"] = (SATURDAY,)
    tenancy.calendars.copies["ann"] = (meeting(SATURDAY, subject="Anns own"),)
    receive(tenancy.site.store, "ann", SATURDAY)
    browser = tenancy.site.visit("ina", roles=roles)
    plain = browser.get(path)
    for query in ("person", "id", "user", "mailbox", "visitor", "of", "address"):
        answer = browser.get(f"{path}?{query}=ann")
        assert answer.status_code == 200
        assert answer.content == plain.content
    for more in ("ann", "ann/time-back.csv"):
        assert browser.get(f"/my-time/{more}").status_code == 404
    assert "Anns own" not in plain.text
    assert tenancy.asked == {"ina"}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_of_it_is_kept_or_logged(tenancy: Tenancy, path: str, tmp_path: Path) -> None:
    tenancy.mail.sent["ann"] = (SATURDAY,)
    tenancy.calendars.copies["ann"] = (meeting(SATURDAY, subject="Very secret"),)
    browser = tenancy.site.visit("ann")
    browser.get(path)  # the session's key is made by now
    before = sorted(_dump(tmp_path / "store.db"))
    with structlog.testing.capture_logs() as logged:
        answer = browser.get(path)
        tenancy.calendars.trouble = DOWN
        browser.get(path)
    assert sorted(_dump(tmp_path / "store.db")) == before
    assert answer.headers["Cache-Control"] == "no-store"
    assert logged == [
        {
            "event": "my_time_incomplete",
            "missing": "calendar",
            "kind": "unavailable",
            "log_level": "warning",
        }
    ]


# what is hostile


def test_a_hostile_subject_is_harmless(tenancy: Tenancy) -> None:
    hostile = "<script>alert(1)</script>\u202egnp.exe {{ 7*7 }} " + "x" * 10_000
    tenancy.calendars.copies["ann"] = (meeting(TUESDAY + 3.5 * HOUR, 30, hostile),)
    page = tenancy.site.visit("ann", name=hostile).get("/my-time").text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page
    assert "x" * 200 not in page


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "weeks",
    ["0", "13", "-1", "", "x", "%00", "%ff", "1e3", "9" * 5000, "%F0%9F%A6%86" * 900, "4.5"],
)
def test_a_number_of_weeks_that_is_none_is_a_page_and_no_fault(
    tenancy: Tenancy, path: str, weeks: str
) -> None:
    answer = tenancy.site.visit("ann").get(f"{path}?weeks={weeks}")
    assert answer.status_code == 422
    assert "We could not read that" in answer.text
    assert tenancy.asked == set()


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())
