"""What holds for every path there is: who may change something, and that looking changes nothing.

The paths are those of the application itself. One that changes something and has no row here fails
the first test, so that whoever adds it says by whom and how it is asked for by right.
"""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from policy_agent.agent.links import Links, nudge_links, send_now_links
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.sessions import COOKIE, IT, LEADER
from tests.web.signed_in import METRICS_TOKEN, ORIGIN, RELOAD_TOKEN, Browser, Site
from tests.web.whole_site import CLIENT_STATE, NOW, Tenant, contents, enter, fill, open_site

LOOKING = frozenset({"GET", "HEAD"})
REFUSED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})
FOREIGN = ("https://evil.example", "null", f"{ORIGIN}.evil.example", ORIGIN.replace("s:", ":"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """A path that changes something for whoever is signed in, and how it is asked for by right.

    Numbers of the whole site stand in braces.
    """

    path: str
    who: str  # may do it
    fields: Mapping[str, str] = field(default_factory=dict)
    of_one: bool = False  # what it changes belongs to one person, and its path names it
    role: str | None = None  # only those may who have it
    adds: bool = False  # another press adds another one, which is shown and can be ended


FORMS: Mapping[str, Form] = {
    "/sign-out": Form(path="/sign-out", who="bob"),
    "/my-mail/holds/{number}/release": Form(
        path="/my-mail/holds/{hold}/release", who="bob", of_one=True
    ),
    "/my-mail/mails/{number}/send-now": Form(
        path="/my-mail/mails/{mail}/send-now", who="alice", of_one=True
    ),
    "/my-settings": Form(
        path="/my-settings",
        who="bob",
        fields={
            "nudges": "off",
            "which": "own",
            "days": "1",
            "quiet_from": "18:30",
            "quiet_to": "7:30",
        },
    ),
    "/it/exemptions/add": Form(
        path="/it/exemptions/add",
        who="ina",
        role=IT,
        adds=True,
        fields={
            "rule": "weekend-email",
            "team": "residential",
            "starts-day": "25",
            "starts-month": "5",
            "starts-year": "2026",
            "ends-day": "30",
            "ends-month": "5",
            "ends-year": "2026",
            "because": "An inspection",
            "approved_by": "director@northshire.example",
        },
    ),
    "/it/exemptions/{number}/end": Form(path="/it/exemptions/{exemption}/end", who="ina", role=IT),
    "/it/holds/{number}/release": Form(path="/it/holds/{hold}/release", who="ina", role=IT),
    "/it/holds/release-all": Form(
        path="/it/holds/release-all",
        who="ina",
        role=IT,
        fields={"typed": "release {waiting} holds", "shown": "{waiting}"},
    ),
}
LINKS: Mapping[str, tuple[str, str]] = {  # path with its link in braces; what the link is about
    "/nudges/{token}/{choice}": ("/nudges/{nudges_token}/off", "alice"),
    "/send-now/{token}": ("/send-now/{send_now_token}", "{mail}"),
}
OF_PROGRAMS = frozenset({"/notifications", "/-/reload"})  # each has its tests below
SHOWN_TO_PROGRAMS = frozenset({"/metrics"})  # and so has this

# Paths that show something and name a row of the store, and who may see it.
PLACES: Mapping[str, tuple[str, str]] = {
    "/nudges/{token}": ("/nudges/{nudges_token}", "mallory"),
    "/send-now/{token}": ("/send-now/{send_now_token}", "mallory"),
    "/it/exemptions/{number}": ("/it/exemptions/{exemption}", "ina"),
    "/it/exemptions/{number}/end": ("/it/exemptions/{exemption}/end", "ina"),
    "/it/holds/{number}": ("/it/holds/{hold}", "ina"),
    "/it/decisions/{number}": ("/it/decisions/{decision}", "ina"),
    "/leadership/reports/{file}": ("/leadership/reports/{month}.html", "lea"),
    "/it/meeting-decisions/{number}": ("/it/meeting-decisions/{meeting_decision}", "ina"),
}
FOR_ANYBODY = frozenset(
    {
        "/",
        "/health",
        "/sign-in",
        "/signed-in",
        "/signed-out",
        "/nudges/{token}",
        "/send-now/{token}",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """The whole site, and what its rows are called."""

    site: Site
    tenant: Tenant
    names: Mapping[str, str]

    def contents(self) -> dict[str, list[str]]:
        """Return all that the store has, sessions too."""
        return contents(self.site.store, besides=())

    def send(self, browser: Browser, form: Form, **more: str) -> int:
        """Send the form from that browser; return the status."""
        fields = {name: value.format(**self.names) for name, value in form.fields.items()}
        return browser.post(form.path.format(**self.names), {**fields, **more}).status_code


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Whole]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        tenant = Tenant()
        names = fill(store)
        yield Whole(site=open_site(store, tenant), tenant=tenant, names=names)


def routes(app: FastAPI) -> Iterator[tuple[str, frozenset[str]]]:
    """Return each path of the application, as it is written there, with its methods."""
    for route in app.routes:
        if isinstance(route, APIRoute):
            yield route.path, frozenset(route.methods or ())
        else:
            assert getattr(route, "path", None) == "/static", f"nobody knows what {route} does"


def paths_to_see(whole: Whole) -> Iterator[tuple[str, str, str]]:
    """Return each path that shows something: as it is written, as it is asked for, and by whom."""
    for path, methods in routes(whole.site.app):
        if methods & LOOKING and path not in SHOWN_TO_PROGRAMS:
            assert methods <= LOOKING, f"{path} shows and changes in one"
            place, who = PLACES.get(path, (path, seer(path)))
            assert "{" not in path or path in PLACES, f"{path}: add a row of it to PLACES"
            yield path, place.format(**whole.names), who


def seer(path: str) -> str:
    """Return somebody who may see that path."""
    if path.startswith("/it"):
        return "ina"
    return "lea" if path.startswith("/leadership") else "bob"


def test_the_site_of_the_tests_has_every_part_of_the_application() -> None:
    given = inspect.signature(make_app).parameters
    parts = {"watch", "moment", "health", "reload", "nudges", "site", "send_now", "metrics"}
    assert set(given) == parts


def test_every_path_that_changes_something_has_its_row(whole: Whole) -> None:
    changing = {path for path, methods in routes(whole.site.app) if methods - LOOKING}
    assert changing == {*FORMS, *LINKS, *OF_PROGRAMS}


# forms of those who are signed in


@pytest.mark.parametrize("path", FORMS)
def test_who_may_does_it_once(whole: Whole, path: str) -> None:
    form = FORMS[path]
    browser = enter(whole.site, form.who)
    token = browser.csrf()
    before = whole.contents()
    assert whole.send(browser, form, csrf=token) == HTTPStatus.SEE_OTHER
    after = whole.contents()
    assert after != before  # else the refusals below would prove nothing
    whole.send(browser, form, csrf=token)
    assert (whole.contents() == after) != form.adds
    assert whole.tenant.changes == []


@pytest.mark.parametrize("path", FORMS)
def test_only_a_page_of_ones_own_session_can_send_a_form(whole: Whole, path: str) -> None:
    form = FORMS[path]
    mine, other = enter(whole.site, form.who), enter(whole.site, "mallory")
    same_person = enter(whole.site, form.who)
    token = mine.csrf()
    before = whole.contents()
    for wrong in ("", "0" * 64, token[:-1], token.upper(), "\u00e9\0", "x" * 10_000):
        assert whole.send(mine, form, csrf=wrong) == HTTPStatus.FORBIDDEN
    assert whole.send(mine, form) == HTTPStatus.FORBIDDEN
    assert whole.send(mine, form, csrf=other.csrf()) == HTTPStatus.FORBIDDEN
    assert whole.send(mine, form, csrf=same_person.csrf()) == HTTPStatus.FORBIDDEN
    assert whole.send(other, form, csrf=token) == HTTPStatus.FORBIDDEN
    in_query = replace(form, path=f"{form.path}?csrf={token}")
    assert whole.send(mine, in_query) == HTTPStatus.FORBIDDEN
    assert whole.contents() == before


@pytest.mark.parametrize("path", FORMS)
def test_no_other_site_can_send_a_form(whole: Whole, path: str) -> None:
    form = FORMS[path]
    browser = enter(whole.site, form.who)
    fields = {name: value.format(**whole.names) for name, value in form.fields.items()}
    fields["csrf"] = browser.csrf()
    before = whole.contents()
    for origin in FOREIGN:
        answer = browser.client.post(
            form.path.format(**whole.names), data=fields, headers={"Origin": origin}
        )
        assert answer.status_code == HTTPStatus.FORBIDDEN, origin
    assert whole.contents() == before


@pytest.mark.parametrize("path", FORMS)
def test_nobody_changes_anything_without_a_session_that_runs(whole: Whole, path: str) -> None:
    form = FORMS[path]
    browser, stranger = enter(whole.site, form.who), whole.site.stranger()
    token, cookie = browser.csrf(), browser.client.cookies[COOKIE]
    assert browser.post("/sign-out", {"csrf": token}).status_code == HTTPStatus.SEE_OTHER
    before = whole.contents()
    assert whole.send(stranger, form) == HTTPStatus.FORBIDDEN
    assert whole.send(stranger, form, csrf=token) == HTTPStatus.FORBIDDEN
    assert whole.send(browser, form, csrf=token) == HTTPStatus.FORBIDDEN
    for kept in (cookie, cookie[:-1], cookie.swapcase(), "x" * 10_000):
        thief = whole.site.stranger()
        thief.client.cookies.set(COOKIE, kept)
        assert whole.send(thief, form, csrf=token) == HTTPStatus.FORBIDDEN
    assert whole.contents() == before


@pytest.mark.parametrize("path", [path for path, form in FORMS.items() if form.of_one])
def test_nobody_changes_what_belongs_to_somebody_else(whole: Whole, path: str) -> None:
    form = FORMS[path]
    others = [
        whole.site.visit(who, roles=roles)
        for who in ("mallory", "carol", "alice", "bob")
        for roles in ((), (IT, LEADER))
        if who != form.who
    ]
    tokens = [other.csrf() for other in others]
    before = whole.contents()
    for other, token in zip(others, tokens, strict=True):
        assert whole.send(other, form, csrf=token) in REFUSED
    assert whole.contents() == before


@pytest.mark.parametrize("path", FORMS)
def test_a_role_is_asked_for_wherever_one_is_needed(whole: Whole, path: str) -> None:
    form = FORMS[path]
    assert path.startswith("/it") == (form.role == IT)
    wrong = [roles for roles in ((), ("Staff",), (IT,), (LEADER,)) if form.role not in roles]
    browsers = [whole.site.visit("mallory", roles=roles) for roles in wrong]
    tokens = [browser.csrf() for browser in browsers]
    before = whole.contents()
    for browser, token in zip(browsers, tokens, strict=True):
        if form.role is not None:
            assert whole.send(browser, form, csrf=token) == HTTPStatus.FORBIDDEN
    assert whole.contents() == before


# links in messages


@pytest.mark.parametrize("path", LINKS)
def test_a_link_works_once(whole: Whole, path: str) -> None:
    link = LINKS[path][0].format(**whole.names)
    browser = whole.site.stranger()
    before = whole.contents()
    assert browser.post(link).status_code == HTTPStatus.OK
    after = whole.contents()
    assert after != before
    for again in (browser.post, browser.post, browser.get):
        assert again(link).status_code in {HTTPStatus.OK, HTTPStatus.METHOD_NOT_ALLOWED}
        assert whole.contents() == after
    assert whole.tenant.changes == []


@pytest.mark.parametrize("path", LINKS)
def test_a_link_that_is_not_ours_changes_nothing(whole: Whole, path: str) -> None:
    place, about = LINKS[path][0], LINKS[path][1].format(**whole.names)
    secret = whole.site.store.key("links", now=NOW)
    name = place.partition("{")[2].partition("}")[0]
    good = whole.names[name]
    body, made, signature = good.split(".")
    others = [token for key, token in whole.names.items() if key.endswith("_token") and key != name]
    wrong = {
        "cut": good[:-1],
        "another letter": good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "no signature": f"{body}.{made}",
        "made later": f"{body}.z{made[1:]}.{signature}",
        "another's": f"{others[0].split('.')[0]}.{made}.{signature}",
        "forged": Links("another key", path).token(about, NOW),
        "of another purpose": others[0],
        "of no purpose": Links(secret, "").token(about, NOW),
        "from the future": _links(name, secret).token(about, NOW + timedelta(hours=1)),
        "a number": about,
        "long": "A" * 10_000,
        "empty": "%20",
    }
    browser = enter(whole.site, "alice")  # her session does not help either
    before = whole.contents()
    for what, token in wrong.items():
        link = place.format(**{name: token})
        assert browser.post(link).status_code == HTTPStatus.NOT_FOUND, what
        assert whole.contents() == before, what


@pytest.mark.parametrize("path", LINKS)
def test_a_link_that_is_too_old_changes_nothing(whole: Whole, path: str) -> None:
    link = LINKS[path][0].format(**whole.names)
    before = whole.contents()
    for days in (91, 4000):
        whole.site.moment = replace(whole.site.moment, now=NOW + timedelta(days=days))
        assert whole.site.stranger().post(link).status_code == HTTPStatus.GONE
    assert whole.contents() == before


def _links(name: str, secret: str) -> Links:
    return nudge_links(secret) if name == "nudges_token" else send_now_links(secret)


# what programs ask for


def test_who_does_not_know_the_client_state_says_nothing_new(whole: Whole) -> None:
    browser = enter(whole.site, "ina")
    before = whole.contents()
    for state in ("", "x", CLIENT_STATE[:-1], CLIENT_STATE.upper(), None, 1):
        for told in ({"id": "new"}, {"id": "rota-bob"}):
            item = {"subscriptionId": "sub", "clientState": state, "resourceData": told}
            answer = browser.client.post("/notifications", json={"value": [item]})
            assert answer.status_code == HTTPStatus.ACCEPTED
    for body in (b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"value":[[],1,null,{}]}'):
        assert browser.client.post("/notifications", content=body).status_code < 500
    assert whole.contents() == before
    item = {"subscriptionId": "sub", "clientState": CLIENT_STATE, "resourceData": {"id": "new"}}
    browser.client.post("/notifications", json={"value": [item]})
    assert whole.contents() != before


def test_nobody_reloads_without_the_token(whole: Whole) -> None:
    browser = enter(whole.site, "ina")
    before = whole.contents()
    for shown in ("", "Bearer", "Bearer x", f"Bearer {RELOAD_TOKEN}x", f"Basic {RELOAD_TOKEN}"):
        answer = browser.client.post("/-/reload", headers={"Authorization": shown})
        assert answer.status_code == HTTPStatus.FORBIDDEN
    assert browser.post("/-/reload", {"csrf": browser.csrf()}).status_code == HTTPStatus.FORBIDDEN
    assert whole.site.reloads == 0
    assert whole.contents() == before
    right = {"Authorization": f"Bearer {RELOAD_TOKEN}"}
    assert browser.client.post("/-/reload", headers=right).status_code == HTTPStatus.OK
    assert whole.site.reloads == 1


def test_nobody_sees_metrics_without_the_token(whole: Whole) -> None:
    before = whole.contents()
    for browser in (enter(whole.site, "ina"), enter(whole.site, "lea"), whole.site.stranger()):
        for shown in ("", "Bearer", f"Bearer {METRICS_TOKEN}x", f"Bearer {RELOAD_TOKEN}"):
            answer = browser.client.get("/metrics", headers={"Authorization": shown})
            assert answer.status_code == HTTPStatus.UNAUTHORIZED
            assert "policy_agent_" not in answer.text
    right = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    answer = whole.site.stranger().client.get("/metrics", headers=right)
    assert answer.status_code == HTTPStatus.OK
    assert "policy_agent_held_messages 2.0" in answer.text
    assert [row for row in whole.contents().items() if row[0] != "sessions"] == [
        row for row in before.items() if row[0] != "sessions"
    ]
    assert whole.tenant.changes == []


# paths that show something


def test_looking_changes_nothing_anywhere(whole: Whole) -> None:
    browsers = {who: enter(whole.site, who) for who in ("bob", "ina", "lea", "mallory")}
    before = contents(whole.site.store)
    for path, place, who in paths_to_see(whole):
        for browser in (browsers[who], browsers["mallory"], whole.site.stranger()):
            status = browser.get(place).status_code
            assert status < 500, path
            assert browser.client.head(place).status_code < 500, path
        if path != "/signed-in":  # nobody has begun to sign in
            shown = browsers[who].get(place).status_code
            assert shown in {HTTPStatus.OK, HTTPStatus.SEE_OTHER, HTTPStatus.FOUND}, path
        assert contents(whole.site.store) == before, path
    assert whole.tenant.changes == []


def test_every_page_is_for_those_who_are_signed_in_but_for_the_few(whole: Whole) -> None:
    seen = set()
    for path, place, _ in paths_to_see(whole):
        answer = whole.site.stranger().get(place)
        to_sign_in = answer.headers.get("Location", "").startswith("/sign-in")
        assert to_sign_in == (path not in FOR_ANYBODY), path
        seen.add(path)
    assert seen >= FOR_ANYBODY


def test_pages_for_it_and_for_leaders_are_for_them_alone(whole: Whole) -> None:
    wrong = {
        IT: [(), ("Staff",), (LEADER,), ("it",), ("IT ",)],
        LEADER: [(), ("Staff",), (IT,), ("leader",)],
    }
    browsers = {
        role: [whole.site.visit("mallory", roles=roles) for roles in each]
        for role, each in wrong.items()
    }
    for path, place, who in paths_to_see(whole):
        role = {"ina": IT, "lea": LEADER}.get(who)
        for browser in browsers.get(role or "", ()):
            assert browser.get(place).status_code == HTTPStatus.FORBIDDEN, path


def test_no_page_may_be_kept_framed_or_run_a_script(whole: Whole) -> None:
    browsers = {who: enter(whole.site, who) for who in ("bob", "ina", "lea", "mallory")}
    for path, place, who in paths_to_see(whole):
        if path == "/health":
            continue  # figures for a program
        answer = browsers[who].get(place)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; "), path
        assert "frame-ancestors 'none'" in policy, path
        assert "script" not in policy, path
        assert "unsafe" not in policy, path
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
