"""Signing in and out, and what every page does for those who may not."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.graph.sign_in import SignedInPerson, SignInRefused
from policy_agent.store.store import Store
from policy_agent.web.sessions import COOKIE, LIFE, Visitor
from policy_agent.web.sign_in import Door, local_path
from tests.web.signed_in import MACHINE, ORIGIN, Browser, Site
from tests.web.signed_in import Door as SignInDoor


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        rulebook = SimpleNamespace(
            organisation="<b>Northshire</b>",
            calendars={},
            domains=frozenset({"northshire.example"}),
        )
        policy = SimpleNamespace(rulebook=rulebook)
        context = cast(
            "AgentContext",
            SimpleNamespace(store=store, current=SimpleNamespace(policy=policy), public_url=ORIGIN),
        )
        yield Site(context=context, store=store, moment=Moment(now=MACHINE, machine=MACHINE))


def signed_in(browser: Browser) -> bool:
    return "Sign out" in browser.get("/no-such-page").text


def test_the_cookie_is_for_this_site_alone_and_no_script_can_read_it(site: Site) -> None:
    site.door.who = SignedInPerson(id="ann", name="Ann", address="a@n.example", roles=frozenset())
    browser = site.stranger()
    begun = browser.get("/sign-in?to=/my-time")
    assert begun.status_code == 303
    assert begun.headers["Location"].startswith("https://login.example/")
    answer = browser.get("/signed-in?code=c&state=s")
    assert answer.headers["Location"] == "/my-time"
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE)]
    assert COOKIE.startswith("__Host-")
    for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    assert signed_in(browser)


def test_whoever_signs_out_is_out_with_every_copy_of_the_cookie(site: Site) -> None:
    browser = site.visit("ann")
    stolen = browser.client.cookies[COOKIE]
    answer = browser.post("/sign-out", {"csrf": browser.csrf()})
    assert answer.headers["Location"] == "/signed-out"
    assert not signed_in(browser)
    thief = site.stranger()
    thief.client.cookies.set(COOKIE, stolen)
    assert not signed_in(thief)


def test_a_session_ends_after_a_working_day(site: Site) -> None:
    browser = site.visit("ann")
    site.moment = replace(site.moment, machine=MACHINE + LIFE - timedelta(seconds=1))
    assert signed_in(browser)
    site.moment = replace(site.moment, machine=MACHINE + LIFE)
    assert not signed_in(browser)


def test_only_a_few_wait_for_entra_at_a_time() -> None:
    waiting, go_on = threading.Event(), threading.Event()

    class Slow(SignInDoor):
        def begin(self, redirect_uri: str) -> Mapping[str, Any]:
            waiting.set()
            go_on.wait(30)
            return {"auth_uri": "there"}

    door = Door(Slow(), at_a_time=1)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(door.begin, "back")
        assert waiting.wait(30)
        with pytest.raises(SignInRefused) as refused:
            door.begin("back")
        assert refused.value.passing
        go_on.set()
        assert first.result(30) == {"auth_uri": "there"}
    assert door.begin("back") == {"auth_uri": "there"}


@pytest.mark.parametrize("cookie", ["", "a", "W10.abc", "x" * 5000])
def test_a_made_up_cookie_is_nobody(site: Site, cookie: str) -> None:
    browser = site.stranger()
    browser.client.cookies.set(COOKIE, cookie)
    assert not signed_in(browser)


def test_signing_out_needs_the_form_of_ones_own_session(site: Site) -> None:
    ann, bob = site.visit("ann"), site.visit("bob")
    for form in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": bob.csrf()}):
        assert ann.post("/sign-out", form).status_code == 403
    foreign = ann.client.post(
        "/sign-out", data={"csrf": ann.csrf()}, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
    assert signed_in(ann)
    assert site.stranger().post("/sign-out", {"csrf": ann.csrf()}).status_code == 403


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(site: Site) -> None:
    site.door.who = SignedInPerson(id="ann", name="Ann", address="a@n.example", roles=frozenset())
    browser = site.stranger()
    answer = browser.get("/signed-in?code=c&state=s")
    assert answer.status_code == 400
    assert "Sign in once more" in answer.text
    assert not signed_in(browser)


@pytest.mark.parametrize(
    ("refused", "status"),
    [
        (SignInRefused("You turned back.", cancelled=True), 200),
        (SignInRefused("Not of this organisation."), 403),
        (SignInRefused("Entra does not answer.", passing=True), 503),
    ],
)
def test_a_refusal_is_told_in_words(site: Site, refused: SignInRefused, status: int) -> None:
    site.door.who = refused
    browser = site.stranger()
    browser.get("/sign-in")
    answer = browser.get("/signed-in?error=access_denied&state=s")
    assert answer.status_code == status
    assert str(refused) in answer.text
    assert not signed_in(browser)


def test_whoever_signs_in_on_the_way_to_a_page_comes_to_that_page(site: Site) -> None:
    browser = site.stranger()
    asked = browser.get("/no-such-page?weeks=8")
    assert asked.status_code == 404  # what is nobody's business needs no sign-in
    asked = browser.get("/my-mail?after=7")
    assert asked.headers["Location"] == "/sign-in?to=/my-mail%3Fafter%3D7"
    site.door.who = SignedInPerson(id="ann", name="Ann", address="a@n.example", roles=frozenset())
    browser.get(asked.headers["Location"])
    assert browser.get("/signed-in?code=c&state=s").headers["Location"] == "/my-mail?after=7"


def test_a_guest_from_outside_is_written_down_by_their_id(site: Site) -> None:
    for address, name in (
        ("sam@northshire.example", "sam@northshire.example"),
        ("x@out.example", "ann"),
    ):
        visitor = Visitor(
            id="ann", name="Ann", address=address, roles=frozenset(), csrf="", secret=""
        )
        assert site.pages.name_of(visitor) == name


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/a\nb", "/" + "a" * 600],
)
def test_nobody_is_sent_elsewhere_after_signing_in(wanted: str) -> None:
    assert local_path(wanted) == "/my-mail"


def test_names_are_shown_harmlessly(site: Site) -> None:
    browser = site.visit("ann", name="<script>alert(1)</script>\u202egpj.exe" + "x" * 10_000)
    page = browser.get("/no-such-page").text
    assert "<script>" not in page
    assert "\u202e" not in page
    assert len(page) < 10_000
    assert "&lt;b&gt;Northshire" in page


def test_pages_run_no_script_and_are_not_kept(site: Site) -> None:
    answer = site.visit("ann").get("/no-such-page")
    assert answer.status_code == 404
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Cache-Control"] == "no-store"


def test_browsers_name_the_origin_of_our_own_forms_and_tell_other_sites_nothing(site: Site) -> None:
    answer = site.visit("ann").get("/no-such-page")
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_the_style_sheet_has_neither_crown_nor_its_typeface(site: Site) -> None:
    style = site.stranger().get("/static/pages-6.3.0.css")
    assert style.status_code == 200
    for word in ("crown", "crest", "GDS Transport", "@font-face", "url("):
        assert word not in style.text
    assert "govuk-button" in style.text
