"""A sender sends held mail now, by a link or by a category: everywhere at once, and once."""

import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from policy_agent import daemon as module
from policy_agent.agent.context import Moment
from policy_agent.agent.links import SEND_NOW_LIFE, send_now_links
from policy_agent.agent.send_now import (
    SentNow,
    WaitingMail,
    send_categorised,
    send_now,
    send_now_url,
    waiting_mail,
)
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import Asked, HeldMail, HoldState
from policy_agent.wiring import build
from tests.agent.test_the_daemon_starts import GOOD, settings, stop, until
from tests.agent.world import ALICE, BOB, CAROL, CATEGORY, HOLD_FOLDER, LATER, TUESDAY, World


class KilledError(Exception):
    """Stands for SIGKILL between two steps."""


def killed(*_: object, **__: object) -> Any:
    raise KilledError


def held(world: World, *to: str, **more: Any) -> tuple[HeldMail, dict[str, CopyRef]]:
    copies = world.deliver(ALICE, *to, **more)
    world.notified(*copies.values())
    return mail_of(world, copies[to[0]]), copies


def mail_of(world: World, copy: CopyRef) -> HeldMail:
    hold = world.hold(copy)
    assert hold is not None
    found: HeldMail | None = world.store.held_mail(hold.mail)
    assert found is not None
    return found


def states(world: World, copies: dict[str, CopyRef]) -> list[HoldState]:
    holds = [world.hold(copy) for copy in copies.values()]
    return [hold.state for hold in holds if hold is not None]


def folders(world: World, copies: dict[str, CopyRef]) -> set[str]:
    return {world.folder(address, copy) for address, copy in copies.items()}


def press(world: World, mail: HeldMail) -> SentNow:
    return send_now(world.context, mail.id, mail.sender, world.now)


def seen(world: World, mail: HeldMail) -> WaitingMail:
    found = waiting_mail(world.context, mail.id)
    assert found is not None
    return found


def act(world: World, address: str, action: str, copy: CopyRef, **more: str) -> None:
    body = {"address": address, "action": action, "message": copy.message, **more}
    world.tenant.control.post("/act", json=body).raise_for_status()


def sent(world: World, mail: HeldMail) -> str:
    """Return the path of the sender's own copy."""
    wanted = {"$filter": f"internetMessageId eq '{mail.internet_message_id}'"}
    with world.tenant.client() as client:
        answer = client.get(f"/users/{ALICE}/mailFolders/sentitems/messages", params=wanted)
        (copy,) = answer.raise_for_status().json()["value"]
    return f"/users/{ALICE}/messages/{copy['id']}"


def categorise(world: World, mail: HeldMail, *names: str) -> None:
    """Let Alice give her sent mail these categories, from any client."""
    with world.tenant.client() as client:
        client.patch(sent(world, mail), json={"categories": list(names)}).raise_for_status()


def categorised(world: World) -> int:
    return send_categorised(world.context, world.moment)


def test_every_copy_is_back_at_the_next_tick_and_ends_as_sent_now(world: World) -> None:
    mail, copies = held(world, BOB, CAROL)
    assert press(world, mail) is SentNow.DONE
    assert folders(world, copies) == {HOLD_FOLDER}  # nobody waited for the service
    world.tick()
    assert states(world, copies) == [HoldState.SENT_NOW] * 2
    for address, copy in copies.items():
        back = world.copy(address, copy)
        assert (back["folder"], back["categories"], back["is_read"]) == ("Inbox", [CATEGORY], False)
    hold = world.hold(copies[BOB])
    assert hold is not None
    story = [(event.to_state, event.who) for event in world.store.hold_events(hold.id)]
    assert story == [
        (HoldState.PLANNED, None),
        (HoldState.HELD, None),
        (HoldState.HELD, mail.sender),
        (HoldState.RELEASING, None),
        (HoldState.SENT_NOW, None),
    ]


def test_pressing_again_does_nothing_more(world: World) -> None:
    mail, copies = held(world, BOB)
    assert press(world, mail) is SentNow.DONE
    assert press(world, mail) is SentNow.ASKED
    world.tick()
    assert press(world, mail) is SentNow.ASKED
    world.tick()
    assert folders(world, copies) == {"Inbox"}


