"""People take their mail, and things break: nothing is lost, and mail flows."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policy_agent.agent.look import look_after
from policy_agent.agent.reload import reload
from policy_agent.agent.scope import DirectoryProblem, directory_of, put_scope, read_membership
from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import Asked, HoldState
from tests.agent.world import ALICE, BOB, CATEGORY, DAN, HOLD_FOLDER, LATER, World, rulebook


class KilledError(Exception):
    """Stands for SIGKILL between two steps."""


def killed(*_: object, **__: object) -> Any:
    raise KilledError


def state(world: World, copy: CopyRef) -> HoldState:
    hold = world.hold(copy)
    assert hold is not None
    return hold.state


def held(world: World) -> CopyRef:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    assert state(world, copy) is HoldState.HELD
    return copy


def act(world: World, action: str, copy: CopyRef, **more: str) -> None:
    body = {"address": BOB, "action": action, "message": copy.message, **more}
    world.tenant.control.post("/act", json=body).raise_for_status()


@pytest.mark.parametrize(
    ("port", "step"),
    [("mail", "move"), ("store", "advance"), ("mail", "folder"), ("store", "add_hold_folders")],
)
def test_a_kill_while_holding_is_put_right_at_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch, port: str, step: str
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    with monkeypatch.context() as patched:
        patched.setattr(getattr(world.context, port), step, killed)
        with pytest.raises(KilledError):
            world.notified(copy)
    assert state(world, copy) is HoldState.PLANNED
    world.restart()
    world.tick()
    assert state(world, copy) is HoldState.HELD
    assert world.folder(BOB, copy) == HOLD_FOLDER


@pytest.mark.parametrize(
    ("port", "step"), [("mail", "mark"), ("mail", "move"), ("store", "advance")]
)
def test_a_kill_while_releasing_is_put_right_at_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch, port: str, step: str
) -> None:
    copy = held(world)
    world.travel(LATER)
    with monkeypatch.context() as patched:
        patched.setattr(getattr(world.context, port), step, killed)
        with pytest.raises(KilledError):
            world.tick()
    assert state(world, copy) is HoldState.RELEASING
    world.restart()
    world.tick()
    assert state(world, copy) is HoldState.RELEASED
    back = world.copy(BOB, copy)
    assert (back["folder"], back["categories"], back["is_read"]) == ("Inbox", [CATEGORY], False)


def test_a_kill_before_the_decision_is_written_leaves_the_arrival_to_the_next_start(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "record", killed)
        with pytest.raises(KilledError):
            world.notified(copy)
    world.restart()
    world.tick()
    assert world.folder(BOB, copy) == HOLD_FOLDER


def test_what_its_person_moves_to_the_inbox_is_left_to_them(world: World) -> None:
    copy = held(world)
    act(world, "move", copy, folder="inbox")
    act(world, "read", copy)
    world.travel(LATER)
    world.tick()
    assert state(world, copy) is HoldState.SELF_RELEASED
    found = world.copy(BOB, copy)
    assert (found["folder"], found["categories"], found["is_read"]) == ("Inbox", [], True)


def test_what_its_person_opens_where_it_waits_stays_there_as_they_left_it(world: World) -> None:
    copy = held(world)
    act(world, "read", copy)
    world.travel(LATER)
    world.tick()
    assert state(world, copy) is HoldState.SELF_RELEASED
    found = world.copy(BOB, copy)
    assert (found["folder"], found["categories"], found["is_read"]) == (HOLD_FOLDER, [], True)


def answer(world: World, copy: CopyRef) -> None:
    """Answer a mail as Outlook does: it is opened, and a mail of one's own goes out."""
    act(world, "read", copy)
    world.deliver(BOB, ALICE, subject="RE: A mail")


