"""The life of a Sunday mail, verb by verb, against a tenant over HTTPS."""

from dataclasses import replace

import pytest

from policy_agent.domain.decisions import Reason
from policy_agent.domain.holds import HoldState
from policy_agent.domain.rules import LetThrough, Mode
from tests.agent.world import (
    ALICE,
    BOB,
    CAROL,
    CATEGORY,
    DAN,
    HOLD_FOLDER,
    LATER,
    RULE,
    TUESDAY,
    World,
)


def reason(world: World, copy: object) -> Reason:
    (row,) = world.store.decisions_of(copy)
    found: Reason = row.reason
    return found


def test_it_waits_in_a_visible_folder_and_comes_back_on_the_working_morning(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    hold = world.hold(copy)
    assert hold is not None
    assert hold.state is HoldState.HELD
    assert hold.promised == TUESDAY
    assert world.folder(BOB, copy) == HOLD_FOLDER

    world.travel(TUESDAY.replace(hour=8, minute=29))
    world.tick()
    assert world.folder(BOB, copy) == HOLD_FOLDER

    world.travel(LATER)
    world.tick()
    back = world.copy(BOB, copy)
    assert back["folder"] == "Inbox"
    assert not back["is_read"]
    assert back["categories"] == [CATEGORY]
    states = [event.to_state for event in world.store.hold_events(hold.id)]
    assert states == [
        HoldState.PLANNED,
        HoldState.HELD,
        HoldState.RELEASING,
        HoldState.RELEASED,
    ]


def test_nothing_of_it_is_changed_but_the_category(world: World) -> None:
    copy = world.deliver(ALICE, BOB, categories=["Green"])[BOB]
    before = world.copy(BOB, copy)["fingerprint"]
    world.notified(copy)
    world.travel(LATER)
    world.tick()
    after = world.copy(BOB, copy)
    assert after["fingerprint"] == before
    assert after["categories"] == ["Green", CATEGORY]


def test_a_second_notice_of_the_same_copy_changes_nothing(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    world.notified(copy)
    world.notified(copy)
    assert len(world.store.decisions_of(copy)) == 1
    assert world.folder(BOB, copy) == HOLD_FOLDER


def test_moving_it_back_raises_a_notice_and_it_is_not_held_again(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    world.travel(LATER)
    world.tick()
    world.notified(copy)
    world.sweep()
    assert world.folder(BOB, copy) == "Inbox"


def test_the_sweep_finds_what_no_notice_brought(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    assert world.sweep().found == 1
    assert world.folder(BOB, copy) == HOLD_FOLDER
    assert world.sweep().found == 0


def test_the_sweep_begins_anew_when_its_link_has_expired(world: World) -> None:
    world.sweep()
    world.tenant.faults(expire_delta=True)
    copy = world.deliver(ALICE, BOB)[BOB]
    assert world.sweep().found == 0
    world.tenant.faults(expire_delta=False)
    assert world.sweep().found == 1
    assert world.folder(BOB, copy) == HOLD_FOLDER


def test_every_copy_goes_through_when_the_emergency_duty_team_is_on_it(world: World) -> None:
    copies = world.deliver(ALICE, BOB, DAN)
    world.notified(*copies.values())
    for address, copy in copies.items():
        assert world.folder(address, copy) == "Inbox"
        assert reason(world, copy) is Reason.EXEMPT_TEAM


def test_a_blind_copy_to_the_emergency_duty_team_counts_too(world: World) -> None:
    copies = world.deliver(ALICE, BOB, bcc=[DAN])
    world.notified(*copies.values())
    assert world.folder(BOB, copies[BOB]) == "Inbox"
    assert reason(world, copies[BOB]) is Reason.EXEMPT_TEAM


def test_a_mail_to_somebody_outside_goes_through_to_the_others_only_if_the_rule_says_so(
    world: World,
) -> None:
    copy = world.deliver(ALICE, BOB, "desk@police.example")[BOB]
    world.notified(copy)
    assert world.folder(BOB, copy) == HOLD_FOLDER  # this rulebook has no `recipient: outside`


def test_mail_from_outside_is_never_touched(world: World) -> None:
    copy = world.deliver("parent@home.example", BOB)[BOB]
    world.notified(copy)
    assert world.folder(BOB, copy) == "Inbox"
    assert reason(world, copy) is Reason.FROM_OUTSIDE


def test_what_its_person_has_read_already_is_left(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.tenant.control.post(
        "/act", json={"address": BOB, "action": "read", "message": copy.message}
    ).raise_for_status()
    world.notified(copy)
    assert world.folder(BOB, copy) == "Inbox"
    assert reason(world, copy) is Reason.ALREADY_READ


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.OBSERVE, Mode.NUDGE])
def test_nothing_moves_unless_the_rule_enforces(world: World, mode: Mode) -> None:
    world.use(replace(RULE, mode=mode))
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    assert world.folder(BOB, copy) == "Inbox"
    assert world.hold(copy) is None
    assert len(world.store.decisions_of(copy)) == 1


def test_a_category_lets_through_whatever_its_letters(world: World) -> None:
    line = LetThrough(categories=frozenset({"maßnahme"}), where=RULE.where)
    world.use(replace(RULE, let_through=(line,)))
    copy = world.deliver(ALICE, BOB, categories=["Maßnahme"])[BOB]
    world.notified(copy)
    assert world.folder(BOB, copy) == "Inbox"


def test_past_the_limit_it_is_delivered(world: World) -> None:
    world.use(replace(RULE, held_per_person=2, where_limit=RULE.where))
    copies = [world.deliver(ALICE, BOB)[BOB] for _ in range(4)]
    world.notified(*copies)
    folders = sorted(world.folder(BOB, copy) for copy in copies)
    assert folders == [HOLD_FOLDER, HOLD_FOLDER, "Inbox", "Inbox"]


def test_what_is_found_only_after_its_release_time_stays_where_it_is(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.travel(LATER)
    world.notified(copy)
    hold = world.hold(copy)
    assert hold is not None
    assert hold.state is HoldState.ABANDONED
    assert world.folder(BOB, copy) == "Inbox"


def test_a_folder_that_is_there_already_is_used(world: World) -> None:
    first = world.deliver(ALICE, BOB)[BOB]
    world.notified(first)
    with world.tenant.client() as client:
        folders = client.get(f"/users/{BOB}/mailFolders?$top=100").json()["value"]
    assert [one["displayName"] for one in folders].count(HOLD_FOLDER) == 1
    second = world.deliver(CAROL, BOB)[BOB]
    world.notified(second)
    assert world.folder(BOB, second) == HOLD_FOLDER
    with world.tenant.client() as client:
        folders = client.get(f"/users/{BOB}/mailFolders?$top=100").json()["value"]
    assert [one["displayName"] for one in folders].count(HOLD_FOLDER) == 1
