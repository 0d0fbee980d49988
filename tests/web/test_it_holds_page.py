"""`/it/holds`: what is on hold, for IT: search, look at one, ask to have it or all back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from policy_agent.domain.holds import Asked, HoldState
from policy_agent.store import tables
from policy_agent.web.it.release_all import phrase
from policy_agent.web.sessions import IT, LEADER
from tests.web.council_site import SUNDAY, council, send
from tests.web.signed_in import Browser, Site

ALICE, BOB = "alice@northshire.example", "bob@northshire.example"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with council(tmp_path) as found:
        yield found


@pytest.fixture
def it(site: Site) -> Browser:
    return site.visit("iris", roles=[IT])


def holds_shown(text: str) -> list[int]:
    return [int(number) for number in re.findall(r'href="/it/holds/(\d+)"', text)]


def many(site: Site, count: int, *, rule: str = "weekend-email") -> None:
    """Put holds into the store that only lists look at."""
    with site.store.writing() as connection:
        connection.execute(
            insert(tables.holds),
            [
                {
                    "mailbox": "id-bob",
                    "message": f"{rule}-{number}",
                    "rule": rule,
                    "state": HoldState.HELD,
                    "received": SUNDAY,
                    "decided": SUNDAY,
                    "promised": SUNDAY + timedelta(days=1),
                    "due": SUNDAY + timedelta(days=1),
                    "free_from": tables.FREE,
                }
                for number in range(count)
            ],
        )


def test_a_hold_is_listed_with_whose_it_is_and_never_with_its_subject(
    site: Site, it: Browser
) -> None:
    hold = send(site, "m1")
    assert hold is not None
    page = it.get("/it/holds")
    assert page.status_code == 200
    assert holds_shown(page.text) == [hold.id]
    for word in (ALICE, BOB, "weekend-email", "Mon 1 Jun 2026, 08:30", "On hold"):
        assert word in page.text
    assert "Miller" not in page.text


def test_the_address_of_a_guest_is_never_shown(site: Site, it: Browser) -> None:
    hold = send(site, "m1", to="guest@police.example")
    assert hold is not None
    for path in ("/it/holds", f"/it/holds/{hold.id}"):
        page = it.get(path).text
        assert "id-guest" in page
        assert "police.example" not in page


def test_holds_come_a_page_at_a_time_and_none_comes_twice(site: Site, it: Browser) -> None:
    many(site, 45)
    seen: list[int] = []
    path: str | None = "/it/holds"
    while path is not None:
        text = it.get(path).text
        seen += holds_shown(text)
        older = re.search(r'href="([^"]+)" rel="next"', text)
        path = None if older is None else older[1].replace("&amp;", "&")
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 45


SEARCHES = {
    "": ["m1", "m2"],
    "state=held": ["m1", "m2"],
    "state=released": ["m3"],
    "state=any": ["m1", "m2", "m3"],
    "state=overdue": [],
    "rule=weekend-email": ["m1", "m2"],
    "rule=another": [],
    f"person={BOB}": ["m1"],
    "person=Bobby@Northshire.example": ["m1"],
    f"person={ALICE}&state=any": ["m1", "m2", "m3"],
    "person=id-guest&state=any": [],
    "person=00000000-0000-0000-0000-000000000000&state=any": [],
}


def test_what_is_searched_for_is_found(site: Site, it: Browser) -> None:
    made = {
        "m1": send(site, "m1"),
        "m2": send(site, "m2", to=ALICE),
        "m3": send(site, "m3", to=ALICE),
    }
    numbers = {name: hold.id for name, hold in made.items() if hold is not None}
    hold = made["m3"]
    assert hold is not None
    (hold,) = site.store.advance([hold], HoldState.RELEASING, why="due", now=SUNDAY)
    site.store.advance([hold], HoldState.RELEASED, why="moved back", now=SUNDAY)
    for asked, found in SEARCHES.items():
        page = it.get(f"/it/holds?{asked}")
        assert (asked, page.status_code) == (asked, 200)
        wanted = sorted(numbers[name] for name in found)
        assert (asked, sorted(holds_shown(page.text))) == (asked, wanted)
        assert ("Nothing was found." in page.text) == (not found)


def test_what_is_late_counts_as_overdue(site: Site, it: Browser) -> None:
    hold = send(site, "m1", at=SUNDAY - timedelta(days=7))
    send(site, "m2")
    assert hold is not None
    assert holds_shown(it.get("/it/holds?state=overdue").text) == [hold.id]


ODD = {
    "person=carol@northshire.example": "Nobody we know has that address",
    "person=bob": "such as name@northshire.example",
    "person=%00": "Nobody we know has that address",
    "state=everywhere": "Choose one from the list",
    "state=%00": "Choose one from the list",
    "rule=%00": "Choose a rule from the list",
    f"rule={'x' * 10_000}": "Choose a rule from the list",
    "rule=%ED%A0%80": None,
    "before=99999999999999999999": "We could not read that",
    "before=-1": "We could not read that",
    "before=x": "We could not read that",
    "done=<b>all</b>": None,
}


def test_whatever_is_asked_gets_a_page(site: Site, it: Browser) -> None:
    send(site, "m1")
    for asked, said in ODD.items():
        page = it.get(f"/it/holds?{asked}")
        assert (asked, page.status_code) == (asked, 200 if said is None else 422)
        assert said is None or (said in page.text and holds_shown(page.text) == []), asked


def test_a_problem_stands_above_with_a_link_to_its_field(it: Browser) -> None:
    text = it.get("/it/holds?person=<i>eve</i>").text
    assert 'href="#person"' in text
    assert 'id="person-error"' in text
    assert "<title>Error: Holds" in text
    assert "<i>eve" not in text
    assert 'value="&lt;i&gt;eve&lt;/i&gt;"' in text


def test_one_hold_tells_what_happened_to_it_and_which_decision_made_it(
    site: Site, it: Browser
) -> None:
    hold = send(site, "m1")
    assert hold is not None
    (decision,) = site.store.decisions_of(hold.copy)
    page = it.get(f"/it/holds/{hold.id}")
    assert page.status_code == 200
    assert f'href="/it/decisions/{decision.id}"' in page.text
    for word in ("decided", "moved", "the agent", "Sunday 31 May 2026 at 09:00", "Release this"):
        assert word in page.text
    assert "Miller" not in page.text


def test_it_asks_for_one_and_the_daemon_brings_it(site: Site, it: Browser) -> None:
    hold = send(site, "m1")
    assert hold is not None
    path = f"/it/holds/{hold.id}"
    answer = it.post(f"{path}/release", {"csrf": it.csrf(path)})
    assert answer.status_code == 303
    page = it.get(answer.headers["Location"]).text
    assert "We wrote down that you want this copy back now." in page
    assert "Somebody asked to have this copy back before its time." in page
    assert "Release this copy now" not in page
    found = site.store.hold_of(hold.copy)
    assert found is not None
    assert (found.state, found.asked, found.due) == (HoldState.HELD, Asked.IT, SUNDAY)
    assert site.store.hold_events(hold.id)[-1].who == "iris@northshire.example"
    again = it.post(f"{path}/release", {"csrf": it.csrf(path)})
    assert "Nothing was changed" in it.get(again.headers["Location"]).text
    assert len(site.store.hold_events(hold.id)) == 3


def test_what_was_left_to_its_recipient_says_so(site: Site, it: Browser) -> None:
    hold = send(site, "m1")
    assert hold is not None
    site.store.advance([hold], HoldState.SELF_RELEASED, why="they took it", now=SUNDAY)
    page = it.get(f"/it/holds/{hold.id}").text
    assert "left to them: we do not touch it again" in page
    assert "Release this copy now" not in page


def test_a_hold_that_there_is_not_is_no_page(it: Browser) -> None:
    for number in ("4711", "9223372036854775807"):
        assert it.get(f"/it/holds/{number}").status_code == 404
        answer = it.post(f"/it/holds/{number}/release", {"csrf": it.csrf()})
        assert answer.status_code == 404
    for number in ("0", "-1", "x", "9223372036854775808", "%00"):
        assert it.get(f"/it/holds/{number}").status_code == 422


def test_the_list_says_how_far_a_release_of_all_has_come(site: Site, it: Browser) -> None:
    many(site, 1203)
    look = it.get("/it/holds/release-all").text
    assert "1,203 copies wait" in look
    assert "type: release 1,203 holds" in look
    form = {"csrf": it.csrf(), "typed": " Release 1203  HOLDS ", "shown": "1203"}
    answer = it.post("/it/holds/release-all", form)
    assert answer.headers["Location"] == "/it/holds?done=all"
    page = it.get("/it/holds?done=all").text
    assert "Everything that waited is asked for" in page
    counts = site.store.count_open(late=SUNDAY)
    assert (counts.waiting, counts.asked) == (0, 1203)
    assert "Nothing waits just now" in it.get("/it/holds/release-all").text
    again = it.post("/it/holds/release-all", form)
    assert again.headers["Location"] == "/it/holds?done=nothing"


WRONG = (
    ("", "3"),
    ("release 4 holds", "3"),
    ("release 3 hold", "3"),
    ("yes", "3"),
    ("release 0 holds", ""),
    ("release 0 holds", "0"),
    ("release 3 holds", ""),
    ("release 3 holds", "٣"),
    ("release 3 holds\x00", "3"),
    ("x" * 10_000, "3"),
    ("release 9 holds", "9" * 100),
)


def test_the_wrong_words_release_nothing(site: Site, it: Browser) -> None:
    many(site, 3)
    csrf = it.csrf()
    for typed, shown in WRONG:
        form = {"csrf": csrf, "typed": typed, "shown": shown}
        answer = it.post("/it/holds/release-all", form)
        assert (typed, answer.status_code) == (typed, 422)
        assert "Type the words exactly as they stand above" in answer.text
        assert 'href="#typed"' in answer.text
    assert site.store.count_open(late=SUNDAY).asked == 0


def test_many_more_than_somebody_read_are_not_released_unread(site: Site, it: Browser) -> None:
    many(site, 3)
    form = {"csrf": it.csrf(), "typed": phrase(3), "shown": "3"}
    many(site, 11, rule="night-email")
    answer = it.post("/it/holds/release-all", form)
    assert answer.status_code == 422
    assert "There are many more on hold by now" in answer.text
    assert "release 14 holds" in answer.text
    assert site.store.count_open(late=SUNDAY).asked == 0


def test_a_few_more_that_came_meanwhile_are_released_with_the_others(
    site: Site, it: Browser
) -> None:
    many(site, 3)
    form = {"csrf": it.csrf(), "typed": phrase(3), "shown": "3"}
    many(site, 2, rule="night-email")
    assert it.post("/it/holds/release-all", form).status_code == 303
    assert site.store.count_open(late=SUNDAY).asked == 5


def test_others_than_it_see_nothing_of_it(site: Site) -> None:
    send(site, "m1")
    leader = site.visit("lea", roles=[LEADER])
    for path in ("/it/holds", "/it/holds/1", "/it/holds/release-all"):
        assert site.stranger().get(path).status_code == 303
        refused = leader.get(path)
        assert refused.status_code == 403
        assert BOB not in refused.text


@pytest.mark.parametrize("path", ["/it/holds/1/release", "/it/holds/release-all"])
def test_others_than_it_change_nothing(site: Site, it: Browser, path: str) -> None:
    send(site, "m1")
    form = {"typed": phrase(1), "shown": "1"}
    leader = site.visit("lea", roles=[LEADER])
    for browser, csrf in (
        (site.stranger(), it.csrf()),
        (leader, leader.csrf()),
        (it, ""),
        (it, "0" * 64),
        (it, site.visit("ian", roles=[IT]).csrf()),
    ):
        answer = browser.post(path, {**form, "csrf": csrf})
        assert answer.status_code == 403
    elsewhere = it.client.post(
        path, data={**form, "csrf": it.csrf()}, headers={"Origin": "https://evil.example"}
    )
    assert elsewhere.status_code == 403
    assert site.store.count_open(late=SUNDAY).asked == 0
