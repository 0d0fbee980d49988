"""`/it`: how the daemon does, for IT alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from policy_agent.agent.context import Reloaded
from policy_agent.agent.health import Health, Running
from policy_agent.domain.counts import (
    CalendarCounts,
    HoldCounts,
    NoteCounts,
    Pushback,
    ServiceState,
    SubscriptionCounts,
    TokenState,
    WatchCounts,
)
from policy_agent.web.it.conditions import NOTHING, Condition, conditions
from tests.store.examples import held, record, ref
from tests.web.it_site import it_site
from tests.web.signed_in import MACHINE, RUNNING, Site

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
GOOD = Health(
    now=MACHINE,
    running=RUNNING,
    pending_arrivals=3,
    holds=HoldCounts(),
    watched=WatchCounts(
        mailboxes=2,
        inboxes=SubscriptionCounts(wanted=2, live=2, soonest_end=MACHINE + 24 * HOUR),
        calendars=SubscriptionCounts(wanted=2, live=2, soonest_end=MACHINE + 24 * HOUR),
    ),
    calendars=CalendarCounts(covered=2, seen_whole=2),
    notes=NoteCounts(waiting=1),
    holidays={"service": date(2028, 12, 26), "plain": None},
    rulebook="abc123def456" * 4,
    reload=Reloaded(at=MACHINE, success=True),
    service_mailbox=True,
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with it_site(tmp_path) as made:
        yield made


def of(health: Health, name: str) -> Condition:
    (found,) = [one for one in conditions(health, LONDON) if one.name == name]
    return found


def running(**changed: Any) -> Running:
    return replace(RUNNING, **changed)


def service(token: TokenState | None = None, pushback: Pushback | None = None) -> Health:
    state = ServiceState(token=token or RUNNING.service.token, pushback=pushback or Pushback())
    return replace(GOOD, running=running(service=state))


def test_nothing_is_to_be_done_where_all_is_well() -> None:
    found = conditions(GOOD, LONDON)
    assert {one.tag for one in found} == {"good"}
    assert {one.todo for one in found} == {NOTHING}
    assert [one.name for one in found] == [
        "The daemon",
        "Sign-in to Microsoft 365",
        "Subscriptions to mail",
        "Subscriptions to calendars",
        "Sweep of mailboxes",
        "Calendars",
        "Waiting to be judged",
        "On hold",
        "Overdue",
        "Throttling by Microsoft 365",
        "Rulebook",
        "Holidays of service",
        "Holidays of plain",
        "Messages to people",
    ]


SECRET = "sign-in refused: AADSTS7000222: expired [look at client_secret]"
LATE = HoldCounts(
    open=2,
    oldest_due=MACHINE - HOUR,
    overdue=1,
    oldest_made=MACHINE - 48 * HOUR,
    oldest_promised=MACHINE - HOUR,
)


@pytest.mark.parametrize(
    ("health", "name", "tag", "said"),
    [
        (replace(GOOD, running=running(watching=False)), "The daemon", "act", "holds nothing new"),
        (replace(GOOD, running=running(ready=False)), "The daemon", "look", "It is starting"),
        (service(TokenState()), "Sign-in to Microsoft 365", "look", "no token just now"),
        (
            service(TokenState(refused=SECRET, refused_ago=HOUR)),
            "Sign-in to Microsoft 365",
            "act",
            "There is no token. Last refused 60 minutes ago: sign-in refused: AADSTS7000222",
        ),
        (
            service(TokenState(good_for=HOUR, refused=SECRET, refused_ago=HOUR / 2)),
            "Sign-in to Microsoft 365",
            "look",
            "good for 60 minutes. Last refused 30 minutes ago",
        ),
        (
            service(TokenState(good_for=HOUR, refused=SECRET, refused_ago=3 * HOUR)),
            "Sign-in to Microsoft 365",
            "good",
            "Last refused 3 hours ago",
        ),
        (
            replace(GOOD, watched=WatchCounts(inboxes=SubscriptionCounts(wanted=9, live=8))),
            "Subscriptions to mail",
            "look",
            "8 of 9 watched.",
        ),
        (
            replace(GOOD, watched=WatchCounts(inboxes=SubscriptionCounts(wanted=9))),
            "Subscriptions to mail",
            "act",
            "0 of 9 watched.",
        ),
        (
            replace(GOOD, watched=WatchCounts(mailboxes=1, parked=1)),
            "Subscriptions to mail",
            "good",
            "1 mailbox left alone for now: no licence, or no access.",
        ),
        (
            replace(GOOD, running=running(swept_since=None)),
            "Sweep of mailboxes",
            "look",
            "No whole sweep since this process started.",
        ),
        (
            replace(GOOD, running=running(swept_since=MACHINE - timedelta(minutes=11))),
            "Sweep of mailboxes",
            "look",
            "began 11 minutes ago",
        ),
        (
            replace(GOOD, running=running(swept_since=MACHINE - HOUR)),
            "Sweep of mailboxes",
            "act",
            "began 60 minutes ago, on Monday 1 June 2026 at 09:00",
        ),
        (
            replace(GOOD, running=running(calendars_swept_since=None)),
            "Calendars",
            "look",
            "none was swept whole since this process started",
        ),
        (
            replace(GOOD, calendars=CalendarCounts(covered=3, seen_whole=1, parked=1)),
            "Calendars",
            "look",
            "1 of 3 seen whole; last swept on Monday 1 June 2026 at 10:00. 1 left alone for now.",
        ),
        (replace(GOOD, calendars=CalendarCounts()), "Calendars", "good", "No rule about meetings"),
        (
            replace(GOOD, pending_arrivals=1000),
            "Waiting to be judged",
            "look",
            "1,000 mails and 0 meetings to be judged.",
        ),
        (replace(GOOD, holds=LATE), "On hold", "good", "2 copies. The oldest was held on Saturday"),
        (
            replace(GOOD, holds=LATE),
            "Overdue",
            "act",
            "1 copy is late, the first since Monday 1 June 2026 at 09:00.",
        ),
        (
            service(pushback=Pushback(throttled=7, waits=2, waited=timedelta(seconds=20))),
            "Throttling by Microsoft 365",
            "good",
            "7 answers of too many requests in the last hour; this process waited 20 seconds",
        ),
        (
            service(pushback=Pushback(throttled=1, waits=2, waited=timedelta(minutes=6))),
            "Throttling by Microsoft 365",
            "look",
            "1 answer of too many requests",
        ),
        (
            service(pushback=Pushback(unavailable=2)),
            "Throttling by Microsoft 365",
            "look",
            "and 2 of not available",
        ),
        (
            replace(GOOD, reload=Reloaded(at=MACHINE, success=False, problems=("a", "b"))),
            "Rulebook",
            "act",
            "In force: abc123def456. The last reading, on Monday 1 June 2026 at 10:00, was refused",
        ),
        (replace(GOOD, rulebook="", reload=None), "Rulebook", "good", "None is in force."),
        (
            replace(GOOD, holidays={"service": date(2026, 7, 31)}),
            "Holidays of service",
            "look",
            "Known until Friday 31 July 2026 only",
        ),
        (
            replace(GOOD, holidays={"service": date(2026, 8, 1)}),
            "Holidays of service",
            "good",
            "Known until Saturday 1 August 2026.",
        ),
        (
            replace(GOOD, holidays={"service": date(2026, 5, 31)}),
            "Holidays of service",
            "act",
            "Known until Sunday 31 May 2026 only",
        ),
        (
            replace(GOOD, notes=NoteCounts(given_up=1)),
            "Messages to people",
            "look",
            "0 waiting, 1 could not be sent",
        ),
        (
            replace(GOOD, service_mailbox=False),
            "Messages to people",
            "act",
            "No service mailbox is set",
        ),
        (
            replace(GOOD, service_mailbox=False, notes=NoteCounts()),
            "Messages to people",
            "look",
            "so nobody is written to",
        ),
    ],
)
def test_each_thing_says_how_it_is_and_what_to_do(
    health: Health, name: str, tag: str, said: str
) -> None:
    found = of(health, name)
    assert (found.tag, said in found.said) == (tag, True), found
    assert (found.todo == NOTHING) == (tag == "good")


def test_the_page_says_first_what_needs_somebody(site: Site) -> None:
    record(site.store, held(ref("a")))
    page = site.visit("ivy", roles=["IT"]).get("/it")
    assert page.status_code == 200
    assert "1 to act on now: Overdue." in page.text
    assert "1 copy is late, the first since Tuesday 26 May 2026 at 08:30." in page.text
    assert page.text.count("<h1") == 1


def test_what_was_wrong_with_the_last_reload_is_listed_harmlessly(site: Site) -> None:
    wrong = "rules.yaml:3:1: <script>alert(1)</script> is no key\u202e"
    site.context.current.reloaded(Reloaded(at=MACHINE, success=False, problems=(wrong,)))
    page = site.visit("ivy", roles=["IT"]).get("/it").text
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "rules.yaml:3:1: &lt;script&gt;" in page


def test_no_subject_and_nobody_s_address_is_on_it(site: Site) -> None:
    record(site.store, held(ref("a", mailbox="p1")))
    page = site.visit("ivy", roles=["IT"]).get("/it").text
    assert "@northshire.example" not in page


@pytest.mark.parametrize("roles", [[], ["Staff"], ["Leader"]], ids=str)
def test_pages_for_it_are_for_nobody_else(site: Site, roles: Sequence[str]) -> None:
    ann, stranger = site.visit("ann", roles=roles), site.stranger()
    for path in ("/it", "/it/rules", "/it/exemptions", "/it/exemptions/add", "/it/roll-out"):
        assert ann.get(path).status_code == 403
        refused = stranger.get(path)
        assert (refused.status_code, refused.headers["Location"]) == (303, f"/sign-in?to={path}")
