"""`/send-now/TOKEN`: held mail goes out by one click of its sender, and never by looking."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from structlog.testing import capture_logs

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.links import SEND_NOW_LIFE, Links, nudge_links, send_now_links
from policy_agent.agent.send_now import send_now_url
from policy_agent.agent.watch import Watch
from policy_agent.domain.copies import CallFailure, CopyRef, MailCopy
from policy_agent.domain.holds import Asked, HeldMail, Hold, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.messages.write import Messages
from policy_agent.store.store import Store
from policy_agent.web.app import make_app
from policy_agent.web.live import Live
from policy_agent.web.send_now import SendNowPages
from tests.store.examples import SATURDAY, TUESDAY, held, record, ref

NOW = SATURDAY + timedelta(minutes=5)
ALICE = "11111111-2222-3333-4444-555555555555"
MAIL = "<rota@northshire.example>"


class MailRoom:
    """Answers with the subject of each copy, or with what the test says."""

    def __init__(self) -> None:
        self.subject = "Rota for June"
        self.answer: Callable[[CopyRef], MailCopy | CallFailure] = self._copy
        self.read_copies: list[CopyRef] = []

    def read(self, copies: Sequence[CopyRef]) -> Mapping[CopyRef, MailCopy | CallFailure]:
        self.read_copies += copies
        return {copy: self.answer(copy) for copy in copies}

    def _copy(self, copy: CopyRef) -> MailCopy:
        return MailCopy(
            ref=copy,
            folder="folder",
            internet_message_id=MAIL,
            sender="alice@northshire.example",
            recipients=(),
            received=SATURDAY,
            subject=self.subject,
            importance="normal",
            categories=(),
            is_read=False,
            is_draft=False,
            is_meeting=False,
        )


@dataclass
class Site:
    client: TestClient
    store: Store
    context: AgentContext
    mail_room: MailRoom
    now: datetime = NOW

    def hold(self, *mailboxes: str) -> HeldMail:
        """Have a copy of Alice's mail lie in the hold folder of each."""
        facts = RecordedFacts(
            sender=ALICE, sender_inside=True, recipients=tuple(mailboxes), received=SATURDAY
        )
        copies = [
            replace(held(ref(f"in {one}", one)), facts=facts, internet_message_id=MAIL)
            for one in mailboxes
        ]
        made = record(self.store, *copies)
        self.store.advance(made, HoldState.HELD, why="moved", now=SATURDAY)
        mail: HeldMail | None = self.store.held_mail(made[0].mail or 0)
        assert mail is not None
        return mail

    def path(self, mail: HeldMail) -> str:
        return send_now_url(self.context, mail, self.now)

    def holds(self, mail: HeldMail) -> Sequence[Hold]:
        return self.store.holds_of_mail(mail.id)

    def asked(self, mail: HeldMail) -> bool:
        return any(hold.asked for hold in self.holds(mail))

    def end(self, mail: HeldMail, to: HoldState) -> None:
        holds = self.holds(mail)
        if to is not HoldState.SELF_RELEASED:
            holds = self.store.advance(holds, HoldState.RELEASING, why="due", now=self.now)
        self.store.advance(holds, to, why="test", now=self.now)

    def press(self, page: Response) -> Response:
        """Press the one button of a page, as a browser without scripts does."""
        (form,) = re.findall(r'<form method="post" action="([^"]+)">', page.text)
        return self.client.post(str(page.url.join(form)))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    calendars = {"service": SimpleNamespace(zone=ZoneInfo("Europe/London"))}
    rulebook = SimpleNamespace(organisation="Northshire", calendars=calendars)
    mail_room = MailRoom()
    context = cast(
        "AgentContext",
        SimpleNamespace(
            store=store,
            mail=mail_room,
            current=SimpleNamespace(policy=SimpleNamespace(rulebook=rulebook)),
            messages=Messages(tmp_path / "own"),
            public_url="http://testserver/wellbeing",
        ),
    )
    made: list[Site] = []

    def moment() -> Moment:
        return Moment(now=made[0].now, machine=NOW)

    pages = SendNowPages(context=context, moment=moment, live=Live(patience=5.0))
    app = make_app(Watch(context), moment, dict, send_now=pages)
    with TestClient(app, root_path="/wellbeing") as client:
        made.append(Site(client=client, store=store, context=context, mail_room=mail_room))
        yield made[0]
    store.close()


def test_the_page_says_what_will_happen_and_the_button_does_it(site: Site) -> None:
    mail = site.hold("bob", "carol", "dan")
    page = site.client.get(site.path(mail))
    assert page.status_code == 200
    assert "Send your mail now?" in page.text
    assert "Rota for June" in page.text
    assert "waiting for 3 colleagues" in page.text
    assert "Tuesday 26 May 2026 at 08:30</strong> at the latest" in page.text  # London's clock
    assert not site.asked(mail)
    done = site.press(page)
    assert done.status_code == 200
    assert "Your mail is on its way" in done.text
    assert "with 3 colleagues shortly" in done.text
    assert "<form" not in done.text
    assert {(hold.asked, hold.due) for hold in site.holds(mail)} == {(Asked.SENDER, NOW)}
    last = site.store.hold_events(site.holds(mail)[0].id)[-1]
    assert (last.who, last.why) == (ALICE, "its sender asked to send it now")


