"""`/nudges/TOKEN`: off and on by one click, only by the person's own link, and never by looking."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from structlog.testing import capture_logs

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.links import LIFE, Links, nudge_links
from policy_agent.agent.watch import Watch
from policy_agent.messages.write import Messages
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.nudges import NudgePages

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ANN = "11111111-2222-3333-4444-555555555555"


@dataclass
class Site:
    client: TestClient
    store: Store
    now: datetime = NOW

    @property
    def token(self) -> str:
        return nudge_links(self.store.key("links", now=NOW)).token(ANN, NOW)

    @property
    def off(self) -> bool:
        return ANN in self.store.without_etiquette_nudges([ANN])

    def press(self, page: Response) -> Response:
        """Press the one button of a page, as a browser without scripts does."""
        (form,) = re.findall(r'<form method="post" action="([^"]+)">', page.text)
        return self.client.post(str(page.url.join(form)))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    policy = SimpleNamespace(rulebook=SimpleNamespace(organisation="Northshire"))
    context = cast(
        "AgentContext",
        SimpleNamespace(
            store=store, current=SimpleNamespace(policy=policy), messages=Messages(tmp_path / "own")
        ),
    )
    made: list[Site] = []

    def moment() -> Moment:
        return Moment(now=made[0].now, machine=NOW)

    pages = NudgePages(context=context, moment=moment)
    app = make_app(Watch(context), moment, dict, None, pages)
    with TestClient(app) as client:
        made.append(Site(client=client, store=store))
        yield made[0]
    store.close()


def test_one_click_turns_them_off_and_one_more_turns_them_on_again(site: Site) -> None:
    page = site.client.get(f"/nudges/{site.token}")
    assert page.status_code == 200
    assert "we will stop sending you notes about" in page.text
    assert not site.off
    done = site.press(page)
    assert done.status_code == 200
    assert "Friendly notes are off" in done.text
    assert site.off
    again = site.press(done)
    assert "Friendly notes are on" in again.text
    assert not site.off
    site.press(again)
    assert site.off


def test_opening_the_link_changes_nothing_and_shows_how_it_is(site: Site) -> None:
    for _ in range(3):
        site.client.get(f"/nudges/{site.token}")
        site.client.head(f"/nudges/{site.token}")
    assert not site.off
    site.store.set_etiquette_nudges(ANN, on=False, now=NOW)
    page = site.client.get(f"/nudges/{site.token}")
    assert "Turn notes on again" in page.text
    assert site.off


def test_a_button_that_is_pressed_twice_is_pressed_once(site: Site) -> None:
    for _ in range(2):
        assert site.client.post(f"/nudges/{site.token}/off").status_code == 200
    assert site.off


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_link_that_is_too_old_says_so_and_does_nothing(site: Site, how: str) -> None:
    token = site.token
    site.now = NOW + LIFE + timedelta(seconds=1)
    path = f"/nudges/{token}" if how == "get" else f"/nudges/{token}/off"
    answer = getattr(site.client, how)(path)
    assert answer.status_code == 410
    assert "newest message" in answer.text
    assert "<form" not in answer.text
    assert not site.off


def test_a_link_works_until_its_last_moment(site: Site) -> None:
    token = site.token
    site.now = NOW + LIFE
    assert site.client.post(f"/nudges/{token}/off").status_code == 200
    assert site.off


def wrong_tokens() -> list[str]:
    good = nudge_links("k" * 43).token(ANN, NOW)
    return [
        good,  # signed with another key
        good[:-1],
        "x",
        "a.b.c",
        ANN,
        "%00",
        "%F0%9F%98%80",
        "A" * 10_000,
        "<script>",
    ]


@pytest.mark.parametrize("token", wrong_tokens())
@pytest.mark.parametrize("how", ["get", "post"])
def test_a_wrong_link_helps_and_does_nothing(site: Site, token: str, how: str) -> None:
    path = f"/nudges/{token}" if how == "get" else f"/nudges/{token}/off"
    answer = getattr(site.client, how)(path)
    assert answer.status_code == 404
    assert "A part of the link may be missing" in answer.text
    assert "<form" not in answer.text
    assert "script" not in answer.text
    assert not site.off


def test_a_link_for_another_purpose_or_from_the_future_is_wrong(site: Site) -> None:
    secret = site.store.key("links", now=NOW)
    other = Links(secret, "release").token(ANN, NOW)
    future = nudge_links(secret).token(ANN, NOW + timedelta(hours=1))
    for token in (other, future):
        assert site.client.get(f"/nudges/{token}").status_code == 404


def test_a_link_is_only_for_whom_it_was_made(site: Site) -> None:
    site.client.post(f"/nudges/{site.token}/off")
    assert site.store.without_etiquette_nudges([ANN, "somebody else"]) == {ANN}


def test_another_choice_than_the_two_is_none(site: Site) -> None:
    assert site.client.post(f"/nudges/{site.token}/never").status_code == 422
    assert site.client.post(f"/nudges/{site.token}").status_code == 405
    assert not site.off


def test_every_page_may_show_its_own_style_and_load_nothing(site: Site) -> None:
    token = site.token
    pages = [
        site.client.get(f"/nudges/{token}"),
        site.client.post(f"/nudges/{token}/off"),
        site.client.get("/nudges/wrong"),
    ]
    for page in pages:
        (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert page.headers["content-security-policy"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in page.headers["x-robots-tag"]
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "set-cookie" not in page.headers
        for loads in ("src=", "<script", "<link", "style=", "@import", "url("):
            assert loads not in page.text


def test_nobody_is_named_on_a_page_or_in_a_log_line(site: Site) -> None:
    with capture_logs() as logs:
        page = site.client.post(f"/nudges/{site.token}/off")
    assert ANN not in page.text
    assert ANN not in repr(logs)


def test_the_browsers_language_is_spoken_where_there_is_a_text_for_it(
    site: Site, tmp_path: Path
) -> None:
    own = tmp_path / "own" / "cy"
    own.mkdir(parents=True)
    (own / "link_page.html").write_text("<title>Welsh</title>")
    welsh = site.client.get("/nudges/x", headers={"Accept-Language": "cy-GB, en;q=0.5"})
    english = site.client.get("/nudges/x", headers={"Accept-Language": "en-GB, cy;q=0.5"})
    assert (welsh.text, "This link does not work" in english.text) == ("<title>Welsh</title>", True)


def test_while_the_store_is_away_the_person_is_asked_to_come_back(
    site: Site, tmp_path: Path
) -> None:
    token = site.token
    site.store.close()
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    (tmp_path / "store.db").write_text("this is no database any more" * 1000)
    answer = site.client.post(f"/nudges/{token}/off")
    assert answer.status_code == 503
    assert "in a few minutes" in answer.text
