"""Whatever breaks, mail flows: no copy stays in the hold folder for any of these."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from policy_agent.agent.release import release_due
from policy_agent.agent.watch import work_off
from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.domain.holds import HoldState
from tests.agent.world import ALICE, BOB, CAROL, HOLD_FOLDER, LATER, World


def failing(kind: Any) -> CallFailure:
    return CallFailure(kind=kind, what="a test's own")


def state(world: World, copy: CopyRef) -> HoldState:
    hold = world.hold(copy)
    assert hold is not None
    return hold.state


def held(world: World, address: str = BOB) -> CopyRef:
    copy = world.deliver(ALICE, address)[address]
    world.notified(copy)
    assert state(world, copy) is HoldState.HELD
    return copy


@pytest.mark.parametrize("kind", ["refused", "denied", "full", "resync"])
def test_a_copy_that_cannot_be_marked_comes_back_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    copy = held(world)
    world.travel(LATER)
    monkeypatch.setattr(
        world.context.mail, "mark", lambda marks: dict.fromkeys(marks, failing(kind))
    )
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"
    assert state(world, copy) is HoldState.RELEASED


def test_a_copy_that_cannot_be_marked_for_long_comes_back_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = held(world)
    world.travel(LATER)
    monkeypatch.setattr(
        world.context.mail, "mark", lambda marks: dict.fromkeys(marks, failing("unavailable"))
    )
    world.tick()
    assert world.folder(BOB, copy) == HOLD_FOLDER  # a passing trouble: tried again first
    world.travel(LATER + timedelta(hours=1))
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"
    assert state(world, copy) is HoldState.RELEASED


def test_what_cannot_be_read_does_not_keep_the_others_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, free = held(world), held(world, CAROL)
    object.__setattr__(world.context, "batch", 1)
    world.travel(LATER)
    read = world.context.mail.read

    def slowly(copies: Sequence[CopyRef]) -> Mapping[CopyRef, Any]:
        world.machine += timedelta(minutes=1)  # as long as a call is tried again
        broken = dict.fromkeys([c for c in copies if c == stuck], failing("unavailable"))
        return {**read([c for c in copies if c != stuck]), **broken}

    monkeypatch.setattr(world.context.mail, "read", slowly)
    release_due(world.context, world.moment)
    release_due(world.context, world.moment)
    assert world.folder(CAROL, free) == "Inbox"


def test_a_move_that_was_done_and_then_refused_is_not_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first try's answer was lost, the second was refused: the copy lies where it should."""
    move = world.context.mail.move

    def done_but_refused(folders: Mapping[CopyRef, str]) -> Mapping[CopyRef, Any]:
        move(folders)
        return dict.fromkeys(folders, failing("refused"))

    copy = world.deliver(ALICE, BOB)[BOB]
    with monkeypatch.context() as patched:
        patched.setattr(world.context.mail, "move", done_but_refused)
        world.notified(copy)
    assert state(world, copy) is HoldState.HELD
    world.travel(LATER)
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