def test_one_colleague_is_one(site: Site) -> None:
    page = site.client.get(site.path(site.hold("bob")))
    assert "waiting for 1 colleague." in page.text
    assert "in their inbox shortly" in page.text


def test_opening_the_link_changes_nothing_however_often(site: Site) -> None:
    mail = site.hold("bob")
    for _ in range(3):
        site.client.get(site.path(mail))
        site.client.head(site.path(mail))
    assert not site.asked(mail)
    assert site.store.held_mail(mail.id) == mail


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_used_link_says_so_and_does_nothing_more(site: Site, how: str) -> None:
    mail = site.hold("bob")
    path = site.path(mail)
    site.client.post(path)
    events = site.store.hold_events(site.holds(mail)[0].id)
    for when in (NOW, TUESDAY + timedelta(days=1)):
        site.now = when
        again = getattr(site.client, how)(path)
        assert again.status_code == 200
        assert "You asked for this already" in again.text
        assert "<form" not in again.text
    assert site.store.hold_events(site.holds(mail)[0].id) == events


@pytest.mark.parametrize("how", ["get", "post"])
def test_what_has_arrived_already_says_so(site: Site, how: str) -> None:
    mail = site.hold("bob")
    site.end(mail, HoldState.RELEASED)
    answer = getattr(site.client, how)(site.path(mail))
    assert answer.status_code == 200
    assert "Your mail has arrived" in answer.text
    assert "<form" not in answer.text
    assert site.store.held_mail(mail.id) == mail


@pytest.mark.parametrize("how", ["get", "post"])
def test_what_a_recipient_did_looks_like_mail_that_waits(site: Site, how: str) -> None:
    mail = site.hold("bob", "carol")
    before = getattr(site.client, how)(site.path(mail)) if how == "get" else None
    bobs, carols = site.holds(mail)
    site.store.advance([bobs], HoldState.SELF_RELEASED, why="they moved it", now=NOW)
    site.store.ask_release([carols.id], asked=Asked.RECIPIENT, who="carol", now=NOW)
    after = getattr(site.client, how)(site.path(mail))
    assert after.status_code == 200
    assert "2 colleagues" in after.text
    if before is not None:
        without_token = [re.sub(r'action="[^"]+"', "", page.text) for page in (before, after)]
        assert without_token[0].replace("Rota for June", "") == without_token[1].replace(
            "Rota for June", ""
        )


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_link_is_old_once_the_promised_time_is_over(site: Site, how: str) -> None:
    mail = site.hold("bob")
    path = site.path(mail)
    site.now = TUESDAY
    assert site.client.get(path).status_code == 200
    site.now = TUESDAY + timedelta(seconds=1)
    answer = getattr(site.client, how)(path)
    assert answer.status_code == 410
    assert "was to arrive on Tuesday 26 May 2026 at 08:30 at the latest" in answer.text
    assert "<form" not in answer.text
    assert not site.asked(mail)


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_link_is_old_after_a_fortnight(site: Site, how: str) -> None:
    mail = site.hold("bob")
    path = site.path(mail)
    site.now = NOW + SEND_NOW_LIFE + timedelta(seconds=1)
    answer = getattr(site.client, how)(path)
    assert answer.status_code == 410
    assert "This link is too old" in answer.text
    assert not site.asked(mail)


def test_a_link_of_a_mail_that_was_erased_is_old(site: Site) -> None:
    erased = replace(site.hold("bob"), id=4711)
    for how in (site.client.get, site.client.post):
        assert how(site.path(erased)).status_code == 410


def wrong_tokens() -> list[str]:
    good = send_now_links("k" * 43).token("1", NOW)
    return [good, good[:-1], "x", "a.b.c", "1", "%00", "%F0%9F%98%80", "A" * 10_000, "<script>"]


@pytest.mark.parametrize("token", wrong_tokens())
@pytest.mark.parametrize("how", ["get", "post"])
def test_a_wrong_link_helps_and_does_nothing(site: Site, token: str, how: str) -> None:
    mail = site.hold("bob")
    answer = getattr(site.client, how)(f"http://testserver/wellbeing/send-now/{token}")
    assert answer.status_code == 404
    assert "A part of the link may be missing" in answer.text
    assert "<form" not in answer.text
    assert "script" not in answer.text
    assert not site.asked(mail)


