"""Exemptions at run time: taken up at the next tick, and what they free goes back at once."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from policy_agent.agent.decide import judge
from policy_agent.agent.exempt import Exempting
from policy_agent.domain.copies import MailCopy
from policy_agent.domain.decisions import Reason
from policy_agent.domain.exempting import run_time_where
from policy_agent.domain.holds import HoldState
from policy_agent.domain.people import Directory
from policy_agent.domain.rules import Exemption, Mode
from tests.agent.world import (
    ALICE,
    BOB,
    CAROL,
    HOLD_FOLDER,
    LATER,
    RULE,
    TUESDAY,
    World,
)

OFSTED = Exemption(
    name="ofsted-week",
    rules=frozenset({"weekend-email"}),
    teams=frozenset(),
    addresses=frozenset({BOB}),
    starts=date(2023, 8, 26),
    ends=date(2023, 9, 2),
    because="Inspection",
    approved_by="director@northshire.example",
    where=run_time_where("ofsted-week"),
)


def add(world: World, exemption: Exemption = OFSTED) -> None:
    assert world.store.add_exemption(exemption, by="kim", now=world.now)


def uses(world: World) -> dict[str, int]:
    return {kept.exemption.name: kept.uses for kept in world.store.exemptions()}


@pytest.fixture
def exempting(world: World) -> Exempting:
    return Exempting(world.context)


def test_the_facts_of_a_judged_mail_are_recorded_without_its_subject(world: World) -> None:
    copy = world.deliver(ALICE, BOB, "desk@police.example", subject="The Miller family")[BOB]
    world.notified(copy)
    (facts,) = world.store.facts_of([copy]).values()
    directory: Directory = world.context.current.policy.directory
    assert facts.sender == directory.person(ALICE).id
    assert facts.recipients == (copy.mailbox,)
    assert facts.outside == 1
    assert "Miller" not in repr(facts)


def test_mail_goes_through_from_the_tick_after_an_exemption_was_added(
    world: World, exempting: Exempting
) -> None:
    add(world)
    exempting.tick(world.moment)
    copies = [world.deliver(ALICE, BOB)[BOB], world.deliver(ALICE, CAROL)[CAROL]]
    world.notified(*copies)
    assert world.folder(BOB, copies[0]) == "Inbox"
    assert world.folder(CAROL, copies[1]) == HOLD_FOLDER
    (row,) = world.store.decisions_of(copies[0])
    assert (row.reason, row.where_file) == (Reason.EXEMPTION, "exemption/ofsted-week")
    assert uses(world) == {"ofsted-week": 1}


def test_a_held_mail_that_an_exemption_frees_is_released_at_once(
    world: World, exempting: Exempting
) -> None:
    copies = [world.deliver(ALICE, BOB)[BOB], world.deliver(ALICE, CAROL)[CAROL]]
    world.notified(*copies)
    exempting.tick(world.moment)
    add(world)
    assert exempting.tick(world.moment) == 1
    world.tick()
    assert world.folder(BOB, copies[0]) == "Inbox"
    assert world.folder(CAROL, copies[1]) == HOLD_FOLDER
    hold = world.hold(copies[0])
    assert hold is not None
    assert hold.state is HoldState.RELEASED
    whys = [event.why for event in world.store.hold_events(hold.id)]
    assert "The exemption ofsted-week applies" in whys
    assert uses(world) == {"ofsted-week": 1}
    assert exempting.tick(world.moment) == 0


def test_an_exemption_added_while_no_daemon_ran_is_taken_up_at_the_next_start(
    world: World,
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    add(world)
    world.restart()
    Exempting(world.context).tick(world.moment)
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_a_mail_judged_while_the_exemption_came_is_found_by_the_next_tick(
    world: World, exempting: Exempting
) -> None:
    add(world)
    before = world.context.current.policy
    exempting.tick(world.moment)
    after = world.context.current.policy
    world.context.current.policy = before  # a tick that took its policy a moment earlier
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    world.context.current.policy = after
    assert exempting.tick(world.moment) == 1
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_a_hold_that_was_planned_and_not_moved_stays_in_the_inbox(
    world: World, exempting: Exempting
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    (read,) = world.context.mail.read([copy]).values()
    assert isinstance(read, MailCopy)
    judge(world.context, [read], world.moment)  # and the agent was killed before the move
    world.restart()
    add(world)
    assert exempting.tick(world.moment) == 1
    world.tick()
    hold = world.hold(copy)
    assert hold is not None
    assert hold.state is HoldState.ABANDONED
    assert world.folder(BOB, copy) == "Inbox"


def test_an_exemption_for_other_days_frees_nothing_that_is_held(
    world: World, exempting: Exempting
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    add(world, replace(OFSTED, starts=date(2023, 8, 28)))
    assert exempting.tick(world.moment) == 0
    world.tick()
    assert world.folder(BOB, copy) == HOLD_FOLDER


def test_ending_an_exemption_takes_nothing_back_and_frees_no_more(
    world: World, exempting: Exempting
) -> None:
    first = world.deliver(ALICE, BOB)[BOB]
    world.notified(first)
    add(world)
    exempting.tick(world.moment)
    world.tick()
    world.store.end_exemption("ofsted-week", by="kim", now=world.now)
    exempting.tick(world.moment)
    second = world.deliver(ALICE, BOB)[BOB]
    world.notified(first, second)
    assert world.folder(BOB, first) == "Inbox"
    assert world.folder(BOB, second) == HOLD_FOLDER


def test_a_rule_that_was_turned_off_is_no_reason_to_release_early(
    world: World, exempting: Exempting
) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    world.use(replace(RULE, mode=Mode.OFF))
    add(world)
    assert exempting.tick(world.moment) == 0
    hold = world.hold(copy)
    assert hold is not None
    assert hold.promised == TUESDAY
    world.travel(LATER)
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_a_second_rule_that_still_holds_brings_the_release_to_its_own_promise(
    world: World, exempting: Exempting
) -> None:
    early = replace(RULE, name="early")  # 08:30 on Tuesday
    late = replace(RULE, name="late", release=replace(RULE.release, at=time(10, 0)))
    world.use(early, late)
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    held = world.hold(copy)
    assert held is not None
    assert held.rule == "late"
    add(world, replace(OFSTED, rules=frozenset({"late"})))
    assert exempting.tick(world.moment) == 1
    world.tick()
    assert world.folder(BOB, copy) == HOLD_FOLDER
    hold = world.hold(copy)
    assert hold is not None
    assert TUESDAY <= hold.due < TUESDAY + timedelta(minutes=20)


def test_a_reload_keeps_the_run_time_exemptions_in_force(
    world: World, exempting: Exempting
) -> None:
    add(world)
    exempting.tick(world.moment)
    policy = world.context.current.policy
    fresh = replace(
        policy, rulebook=replace(policy.rulebook, exemptions=(), hash="1" * 64), run_time=()
    )
    world.context.current.change(lambda before: fresh.with_run_time(before.run_time))
    in_force = world.context.current.policy
    assert [e.name for e in in_force.rulebook.exemptions] == ["ofsted-week"]
    assert in_force.with_run_time(()).rulebook.exemptions == ()


def test_an_exemption_that_is_long_over_is_not_looked_at(
    world: World, exempting: Exempting
) -> None:
    add(world, replace(OFSTED, starts=date(2023, 7, 1), ends=date(2023, 7, 2)))
    exempting.tick(world.moment)
    assert world.context.current.policy.run_time == ()


def test_another_process_on_the_same_store_frees_nothing_twice(world: World) -> None:
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    add(world)
    assert Exempting(world.context).tick(world.moment) == 1
    assert Exempting(world.context).tick(world.moment) == 0
    assert uses(world) == {"ofsted-week": 1}