def test_what_is_not_there_can_not_be_sent(world: World) -> None:
    assert send_now(world.context, 4711, "alice", world.now) is SentNow.NOTHING


def test_what_was_released_by_itself_has_arrived(world: World) -> None:
    mail, _ = held(world, BOB)
    world.travel(LATER)
    world.tick()
    assert press(world, mail) is SentNow.ARRIVED
    assert seen(world, mail).colleagues == 0


@pytest.mark.parametrize("asked", [Asked.RECIPIENT, Asked.IT])
def test_what_others_asked_for_is_released_and_not_sent_now(world: World, asked: Asked) -> None:
    _, copies = held(world, BOB)
    hold = world.hold(copies[BOB])
    assert hold is not None
    world.store.ask_release([hold.id], asked=asked, who="kim", now=world.now)
    world.tick()
    assert states(world, copies) == [HoldState.RELEASED]
    assert folders(world, copies) == {"Inbox"}


def test_a_copy_that_was_planned_and_not_moved_yet_stays_delivered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies = world.deliver(ALICE, BOB)
    with monkeypatch.context() as patched:
        patched.setattr(world.context.mail, "move", killed)
        with pytest.raises(KilledError):
            world.notified(*copies.values())
    assert press(world, mail_of(world, copies[BOB])) is SentNow.DONE
    world.restart()
    world.tick()
    assert states(world, copies) == [HoldState.ABANDONED]
    assert folders(world, copies) == {"Inbox"}


def test_a_copy_that_is_judged_after_its_sender_asked_is_never_moved(world: World) -> None:
    copies = world.deliver(ALICE, BOB, CAROL)
    world.notified(copies[BOB])
    press(world, mail_of(world, copies[BOB]))
    world.notified(copies[CAROL])
    world.tick()
    assert states(world, copies) == [HoldState.SENT_NOW, HoldState.ABANDONED]
    assert folders(world, copies) == {"Inbox"}
    late = world.copy(CAROL, copies[CAROL])
    assert late["categories"] == []


@pytest.mark.parametrize(
    ("port", "step"), [("mail", "mark"), ("mail", "move"), ("store", "advance")]
)
def test_a_kill_between_asking_and_arriving_is_put_right_at_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch, port: str, step: str
) -> None:
    mail, copies = held(world, BOB, CAROL)
    press(world, mail)
    with monkeypatch.context() as patched:
        patched.setattr(getattr(world.context, port), step, killed)
        with pytest.raises(KilledError):
            world.tick()
    assert states(world, copies) == [HoldState.RELEASING] * 2
    world.restart()
    world.tick()
    assert states(world, copies) == [HoldState.SENT_NOW] * 2
    assert folders(world, copies) == {"Inbox"}


def test_its_sender_is_never_told_what_a_recipient_did(world: World) -> None:
    mail, copies = held(world, BOB, CAROL)
    before = seen(world, mail)
    assert (before.colleagues, before.arrives) == (2, TUESDAY)
    act(world, BOB, "move", copies[BOB], folder="archive")
    hold = world.hold(copies[CAROL])
    assert hold is not None
    world.store.ask_release([hold.id], asked=Asked.RECIPIENT, who="carol", now=world.now)
    world.tick()
    held_bobs = world.hold(copies[BOB])
    assert held_bobs is not None
    world.store.advance(
        [held_bobs], HoldState.SELF_RELEASED, why="the person moved it", now=world.now
    )
    after = seen(world, mail)
    assert (after.colleagues, after.arrives) == (2, TUESDAY)
    assert press(world, mail) is SentNow.DONE
    world.tick()
    assert states(world, copies) == [HoldState.SELF_RELEASED, HoldState.RELEASED]
    assert world.folder(BOB, copies[BOB]) == "Archive"


def test_the_link_names_the_mail_and_ends_after_a_fortnight(world: World) -> None:
    mail, _ = held(world, BOB)
    url = send_now_url(world.context, mail, world.now)
    start, _, token = url.rpartition("/")
    assert start == "https://localhost/send-now"
    links = send_now_links(world.store.key("links", now=world.now))
    end = world.now.replace(microsecond=0) + SEND_NOW_LIFE
    assert links.about(token, end) == ("good", str(mail.id))
    assert links.about(token, end + timedelta(seconds=1))[0] == "old"