@pytest.mark.parametrize("meanwhile", ["given up", "released"])
def test_a_move_that_lands_after_somebody_else_ended_the_hold_is_undone(
    world: World, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """The lease ran out while the call was tried again, and another worker took the hold up."""
    move = world.context.mail.move
    late: list[Collection[CopyRef]] = []

    def lands_late(folders: Mapping[CopyRef, str]) -> Mapping[CopyRef, Any]:
        if late:
            return move(folders)
        late.append(folders)
        if meanwhile == "released":
            world.machine += timedelta(hours=1)
            world.tick()
        world.travel(LATER)
        world.tick()
        return move(folders)

    monkeypatch.setattr(world.context.mail, "move", lands_late)
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    expected = HoldState.RELEASED if meanwhile == "released" else HoldState.ABANDONED
    assert state(world, copy) is expected
    assert world.folder(BOB, copy) == "Inbox"


def test_what_is_on_hold_comes_back_to_an_account_that_was_restored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account that is deleted for a while answers 404 too, and its mail is not gone."""
    copy = held(world)
    world.travel(LATER)
    gone = CopyRef(mailbox="00000000-0000-0000-0000-000000000000", message=copy.message)
    with monkeypatch.context() as patched:
        read = world.context.mail.read
        patched.setattr(
            world.context.mail, "read", lambda copies: dict.fromkeys(copies, read([gone])[gone])
        )
        world.tick()
    assert state(world, copy) is HoldState.RELEASING
    world.travel(LATER)
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_a_mailbox_whose_inbox_is_not_known_yet_is_judged_when_it_is(world: World) -> None:
    """It came into scope a moment ago, or the service did not tell its Inbox just then."""
    everybody = world.store.mailboxes()
    world.store.put_mailboxes([], now=world.now)
    world.store.put_mailboxes([mailbox.id for mailbox in everybody], now=world.now)
    noticed, swept = world.deliver(ALICE, BOB)[BOB], world.deliver(ALICE, BOB)[BOB]
    world.notified(noticed)
    world.sweep()
    assert world.hold(noticed) is None
    assert world.hold(swept) is None
    world.store.set_inboxes({one.id: one.inbox for one in everybody})
    world.travel(world.now)
    world.tick()
    world.sweep()
    assert {world.folder(BOB, copy) for copy in (noticed, swept)} == {HOLD_FOLDER}


def test_a_mailbox_out_of_scope_is_not_even_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.store.put_mailboxes([], now=world.now)
    asked: list[CopyRef] = []

    def read(copies: Sequence[CopyRef]) -> Mapping[CopyRef, Any]:
        asked.extend(copies)
        return {}

    monkeypatch.setattr(world.context.mail, "read", read)
    world.notified(copy)
    assert asked == []
    assert world.store.pending_arrivals() == 0


def test_what_came_before_the_watch_began_is_left_also_when_its_person_moves_it(
    world: World,
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    everybody = world.store.mailboxes()
    later = world.now + timedelta(hours=1)
    world.store.put_mailboxes([], now=later)
    world.store.put_mailboxes([mailbox.id for mailbox in everybody], now=later)
    world.store.set_inboxes({one.id: one.inbox for one in everybody})
    world.travel(later)
    world.notified(copy)
    assert world.folder(BOB, copy) == "Inbox"
    assert world.hold(copy) is None


def test_an_arrival_is_tried_again_however_long_the_outage(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.store.accept([copy], now=world.machine)
    with monkeypatch.context() as patched:
        patched.setattr(
            world.context.mail, "read", lambda refs: dict.fromkeys(refs, failing("unavailable"))
        )
        for _ in range(60):
            world.machine += timedelta(minutes=10)
            work_off(world.context, world.moment)
    world.machine += timedelta(minutes=10)
    world.tick()
    assert world.folder(BOB, copy) == HOLD_FOLDER


def test_a_sweep_that_takes_long_holds_by_the_time_it_is_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    changes = world.context.mail.changes

    def until_morning(since: Mapping[str, Any]) -> Mapping[str, Any]:
        found = changes(since)
        world.travel(LATER)
        return found

    monkeypatch.setattr(world.context.mail, "changes", until_morning)
    world.sweep()
    assert state(world, copy) is HoldState.ABANDONED
    assert world.folder(BOB, copy) == "Inbox"


def test_nothing_is_put_into_a_folder_that_its_person_threw_away(world: World) -> None:
    first, second = held(world), world.deliver(ALICE, BOB)[BOB]
    with world.tenant.client() as client:
        folders = client.get(f"/users/{BOB}/mailFolders?$top=100").json()["value"]
        (ours,) = [one["id"] for one in folders if one["displayName"] == HOLD_FOLDER]
        client.delete(f"/users/{BOB}/mailFolders/{ours}").raise_for_status()
        world.notified(second)
        thrown = client.get(f"/users/{BOB}/mailFolders/{ours}").json()
        folders = client.get(f"/users/{BOB}/mailFolders?$top=100").json()["value"]
        (fresh,) = [one for one in folders if one["displayName"] == HOLD_FOLDER]
    assert thrown["totalItemCount"] == 1
    assert fresh["totalItemCount"] == 1
    world.travel(LATER)
    world.tick()
    assert {world.folder(BOB, copy) for copy in (first, second)} == {"Inbox"}
