"""`/it/exemptions`: list, add, end, and who did what."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.rules import Exemption
from tests.web.it_site import it_site
from tests.web.signed_in import MACHINE, ORIGIN, Browser, Site

ADD = "/it/exemptions/add"
TODAY = MACHINE.date()
GARBAGE = (
    "x" * 10_000,
    "a\x00b",
    "9" * 400,
    "\u202e<script>alert(1)</script>",
    "\ud7ff\uffff",
    "-1",
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with it_site(tmp_path) as made:
        yield made


@pytest.fixture
def ivy(site: Site) -> Browser:
    return site.visit("ivy", roles=["IT"])


def form(**changed: str | list[str]) -> dict[str, str | list[str]]:
    return {
        "rule": ["weekend-email"],
        "team": ["practitioners"],
        "people": "",
        "starts-day": "1",
        "starts-month": "6",
        "starts-year": "2026",
        "ends-day": "8",
        "ends-month": "06",
        "ends-year": "2026",
        "because": "Inspection",
        "approved_by": "director@northshire.example",
        **{key.replace("__", "-"): value for key, value in changed.items()},
    }


def send(browser: Browser, given: Mapping[str, str | list[str]], path: str = ADD) -> Response:
    return browser.post(path, {"csrf": browser.csrf("/it"), **given})


def kept(site: Site, name: str = "ofsted-week", **changed: object) -> int:
    """Keep one without the form; returns its number."""
    values = {"starts": TODAY, "ends": TODAY + timedelta(days=7), **changed}
    starts, ends = values["starts"], values["ends"]
    assert isinstance(starts, date)
    assert isinstance(ends, date)
    exemption = Exemption(
        name=name,
        rules=frozenset({"weekend-email"}),
        teams=frozenset({"everyone"}),
        addresses=frozenset({"p1@northshire.example", "gone@northshire.example"}),
        starts=starts,
        ends=ends,
        because="Inspection",
        approved_by="director@northshire.example",
        where=run_time_where(name),
    )
    assert site.store.add_exemption(exemption, by="kim", now=MACHINE)
    return site.store.exemptions()[-1].id


def test_one_is_added_in_the_name_of_whoever_did_it(site: Site, ivy: Browser) -> None:
    answer = send(ivy, form(people="P3@northshire.example\r\np4@northshire.example, "))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/it/exemptions?done=added")
    (one,) = site.store.exemptions()
    assert one.exemption == Exemption(
        name="weekend-email-2026-06-01",
        rules=frozenset({"weekend-email"}),
        teams=frozenset({"practitioners"}),
        addresses=frozenset({"p3@northshire.example", "p4@northshire.example"}),
        starts=date(2026, 6, 1),
        ends=date(2026, 6, 8),
        because="Inspection",
        approved_by="director@northshire.example",
        where=one.exemption.where,
    )
    assert one.created_by == "ivy@northshire.example"
    page = ivy.get("/it/exemptions?done=added").text
    assert "The exemption was added." in page
    assert "In force" in page
    assert "p4@northshire.example" in page


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"rule": []}, "rule", "Rules: say which rule it lifts"),
        ({"rule": "weekend-mail"}, "rule", "there is no rule &#39;weekend-mail&#39;; did you mean"),
        ({"team": "everyon"}, "team", "there is no team &#39;everyon&#39;"),
        ({"team": []}, "team", "Teams or people: say whom it is for"),
        ({"people": "a@police.example"}, "people", "is no address of the organisation"),
        (
            {"people": " ".join(f"p{n}@northshire.example" for n in range(51))},
            "people",
            "at most 50",
        ),
        ({"starts__day": "31"}, "starts-day", "First day: write a day, a month and a year"),
        ({"starts__day": ""}, "starts-day", "First day: write a day, a month and a year"),
        ({"ends__year": "1_000"}, "ends-day", "Last day: write a day, a month and a year"),
        ({"ends__month": "5"}, "ends-day", "Last day: it is before the start 2026-06-01"),
        ({"ends__month": "9"}, "ends-day", "99 days after the start; at most 90"),
        ({"starts__month": "4", "ends__month": "5"}, "ends-day", "2026-05-08 is over"),
        ({"because": " "}, "because", "Reason: say it in words"),
        ({"approved_by": "x" * 501}, "approved_by", "at most 500 are right"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_added(
    site: Site, ivy: Browser, changed: dict[str, str | list[str]], field: str, said: str
) -> None:
    answer = send(ivy, form(**changed))
    assert answer.status_code == 422
    assert f'<a href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert answer.text.count(said) == 2  # above, and beside the field
    assert "<title>Error: Add an exemption" in answer.text
    assert site.store.exemptions() == ()


def test_everything_that_is_wrong_is_told_at_once_and_what_was_typed_is_kept(ivy: Browser) -> None:
    answer = send(
        ivy, form(starts__day="0", because="", people="a@police.example", approved_by="Ann Lee")
    )
    page = answer.text
    for field in ("starts-day", "because", "people"):
        assert f'<a href="#{field}"' in page
    assert 'value="Ann Lee"' in page
    assert re.search(r'value="practitioners"\s+checked', page)
    assert "a@police.example</textarea>" in page.replace("\n", "")


@pytest.mark.parametrize("garbage", GARBAGE, ids=ascii)
def test_garbage_is_told_and_shown_harmlessly(ivy: Browser, garbage: str) -> None:
    csrf = ivy.csrf("/it")
    for field in form():
        answer = ivy.post(ADD, {**form(), "csrf": csrf, field: garbage})
        assert answer.status_code in {303, 422}, field
        assert "<script>alert" not in answer.text
        assert "\u202e" not in answer.text
        assert len(answer.text) < 40_000
    assert ivy.get("/it/exemptions").status_code == 200


def test_bytes_that_are_no_text_are_no_trouble(ivy: Browser) -> None:
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN}
    for name in form():
        body = f"csrf={ivy.csrf('/it')}&{name}=%ED%A0%80%00%FF".encode()
        answer = ivy.client.post(ADD, content=body, headers=kind)
        assert answer.status_code == 422, name


def test_the_history_says_who_did_what_and_when(site: Site, ivy: Browser) -> None:
    number = kept(site)
    asked = ivy.get(f"/it/exemptions/{number}/end")
    assert asked.status_code == 200
    assert "Do you want to end ofsted-week?" in asked.text
    assert site.store.exemptions()[0].ended is None
    answer = send(ivy, {}, f"/it/exemptions/{number}/end")
    assert answer.headers["Location"] == f"/it/exemptions/{number}?done=ended"
    page = ivy.get(answer.headers["Location"]).text
    assert "The exemption was ended." in page
    assert "added on Monday 1 June 2026 at 10:00 by kim" in page
    assert "ended on Monday 1 June 2026 at 10:00 by ivy@northshire.example" in page
    assert "gone@northshire.example (nobody in the teams has this address)" in page
    assert "p1@northshire.example (" not in page


def test_ending_it_twice_changes_nothing(site: Site, ivy: Browser) -> None:
    number = kept(site)
    site.store.end_exemption("ofsted-week", by="kim", now=MACHINE)
    assert "is ended already" in ivy.get(f"/it/exemptions/{number}/end").text
    answer = send(ivy, {}, f"/it/exemptions/{number}/end")
    assert answer.headers["Location"] == f"/it/exemptions/{number}?done=ended-before"
    assert (
        "it was ended before" in answer.text
        or "Nothing was changed" in ivy.get(answer.headers["Location"]).text
    )
    assert [event.who for event in site.store.exemption_events("ofsted-week")] == ["kim", "kim"]


def test_those_to_come_over_and_of_the_rulebook_are_told_apart(site: Site, ivy: Browser) -> None:
    kept(site, "to-come", starts=TODAY + timedelta(days=1), ends=TODAY + timedelta(days=2))
    kept(site, "is-over", starts=TODAY - timedelta(days=9), ends=TODAY - timedelta(days=1))
    page = ivy.get("/it/exemptions").text
    assert "None that was added here" in page
    assert page.index("To come") < page.index("to-come") < page.index("is-over")
    for exemption in site.context.current.policy.written.exemptions:
        assert exemption.name in page
        assert str(exemption.where) in page


def test_many_that_are_over_come_twenty_to_a_page(site: Site, ivy: Browser) -> None:
    over = {"starts": TODAY - timedelta(days=9), "ends": TODAY - timedelta(days=1)}
    for n in range(25):
        kept(site, f"over-{n:02}", **over)
    page = ivy.get("/it/exemptions").text
    assert page.count("(over)") == 20
    link = re.search(r'href="(/it/exemptions\?before=\d+)"', page)
    assert link is not None
    older = ivy.get(link[1]).text
    assert re.findall(r">(over-\d\d)<", older) == [f"over-0{n}" for n in range(4, -1, -1)]
    assert "before=" not in older


def test_a_day_is_over_at_midnight_of_the_organisation(site: Site, ivy: Browser) -> None:
    kept(site, starts=TODAY - timedelta(days=1), ends=TODAY)
    midnight = datetime(2026, 6, 1, 23, 0, tzinfo=UTC)  # in London in June
    for now, state in ((midnight - timedelta(seconds=1), "in force"), (midnight, "over")):
        site.moment = type(site.moment)(now=now, machine=MACHINE)
        assert f">{state}</dd>" in ivy.get("/it/exemptions/1").text


@pytest.mark.parametrize("number", ["7", str(2**63 - 1)])
def test_one_that_is_not_there_has_no_page(ivy: Browser, number: str) -> None:
    assert ivy.get(f"/it/exemptions/{number}").status_code == 404
    assert ivy.get(f"/it/exemptions/{number}/end").status_code == 404
    assert send(ivy, {}, f"/it/exemptions/{number}/end").status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), "one", "%00", "1" * 5000])
def test_what_is_no_number_is_refused(ivy: Browser, number: str) -> None:
    assert ivy.get(f"/it/exemptions/{number}").status_code in {404, 422}
    assert ivy.get(f"/it/exemptions?before={number}").status_code == 422
    assert ivy.get(f"/it/exemptions?done={number}").status_code == 200


@pytest.mark.parametrize("path", [ADD, "/it/exemptions/1/end"])
def test_nothing_is_done_without_the_form_of_one_s_own_session(site: Site, path: str) -> None:
    kept(site)
    ivy, jon = site.visit("ivy", roles=["IT"]), site.visit("jon", roles=["IT"])
    ann = site.visit("ann", roles=["Staff", "Leader"])
    tokens = [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": jon.csrf("/it")}]
    for token in tokens:
        assert ivy.post(path, {**form(), **token}).status_code == 403
    assert ann.post(path, {**form(), "csrf": ann.csrf()}).status_code == 403
    assert site.stranger().post(path, {**form(), "csrf": ivy.csrf("/it")}).status_code == 403
    foreign = ivy.client.post(
        path,
        data={**form(), "csrf": ivy.csrf("/it")},
        headers={"Origin": "https://evil.example"},
    )
    assert foreign.status_code == 403
    (one,) = site.store.exemptions()
    assert one.ended is None


def test_looking_changes_nothing(site: Site, ivy: Browser) -> None:
    number = kept(site)
    for path in ("", f"/{number}", f"/{number}/end", "/add"):
        assert ivy.get(f"/it/exemptions{path}").status_code == 200
    (one,) = site.store.exemptions()
    assert one.ended is None
    assert len(site.store.exemption_events("ofsted-week")) == 1
