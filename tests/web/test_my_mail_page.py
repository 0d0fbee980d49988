"""My mail: what waits for me and from me, and nothing of what others do."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.domain.holds import Asked, Hold, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.shown import ShownMail
from policy_agent.graph.auth import SignInProblem
from policy_agent.store.store import Store
from tests.store.examples import MACHINE, SATURDAY, JudgedCopy, held, record, ref
from tests.web.signed_in import ORIGIN, Browser, Site

FOLDER = "in-the-hold-folder"
HOSTILE = "<script>alert(1)</script>\u202e" + "x" * 10_000


@dataclass
class Mail:
    """Shows what a test says; keeps whose mail was asked for."""

    changed: dict[CopyRef, dict[str, Any]] = field(default_factory=dict)
    trouble: Exception | None = None
    asked: list[CopyRef] = field(default_factory=list)

    def show(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, ShownMail | CallFailure]:
        self.asked += copies
        if self.trouble is not None:
            raise self.trouble
        return {one: self._shown(one) for one in copies}

    def _shown(self, copy: CopyRef) -> ShownMail | CallFailure:
        mail = ShownMail(
            ref=copy,
            subject=f"Subject of {copy.message}",
            sender_name="Alice Adams",
            sender_address="alice@northshire.example",
            importance="normal",
            received=SATURDAY,
            is_read=False,
            folder=FOLDER,
            web_link=f"https://outlook.example/{len(copy.message)}",
            to_count=1,
        )
        return replace(mail, **self.changed.get(copy, {}))


@pytest.fixture
def mail() -> Mail:
    return Mail()


@pytest.fixture
def site(tmp_path: Path, mail: Mail) -> Iterator[Site]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        rule = SimpleNamespace(name="weekend-email", because="Nobody should feel on call")
        rulebook = SimpleNamespace(organisation="Northshire", calendars={}, mail_rules=(rule,))
        context = SimpleNamespace(
            store=store,
            mail=mail,
            current=SimpleNamespace(policy=SimpleNamespace(rulebook=rulebook)),
            public_url=ORIGIN,
            hold_folder="Arriving next working day",
            send_now_category="Send now",
        )
        store.add_hold_folders({"bob": FOLDER})
        yield Site(
            context=cast("AgentContext", context),
            store=store,
            moment=Moment(now=SATURDAY, machine=MACHINE),
        )


def copy_of(mail: str, mailbox: str = "bob", sender: str = "alice") -> JudgedCopy:
    facts = RecordedFacts(
        sender=sender, sender_inside=True, recipients=(mailbox,), received=SATURDAY
    )
    one = held(ref(f"{mail}-{mailbox}", mailbox))
    return replace(one, facts=facts, internet_message_id=f"<{mail}@northshire.example>")


def hold_of(site: Site, *judged: JudgedCopy) -> tuple[Hold, ...]:
    made = record(site.store, *judged)
    return tuple(site.store.advance(made, HoldState.HELD, why="moved", now=SATURDAY))


def state(site: Site, hold: Hold) -> tuple[HoldState, Asked | None]:
    (found,) = site.store.holds_numbered([hold.id])
    return found.state, found.asked


def press(browser: Browser, path: str) -> str:
    """Press a button of the page, and return the page that follows."""
    answer = browser.post(path, {"csrf": browser.csrf("/my-mail")})
    assert answer.status_code == 303, answer.text
    return browser.get(answer.headers["Location"]).text


def test_a_recipient_sees_what_waits_and_gets_it_now(site: Site) -> None:
    (hold,) = hold_of(site, copy_of("rota"))
    bob = site.visit("bob")
    page = bob.get("/my-mail").text
    assert "Subject of rota-bob" in page
    assert "From Alice Adams" in page
    assert "It arrives on Tuesday 26 May 2026 at 08:30." in page
    after = press(bob, f"/my-mail/holds/{hold.id}/release")
    assert "You asked for your mail" in after
    assert "It is on its way to your Inbox." in after
    assert state(site, hold) == (HoldState.HELD, Asked.RECIPIENT)
    assert site.store.hold_events(hold.id)[-1].who == "bob"


def test_a_sender_sends_for_all_at_once_and_never_sees_what_others_did(site: Site) -> None:
    first, second = hold_of(site, copy_of("rota"), copy_of("rota", "carol"))
    site.store.advance([second], HoldState.SELF_RELEASED, why="opened", now=SATURDAY)
    alice = site.visit("alice")
    page = alice.get("/my-mail").text
    assert "It waits for 2 colleagues and arrives on Tuesday 26 May 2026 at 08:30" in page
    assert "Nobody should feel on call." in page
    assert "opened" not in page
    after = press(alice, f"/my-mail/mails/{first.mail}/send-now")
    assert "Your mail is on its way" in after
    assert "you sent it now" in after
    assert state(site, first) == (HoldState.HELD, Asked.SENDER)
    again = press(alice, f"/my-mail/mails/{first.mail}/send-now")
    assert "Your mail is on its way" in again
    assert len([e for e in site.store.hold_events(first.id) if e.who == "alice"]) == 1


@pytest.mark.parametrize("kind", ["release", "send-now"])
def test_nobody_can_release_what_is_not_theirs(site: Site, kind: str) -> None:
    (hold,) = hold_of(site, copy_of("rota"))
    paths = {
        "release": f"/my-mail/holds/{hold.id}/release",
        "send-now": f"/my-mail/mails/{hold.mail}/send-now",
    }
    owner = {"release": "bob", "send-now": "alice"}[kind]
    stranger = site.visit("mallory", roles=["IT", "Leader"])
    refused = stranger.post(paths[kind], {"csrf": stranger.csrf("/my-mail")})
    assert refused.status_code == 404
    mine = site.visit(owner)
    for form in ({}, {"csrf": "0" * 64}, {"csrf": stranger.csrf("/my-mail")}):
        assert mine.post(paths[kind], form).status_code == 403
    assert site.stranger().post(paths[kind], {}).status_code == 403
    assert state(site, hold) == (HoldState.HELD, None)


def test_whose_mail_it_is_alone_is_asked_for(site: Site, mail: Mail) -> None:
    hold_of(site, copy_of("rota"), copy_of("rota", "carol"), copy_of("other", "dan", "erin"))
    assert "Subject" not in site.visit("mallory", roles=["IT", "Leader"]).get("/my-mail").text
    assert mail.asked == []
    site.visit("bob").get("/my-mail")
    assert {one.mailbox for one in mail.asked} == {"bob"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"is_read": True}, "You have opened it: it is yours now, and stays in the folder"),
        ({"folder": "elsewhere"}, "You have moved it: it is yours now"),
    ],
)
def test_what_they_took_is_theirs_and_the_page_says_so(
    site: Site, mail: Mail, changed: dict[str, Any], said: str
) -> None:
    (hold,) = hold_of(site, copy_of("rota"))
    mail.changed[hold.copy] = changed
    page = site.visit("bob").get("/my-mail").text
    assert said in page
    assert "Get it now" not in page


def test_what_was_left_to_them_is_listed_with_what_they_did(site: Site) -> None:
    first, second = hold_of(site, copy_of("a"), copy_of("b"))
    ended = HoldState.SELF_RELEASED
    site.store.advance([first], ended, why="the person opened it", now=SATURDAY)
    site.store.advance([second], ended, why="the person moved or deleted it", now=SATURDAY)
    page = site.visit("bob").get("/my-mail").text
    assert "you opened it by Saturday 23 May 2026" in page
    assert "so it stays in the folder “Arriving next working day”, as you left it." in page
    assert "you moved or deleted it by" in page


def test_without_the_service_the_page_shows_the_rest_and_its_buttons(
    site: Site, mail: Mail
) -> None:
    hold_of(site, copy_of("rota"))
    mail.trouble = SignInProblem("down", passing=True)
    page = site.visit("bob").get("/my-mail")
    assert page.status_code == 200
    assert "We cannot show the subject just now" in page.text
    assert "Get it now" in page.text


def test_hostile_words_are_shown_harmlessly(site: Site, mail: Mail) -> None:
    (hold,) = hold_of(site, copy_of("rota"))
    mail.changed[hold.copy] = {
        "subject": HOSTILE,
        "sender_name": HOSTILE,
        "web_link": "https://outlook.example/?a=1\"onmouseover='x'",
    }
    for who in ("bob", "alice"):
        page = site.visit(who).get("/my-mail").text
        assert "<script" not in page
        assert "\u202e" not in page
        assert len(page) < 20_000
        assert '"onmouseover' not in page


def test_long_lists_come_a_page_at_a_time(site: Site) -> None:
    hold_of(site, *(copy_of(f"m{n:02}") for n in range(45)))
    bob, alice = site.visit("bob"), site.visit("alice")
    for browser, name, count in ((bob, "Get it now", 20), (alice, "Send it now<", 20)):
        page = browser.get("/my-mail").text
        assert page.count(name) == count
        assert ("after=" in page) or ("before=" in page)
    last = bob.get("/my-mail?after=40").text
    assert last.count("Get it now") == 5


def test_nothing_waits_is_said_plainly(site: Site) -> None:
    page = site.visit("bob").get("/my-mail").text
    assert "No mail waits for you." in page
    assert "No mail of yours waits." in page


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "before=99999999999999999999", "done=<b>"]
)
def test_a_made_up_query_breaks_nothing(site: Site, query: str) -> None:
    assert site.visit("bob").get(f"/my-mail?{query}").status_code in {200, 422}


def test_a_promise_that_is_over_is_not_asked_for_again(site: Site) -> None:
    (hold,) = hold_of(site, copy_of("rota"))
    released = site.store.ask_release([hold.id], asked=Asked.IT, who="sam", now=SATURDAY)
    (going,) = site.store.claim_due(
        "w", limit=1, now=SATURDAY, machine=MACHINE, lease=timedelta(minutes=5)
    )
    site.store.advance([going], HoldState.RELEASED, why="moved back", now=SATURDAY)
    assert released
    bob = site.visit("bob")
    answer = bob.post(f"/my-mail/holds/{hold.id}/release", {"csrf": bob.csrf("/my-mail")})
    assert answer.headers["Location"] == "/my-mail?done=release"
