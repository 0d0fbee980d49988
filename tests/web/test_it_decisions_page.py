"""`/it/decisions`: what the rules said of mail and of meetings, for IT: search, and why."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.store import meeting_tables
from policy_agent.web.sessions import IT, LEADER
from tests.web.council_site import RULES, SUNDAY, council, send
from tests.web.signed_in import Browser, Site

ALICE, BOB = "alice@northshire.example", "bob@northshire.example"
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with council(tmp_path) as found:
        yield found


@pytest.fixture
def it(site: Site) -> Browser:
    return site.visit("iris", roles=[IT])


def decisions_shown(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/it/(?:meeting-)?decisions/(\d+)"', text)]


def decide_meetings(site: Site, count: int, **changed: object) -> None:
    with site.store.writing() as connection:
        connection.execute(
            insert(meeting_tables.meeting_decisions),
            [
                {
                    "uid": "uid-1",
                    "position": 0,
                    "mailbox": "id-bob",
                    "event": f"event-{number}",
                    "organiser": "id-alice",
                    "starts": SUNDAY + timedelta(days=3),
                    "ends": SUNDAY + timedelta(days=3, hours=1),
                    "decided": SUNDAY - timedelta(minutes=number),
                    "rule": "protected-lunch",
                    "outcome": Outcome.NUDGE,
                    "mode": Mode.NUDGE,
                    "reason": Reason.OVERLAPS_WINDOW,
                    "detail": "It is over lunch",
                    "where_file": "northshire.yaml",
                    "where_line": 90,
                    "rulebook": "abc",
                    **changed,
                }
                for number in range(count)
            ],
        )


def test_decisions_are_listed_with_who_and_why_and_never_with_a_subject(
    site: Site, it: Browser
) -> None:
    send(site, "m1")
    page = it.get("/it/decisions")
    assert page.status_code == 200
    assert len(decisions_shown(page.text)) == 1
    for word in (ALICE, BOB, "weekend-email", "hold", "enforce", "in window"):
        assert word in page.text
    assert "Decided from Friday 1 May 2026 until Sunday 31 May 2026." in page.text
    assert "Miller" not in page.text


SEARCHES = {
    "": {"held", "observed"},
    "rule=weekend-email": {"held", "observed"},
    "rule=(none)": set[str](),
    "rule=(none)&since=2026-04-01": {"outside"},
    "outcome=hold&mode=observe": {"observed"},
    "reason=from_outside&since=1/4/2026": {"outside"},
    f"person={ALICE}": {"held", "observed"},
    f"person={ALICE}&mode=enforce": {"held"},
    f"person={BOB}&since=1.4.2026&until=30-4-2026": {"outside"},
    "since=31/5/2026": {"held"},
    "until=30/5/2026": {"observed"},
    "person=id-guest": set[str](),
}


def test_what_is_searched_for_is_found(site: Site, it: Browser) -> None:
    send(site, "held")
    send(site, "observed", sender=BOB, to=ALICE, at=SUNDAY - timedelta(days=1))
    send(site, "outside", sender="a@police.example", at=SUNDAY - timedelta(days=40))
    for asked, found in SEARCHES.items():
        page = it.get(f"/it/decisions?{asked}")
        assert (asked, page.status_code) == (asked, 200)
        rows = [site.store.decision(number) for number in decisions_shown(page.text)]
        assert (asked, {row.message for row in rows if row is not None}) == (asked, found)
        assert ("Nothing was found." in page.text) == (not found)


def test_decisions_come_a_page_at_a_time_and_none_comes_twice(site: Site, it: Browser) -> None:
    decide_meetings(site, 25)
    decide_meetings(site, 20, decided=SUNDAY)  # of one instant: told apart by their ids
    seen: list[int] = []
    path: str | None = "/it/decisions?kind=meetings&rule=protected-lunch"
    while path is not None:
        text = it.get(path).text
        seen += decisions_shown(text)
        older = re.search(r'href="([^"]+)" rel="next"', text)
        path = None if older is None else older[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 45


ODD = {
    "person=carol@northshire.example": "Nobody we know has that address",
    "outcome=perhaps": "Choose one from the list",
    "reason=%00": "Choose one from the list",
    f"mode={'x' * 10_000}": "Choose one from the list",
    "rule=%00": "Choose a rule from the list",
    "since=yesterday": "Write a day that there is",
    "since=31/2/2026": "Write a day that there is",
    "until=9999-12-31": "Write a day that there is",
    "since=2/6/2026&until=1/6/2026": "Write a day that is not after the last one",
    "since=2026-02-30&outcome=maybe": "Write a day that there is",
    "kind=both": "We could not read that",
    "before=9223372036854775808": "We could not read that",
}


def test_whatever_is_asked_gets_a_page(site: Site, it: Browser) -> None:
    send(site, "m1")
    for asked, said in ODD.items():
        page = it.get(f"/it/decisions?{asked}")
        assert (asked, page.status_code) == (asked, 422)
        assert said in page.text, asked
        assert decisions_shown(page.text) == []


def test_a_page_after_a_decision_that_was_erased_is_the_first_one(site: Site, it: Browser) -> None:
    send(site, "m1")
    assert len(decisions_shown(it.get("/it/decisions?before=4711").text)) == 1


def test_a_decision_is_worked_out_again_clause_by_clause(site: Site, it: Browser) -> None:
    hold = send(site, "m1")
    assert hold is not None
    (row,) = site.store.decisions_of(hold.copy)
    page = it.get(f"/it/decisions/{row.id}")
    assert page.status_code == 200
    line = (RULES / "northshire.yaml").read_text().splitlines().index("    window: rest-days") + 1
    for said in (
        ALICE,
        BOB,
        f'href="/it/holds/{hold.id}"',
        "northshire.yaml:",
        "It is held until Mon 1 Jun 2026 08:30 by weekend-email",
        "The rulebook is still the one that decided.",
        "it was received inside the window rest-days",
        "the sender or any recipient is in emergency-duty or residential",
        "importance is high: importance is normal",
        "This decided.",
        f"northshire.yaml:{line}",
        "Hold point: inbox",
    ):
        assert said in page.text
    assert "Miller" not in page.text


def test_a_decision_by_another_rulebook_says_that_it_has_changed(site: Site, it: Browser) -> None:
    hold = send(site, "m1", rulebook_hash="another")
    assert hold is not None
    (row,) = site.store.decisions_of(hold.copy)
    assert "The rulebook has changed since." in it.get(f"/it/decisions/{row.id}").text


def test_a_decision_without_facts_says_that_it_cannot_be_worked_out(
    site: Site, it: Browser
) -> None:
    hold = send(site, "m1", keep_facts=False)
    assert hold is not None
    (row,) = site.store.decisions_of(hold.copy)
    page = it.get(f"/it/decisions/{row.id}").text
    assert "it cannot be worked out again" in page
    assert "somebody the directory does not know" in page


def test_a_decision_that_held_nothing_says_so_and_names_no_address_outside(
    site: Site, it: Browser
) -> None:
    send(site, "m1", sender="a@police.example")
    (number,) = decisions_shown(it.get("/it/decisions").text)
    page = it.get(f"/it/decisions/{number}").text
    assert "No copy was held for it." in page
    assert "It is delivered" in page
    assert "police.example" not in page


def test_a_meeting_s_decision_stands_with_all_that_was_decided_of_it(
    site: Site, it: Browser
) -> None:
    decide_meetings(site, 2)
    newest, older = decisions_shown(it.get("/it/decisions?kind=meetings").text)
    page = it.get(f"/it/meeting-decisions/{newest}").text
    for said in (ALICE, BOB, "It is over lunch", "northshire.yaml:90", "(this one)"):
        assert said in page
    assert decisions_shown(page) == [older]
    assert "The rulebook has changed since." in page


def test_hostile_words_are_harmless_everywhere(site: Site, it: Browser) -> None:
    decide_meetings(
        site,
        1,
        rule=HOSTILE,
        detail=HOSTILE,
        where_file=HOSTILE,
        organiser=HOSTILE,
        mailbox=HOSTILE,
    )
    text = it.get("/it/decisions?kind=meetings").text
    (number,) = decisions_shown(text)
    text += it.get(f"/it/meeting-decisions/{number}").text
    text += it.get("/it/decisions?rule=%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert "\u202e" not in text


def test_a_decision_that_there_is_not_is_no_page(it: Browser) -> None:
    for kind in ("decisions", "meeting-decisions"):
        for number, status in (
            ("4711", 404),
            ("9223372036854775807", 404),
            ("9223372036854775808", 422),
            ("x", 422),
        ):
            assert it.get(f"/it/{kind}/{number}").status_code == status


def test_others_than_it_see_nothing_of_them(site: Site) -> None:
    send(site, "m1")
    decide_meetings(site, 1)
    leader = site.visit("lea", roles=[LEADER])
    for path in ("/it/decisions", "/it/decisions/1", "/it/meeting-decisions/1"):
        assert site.stranger().get(path).status_code == 303
        refused = leader.get(path)
        assert refused.status_code == 403
        assert BOB not in refused.text


def test_days_are_those_of_the_organisation_s_zone(site: Site, it: Browser) -> None:
    send(site, "m1", at=datetime(2026, 5, 22, 23, 30, tzinfo=UTC))  # half past midnight there
    site.moment = replace(site.moment, now=datetime(2026, 6, 21, 23, 30, tzinfo=UTC))
    assert len(decisions_shown(it.get("/it/decisions?since=23/5/2026&until=23/5/2026").text)) == 1
    assert decisions_shown(it.get("/it/decisions?until=22/5/2026").text) == []
    assert "until Monday 22 June 2026" in it.get("/it/decisions").text
