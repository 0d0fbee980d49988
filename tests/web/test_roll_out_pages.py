"""`/it/roll-out` and `/leadership`: figures by team, never of a person."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from policy_agent.domain.recorded import RecordedFacts
from policy_agent.web.it.roll_out import KEPT_FOR
from tests.store.examples import held, record, ref
from tests.web.it_site import it_site
from tests.web.signed_in import MACHINE, Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with it_site(tmp_path) as made:
        yield made


def decided(site: Site, days: int, senders: int = 12) -> None:
    """Decide one mail a day of each of these senders in turn."""
    for day in range(days):
        copy = held(ref(f"m{day}"))
        facts = RecordedFacts(
            sender=f"p{day % senders}",
            sender_inside=True,
            recipients=("p2",),
            received=copy.received,
        )
        record(site.store, replace(copy, facts=facts), now=MACHINE - timedelta(days=day))


def row(page: str, rule: str, team: str) -> list[str]:
    """Return a team's cells in a rule's table."""
    tables = page.split("<h2")
    (table,) = [one for one in tables if f">{rule} by team</caption>" in one]
    (found,) = re.findall(rf'<th scope="row"[^>]*>{team}</th>(.*?)</tr>', table, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", found)]


def test_it_sees_the_gates_of_the_command(site: Site) -> None:
    decided(site, 30)
    page = site.visit("ivy", roles=["IT"]).get("/it/roll-out").text
    assert row(page, "weekend-email", "everyone") == [
        "observe",
        "30",
        "7.0",
        "0.0%",
        "0.0%",
        "Ready for the next step: nudge (people are told).",
    ]
    assert row(page, "weekend-email", "leadership") == [
        "enforce",
        "30",
        "7.0",
        "0.0%",
        "0.0%",
        "It is as strong as it gets.",
    ]
    assert row(page, "protected-lunch", "everyone") == [
        "nudge",
        "not measured yet",
        "not measured yet",
        "not measured yet",
        "not measured yet",
        "Next would be enforce (full force). Whether it is ready is not measured yet.",
    ]


def test_what_the_gate_still_asks_for_is_said(site: Site) -> None:
    decided(site, 3)
    page = site.visit("ivy", roles=["IT"]).get("/it/roll-out").text
    assert row(page, "weekend-email", "everyone")[-1] == (
        "Not ready yet for nudge (people are told). Still asked for: 25 more days."
    )


def test_sent_now_is_left_out_until_something_was_held(site: Site) -> None:
    browser = site.visit("ivy", roles=["IT"])
    assert "Sent now" not in browser.get("/it/roll-out").text
    decided(site, 1)
    assert "Sent now" not in browser.get("/it/roll-out").text  # counted within this minute
    site.moment = replace(site.moment, machine=site.moment.machine + KEPT_FOR)
    assert "Sent now" in browser.get("/it/roll-out").text


def test_leaders_see_teams_in_plain_words(site: Site) -> None:
    decided(site, 30)
    page = site.visit("lee", roles=["Leader"]).get("/leadership").text
    assert "Nobody should feel on call at the weekend" in page
    assert row(page, "weekend-email", "everyone")[0] == "Only watched: nothing is done"
    assert row(page, "weekend-email", "leadership")[0] == "In full force"
    assert page.count("<h1") == 1


@pytest.mark.parametrize(("path", "role"), [("/it/roll-out", "IT"), ("/leadership", "Leader")])
def test_few_people_have_no_figures(site: Site, path: str, role: str) -> None:
    decided(site, 30, senders=3)
    page = site.visit("lee", roles=[role]).get(path).text
    cells = row(page, "weekend-email", "managers")
    assert cells[1:5] == ["fewer than 10"] * 4
    assert "not shown: fewer than 10 people" in cells[-1]


@pytest.mark.parametrize(("path", "role"), [("/it/roll-out", "IT"), ("/leadership", "Leader")])
def test_nobody_is_named(site: Site, path: str, role: str) -> None:
    decided(site, 30)
    page = site.visit("lee", roles=[role]).get(path).text
    assert "@northshire.example" not in page
    assert not re.search(r"\bp\d+\b", page.partition("<main")[2])


@pytest.mark.parametrize("roles", [[], ["Staff"], ["IT"]], ids=str)
def test_the_leaders_page_is_for_nobody_else(site: Site, roles: list[str]) -> None:
    assert site.visit("ann", roles=roles).get("/leadership").status_code == 403
    assert site.stranger().get("/leadership").headers["Location"] == "/sign-in?to=/leadership"


def test_a_site_without_rules_says_so(site: Site) -> None:
    policy = site.context.current.policy
    empty = replace(policy.rulebook, rules=(), calendars={})
    site.context.current.policy = replace(policy, rulebook=empty)
    browser = site.visit("ivy", roles=["IT", "Leader"])
    assert "No rulebook is in force." in browser.get("/it/roll-out").text
    assert "No rules are in force just now." in browser.get("/leadership").text
    for path in ("/it", "/it/rules", "/it/exemptions", "/it/exemptions/add"):
        assert browser.get(path).status_code == 200