@pytest.mark.parametrize("folder", ["inbox", "archive", "deleted", "opened", "answered"])
def test_a_look_at_the_folder_sees_what_its_person_took(world: World, folder: str) -> None:
    copy, waits = held(world), held(world)
    if folder == "answered":
        answer(world, copy)
    elif folder == "opened":
        act(world, "read", copy)
    elif folder == "deleted":
        act(world, "delete", copy)
    else:
        act(world, "move", copy, folder=folder)
    assert look_after(world.context, world.moment) == 1
    assert state(world, copy) is HoldState.SELF_RELEASED
    assert state(world, waits) is HoldState.HELD
    before = world.tenant.copies(BOB)
    assert look_after(world.context, world.moment) == 0
    world.travel(LATER)
    world.tick()
    after = {one["message"]: one for one in world.tenant.copies(BOB)}
    assert [after[one["message"]] for one in before if one["message"] == copy.message] == [
        one for one in before if one["message"] == copy.message
    ]
    assert world.folder(BOB, waits) == "Inbox"


def test_a_look_that_is_not_answered_takes_nothing_from_anybody(world: World) -> None:
    copy = held(world)
    act(world, "delete", copy)
    world.tenant.faults(unavailable=True)
    assert look_after(world.context, world.moment) == 0
    world.tenant.faults(unavailable=False)
    assert state(world, copy) is HoldState.HELD
    assert look_after(world.context, world.moment) == 1


def test_an_opened_copy_is_left_also_when_somebody_asked_for_it(world: World) -> None:
    copy = held(world)
    hold = world.hold(copy)
    assert hold is not None
    world.store.ask_release([hold.id], asked=Asked.IT, who="sam", now=world.now)
    act(world, "read", copy)
    world.tick()
    assert state(world, copy) is HoldState.SELF_RELEASED
    assert world.folder(BOB, copy) == HOLD_FOLDER


def test_what_its_person_files_elsewhere_is_left_to_them(world: World) -> None:
    copy = held(world)
    act(world, "move", copy, folder="archive")
    world.travel(LATER)
    world.tick()
    assert state(world, copy) is HoldState.SELF_RELEASED
    assert world.folder(BOB, copy) == "Archive"


def test_what_its_person_deletes_is_left_to_them(world: World) -> None:
    copy = held(world)
    act(world, "delete", copy)
    world.travel(LATER)
    world.tick()
    assert state(world, copy) is HoldState.SELF_RELEASED
    assert all(one["folder"] != "Inbox" for one in world.tenant.copies(BOB))


def test_mail_finds_back_from_a_folder_that_its_person_renamed(world: World) -> None:
    copy = held(world)
    with world.tenant.client() as client:
        folders = client.get(f"/users/{BOB}/mailFolders?$top=100").json()["value"]
        (ours,) = [one["id"] for one in folders if one["displayName"] == HOLD_FOLDER]
        client.patch(
            f"/users/{BOB}/mailFolders/{ours}", json={"displayName": "Later"}
        ).raise_for_status()
    world.travel(LATER)
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_a_folder_that_its_person_deleted_for_good_is_made_anew(world: World) -> None:
    copy = held(world)
    world.travel(LATER)
    world.tick()
    with world.tenant.client() as client:
        folders = client.get(f"/users/{BOB}/mailFolders?$top=100").json()["value"]
        (ours,) = [one["id"] for one in folders if one["displayName"] == HOLD_FOLDER]
        client.delete(f"/users/{BOB}/mailFolders/{ours}").raise_for_status()
    world.travel(LATER.replace(month=9, day=2))
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    world.travel(world.now)
    world.tick()
    assert state(world, copy) is HoldState.HELD


def test_mail_finds_back_when_its_person_has_left_the_team_meanwhile(world: World) -> None:
    copy = held(world)
    world.store.put_mailboxes([], now=world.now)
    world.travel(LATER)
    world.tick()
    assert state(world, copy) is HoldState.RELEASED
    assert world.folder(BOB, copy) == "Inbox"


@pytest.mark.parametrize("fault", ["denied", "full"])
def test_what_cannot_be_moved_stays_delivered(world: World, fault: str) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.store.accept([copy], now=world.machine)
    read = world.context.mail.read

    def read_then_break(copies: Any) -> Any:
        answers = read(copies)
        world.tenant.faults(**{fault: [BOB]})
        return answers

    object.__setattr__(world.context, "mail", _With(world.context.mail, read=read_then_break))
    world.tick()
    world.tenant.control.delete("/faults").raise_for_status()
    assert world.folder(BOB, copy) == "Inbox"
    assert state(world, copy) is HoldState.ABANDONED