def test_the_category_on_the_sent_mail_does_the_same(world: World) -> None:
    mail, copies = held(world, BOB, CAROL)
    other, others = held(world, BOB)
    assert categorised(world) == 0
    categorise(world, other, "Green", "send NOW ")
    assert categorised(world) == 1
    world.tick()
    assert states(world, others) == [HoldState.SENT_NOW]
    assert states(world, copies) == [HoldState.HELD] * 2
    hold = world.hold(others[BOB])
    assert hold is not None
    (event,) = [one for one in world.store.hold_events(hold.id) if one.who is not None]
    assert (event.who, "category" in event.why) == (other.sender, True)
    assert press(world, other) is SentNow.ASKED
    assert press(world, mail) is SentNow.DONE
    assert categorised(world) == 0


def test_another_category_can_be_chosen_and_then_ours_is_none(world: World) -> None:
    object.__setattr__(world.context, "send_now_category", "Dringend")
    mail, _ = held(world, BOB)
    categorise(world, mail, "Send now")
    assert categorised(world) == 0
    categorise(world, mail, "dringend")
    assert categorised(world) == 1


def test_sent_items_that_cannot_be_asked_are_asked_again(world: World) -> None:
    mail, copies = held(world, BOB)
    categorise(world, mail, "Send now")
    world.tenant.faults(denied=[ALICE])
    assert categorised(world) == 0
    world.tenant.control.delete("/faults").raise_for_status()
    assert categorised(world) == 1
    world.tick()
    assert states(world, copies) == [HoldState.SENT_NOW]


def test_sent_mail_that_was_filed_elsewhere_says_nothing(world: World) -> None:
    mail, copies = held(world, BOB)
    categorise(world, mail, "Send now")
    with world.tenant.client() as client:
        path = f"{sent(world, mail)}/move"
        client.post(path, json={"destinationId": "archive"}).raise_for_status()
    assert categorised(world) == 0
    assert states(world, copies) == [HoldState.HELD]


def test_looking_for_the_category_goes_through_all_mails_and_can_be_ended(world: World) -> None:
    last = [held(world, BOB)[0] for _ in range(3)][-1]
    categorise(world, last, "Send now")
    object.__setattr__(world.context, "batch", 2)
    going = iter([True, False])
    first_page = send_categorised(world.context, world.moment, lambda: next(going))
    assert first_page == 0
    assert categorised(world) == 1


def test_a_kill_after_asking_by_category_asks_no_second_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, copies = held(world, BOB)
    categorise(world, mail, "Send now")
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "ask_mail", killed)
        with pytest.raises(KilledError):
            categorised(world)
    assert mail_of(world, copies[BOB]).sent_now is None
    world.restart()
    assert categorised(world) == 1
    asked = mail_of(world, copies[BOB]).sent_now
    assert categorised(world) == 0
    later = Moment(now=world.now + timedelta(hours=1), machine=world.machine)
    assert send_categorised(world.context, later) == 0
    assert mail_of(world, copies[BOB]).sent_now == asked
    assert mail.sent_now is None


def test_the_daemon_looks_for_the_category_by_itself_and_serves_the_page(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, copies = held(world, BOB)
    categorise(world, mail, "Send now")
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    often = settings(world, tmp_path, GOOD).model_copy(
        update={"upkeep_every": timedelta(seconds=0.1)}
    )
    pages: list[int] = []
    with build(often) as daemon:
        server = daemon._server()  # noqa: SLF001  the one it serves with

        def wait_then_stop() -> None:
            until(lambda: states(world, copies) == [HoldState.SENT_NOW])
            app = cast("FastAPI", server.config.app)
            pages.append(TestClient(app).get("/send-now/x").status_code)
            stop(daemon)

        monkeypatch.setattr(module, "adopt", lambda _: None)
        waiting = threading.Thread(target=wait_then_stop)
        waiting.start()
        daemon.run()
        waiting.join()
    assert states(world, copies) == [HoldState.SENT_NOW]
    assert folders(world, copies) == {"Inbox"}
    assert pages == [404]