def test_a_link_for_another_purpose_or_from_the_future_is_wrong(site: Site) -> None:
    mail = site.hold("bob")
    secret = site.store.key("links", now=NOW)
    for token in (
        nudge_links(secret).token(str(mail.id), NOW),
        Links(secret, "release").token(str(mail.id), NOW),
        send_now_links(secret).token(str(mail.id), NOW + timedelta(hours=1)),
    ):
        answer = site.client.post(f"http://testserver/wellbeing/send-now/{token}")
        assert answer.status_code == 404
    assert not site.asked(mail)


def test_a_link_is_only_for_the_mail_that_it_was_made_for(site: Site) -> None:
    mine = site.hold("bob")
    facts = RecordedFacts(
        sender="somebody else", sender_inside=True, recipients=("dan",), received=SATURDAY
    )
    one = replace(held(ref("theirs", "dan")), facts=facts, internet_message_id=MAIL)
    (theirs,) = record(site.store, one)
    site.client.post(site.path(mine))
    assert site.asked(mine)
    assert [hold.asked for hold in site.store.holds_numbered([theirs.id])] == [None]


def test_hostile_subjects_are_shown_harmlessly(site: Site) -> None:
    mail = site.hold("bob")
    site.mail_room.subject = '<script>alert("1")</script>\u202egnp.exe\r\nX: y' + "A" * 10_000
    page = site.client.get(site.path(mail))
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "\u202e" not in page.text
    assert "A" * 200 not in page.text


def gone(_: CopyRef) -> CallFailure:
    return CallFailure(kind="gone", what="read")


def broken(_: CopyRef) -> CallFailure:
    raise ConnectionError("the service cannot be reached")


@pytest.mark.parametrize("answer", [gone, broken])
def test_the_page_does_without_a_subject_that_cannot_be_read(
    site: Site, answer: Callable[[CopyRef], CallFailure]
) -> None:
    mail = site.hold("bob")
    site.mail_room.answer = answer
    page = site.client.get(site.path(mail))
    assert page.status_code == 200
    assert "waiting for 1 colleague" in page.text
    assert "Your mail:" not in page.text
    assert site.press(page).status_code == 200
    assert site.asked(mail)


def test_a_copy_of_another_mail_gives_no_subject_away(site: Site) -> None:
    mail = site.hold("bob")
    room = MailRoom()
    site.mail_room.answer = lambda copy: replace(
        cast("MailCopy", room.answer(copy)), internet_message_id="<other@northshire.example>"
    )
    assert "Rota for June" not in site.client.get(site.path(mail)).text


def test_few_copies_are_read_and_only_those_that_lie_in_a_hold_folder(site: Site) -> None:
    mail = site.hold("a", "b", "c", "d", "e")
    first, *rest = site.holds(mail)
    site.store.advance([first], HoldState.SELF_RELEASED, why="they moved it", now=NOW)
    site.client.get(site.path(mail))
    assert site.mail_room.read_copies == [hold.copy for hold in rest[:3]]


def test_nobody_is_named_in_a_log_line(site: Site) -> None:
    mail = site.hold("bob")
    with capture_logs() as logs:
        site.press(site.client.get(site.path(mail)))
    assert logs == [{"event": "mail_sent_now", "log_level": "info", "mail": mail.id, "copies": 1}]


def test_pages_load_nothing_and_are_kept_nowhere(site: Site) -> None:
    path = site.path(site.hold("bob"))
    for page in (site.client.get(path), site.client.post(path), site.client.get(path + "x")):
        assert page.headers["content-security-policy"].startswith(
            "default-src 'none'; style-src 's"
        )
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
        for loads in ("src=", "<script", "<link", "style=", "url("):
            assert loads not in page.text


def test_other_ways_to_ask_are_none(site: Site) -> None:
    mail = site.hold("bob")
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert site.client.request(method, site.path(mail)).status_code == 405
    assert not site.asked(mail)


def test_while_the_store_is_away_the_person_is_asked_to_come_back(
    site: Site, tmp_path: Path
) -> None:
    path = site.path(site.hold("bob"))
    site.store.close()
    for file in tmp_path.glob("store.db*"):
        file.unlink()
    (tmp_path / "store.db").write_text("this is no database any more" * 1000)
    answer = site.client.post(path)
    assert answer.status_code == 503
    assert "in a few minutes" in answer.text


def test_what_comes_late_or_not_at_all_is_done_without() -> None:
    released = threading.Event()
    assert Live(patience=0.01).ask(lambda: released.wait(30), otherwise=False) is False
    released.set()
    assert Live().ask(lambda: "there", "not there") == "there"


def test_at_most_a_few_wait_for_the_tenant_at_a_time() -> None:
    released = threading.Event()
    live = Live(patience=0.01, at_a_time=2)
    for _ in range(2):
        assert live.ask(lambda: released.wait(30), otherwise=False) is False
    assert live.ask(lambda: True, otherwise=False) is False  # both places are taken
    released.set()