def test_an_outage_puts_work_off_and_nothing_is_forgotten(world: World) -> None:
    first, second = world.deliver(ALICE, BOB)[BOB], world.deliver(ALICE, BOB)[BOB]
    world.notified(first)
    world.tenant.faults(unavailable=True)
    world.notified(second)
    assert world.store.pending_arrivals() == 1
    world.travel(LATER.replace(hour=8, minute=0))
    world.tick()
    world.travel(LATER)
    world.tick()
    assert state(world, first) is HoldState.RELEASING
    world.tenant.control.delete("/faults").raise_for_status()
    world.travel(LATER)
    world.tick()
    assert state(world, first) is HoldState.RELEASED
    assert world.store.pending_arrivals() == 0
    assert {world.folder(BOB, copy) for copy in (first, second)} == {"Inbox"}


def test_lost_answers_to_calls_that_succeeded_do_no_harm(world: World) -> None:
    copies = [world.deliver(ALICE, BOB)[BOB] for _ in range(6)]
    world.tenant.faults(seed=7, lost_answers=0.5)
    world.notified(*copies)
    world.tenant.control.delete("/faults").raise_for_status()
    world.travel(world.now)
    world.tick()
    assert {world.folder(BOB, copy) for copy in copies} == {HOLD_FOLDER}
    world.travel(LATER)
    world.tenant.faults(seed=8, lost_answers=0.5)
    world.tick()
    world.tenant.control.delete("/faults").raise_for_status()
    for _ in range(3):
        world.travel(LATER)
        world.tick()
    assert {world.folder(BOB, copy) for copy in copies} == {"Inbox"}
    assert {state(world, copy) for copy in copies} == {HoldState.RELEASED}


def test_a_mailbox_without_a_licence_is_parked_and_the_others_go_on(world: World) -> None:
    world.tenant.faults(unlicensed=[BOB])
    world.deliver(ALICE, ALICE)
    swept = world.sweep()
    assert (swept.troubles, swept.found) == (1, 1)
    assert world.sweep().troubles == 0
    world.tenant.control.delete("/faults").raise_for_status()
    world.travel(LATER)
    assert world.sweep().mailboxes == len(world.store.mailboxes())


def test_a_team_that_cannot_be_read_changes_nothing(world: World) -> None:
    world.tenant.faults(unavailable=True)
    with pytest.raises(DirectoryProblem, match=r"everyone@northshire\.example"):
        read_membership(world.context.people, rulebook(), None)


def test_scope_follows_the_teams(world: World) -> None:
    rules = rulebook()
    membership = read_membership(world.context.people, rules, None)
    everyone = {mailbox.id for mailbox in world.store.mailboxes()}
    assert everyone == membership.teams["everyone"]
    smaller = type(membership)(
        members=membership.members,
        teams={**membership.teams, "everyone": frozenset(sorted(everyone)[:1])},
    )
    put_scope(world.context, rules, smaller, world.moment)
    assert len(world.store.mailboxes()) == 1
    assert directory_of(rules, smaller).people


def test_the_service_mailbox_is_in_no_team_so_that_our_own_notes_are_never_held(
    world: World,
) -> None:
    world.context = replace(world.context, service_mailbox=DAN.upper())
    assert reload(world.context, rulebook, world.moment).success
    assert DAN not in world.context.current.policy.directory.people
    note = world.deliver(DAN, BOB)[BOB]  # on a Sunday, when mail from anybody else waits
    back = world.deliver(BOB, DAN)
    world.notified(note, *back.values())
    assert world.folder(BOB, note) == "Inbox"
    assert world.folder(DAN, back[DAN]) == "Inbox"
    other = world.deliver(ALICE, BOB)[BOB]
    world.notified(other)
    assert world.folder(BOB, other) == HOLD_FOLDER


class _With:
    """A port with some of its calls replaced."""

    def __init__(self, port: Any, **calls: Callable[..., Any]) -> None:
        self._port = port
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        return self._calls.get(name) or getattr(self._port, name)
