"""`release: { calendar: recipient }` in a tenant: a copy comes back on its recipient's own day."""

from dataclasses import replace
from datetime import timedelta

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.own_time import Preference
from tests.agent.world import ALICE, BOB, CAROL, RULE, TUESDAY, World

BY_RECIPIENT = replace(RULE, release=replace(RULE.release, calendar="recipient"))
DAY = timedelta(days=1)


def choose(world: World, address: str, *days: int) -> None:
    person = world.context.current.policy.directory.person(address)
    chosen = Preference(working_days=frozenset(days) or None)
    world.store.put_preference(person.id, chosen, now=world.now)


def promised(world: World, copy: CopyRef) -> object:
    hold = world.hold(copy)
    assert hold is not None
    return hold.promised


def test_each_copy_of_a_mail_waits_for_its_own_recipients_next_working_day(world: World) -> None:
    world.use(BY_RECIPIENT)
    choose(world, BOB, 0, 3)  # Monday is a bank holiday
    copies = world.deliver(ALICE, BOB, CAROL)
    world.notified(copies[BOB], copies[CAROL])
    assert promised(world, copies[BOB]) == TUESDAY + 2 * DAY
    assert promised(world, copies[CAROL]) == TUESDAY
    (facts,) = world.store.facts_of([copies[BOB]]).values()
    assert facts.working_days == (0, 3)


def test_days_that_a_mailbox_tells_count_where_nothing_was_chosen(world: World) -> None:
    world.use(BY_RECIPIENT)
    bob = world.context.current.policy.directory.person(BOB).id
    world.store.put_calendars([bob], now=world.now)
    owner = CalendarOwner(mailbox=bob, working_days=frozenset({2}))
    world.store.put_owners([owner], now=world.now)
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    assert promised(world, copy) == TUESDAY + DAY


def test_a_promise_stands_whatever_is_chosen_or_loaded_afterwards(world: World) -> None:
    world.use(BY_RECIPIENT)
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    choose(world, BOB, 4)
    world.notified(copy)
    world.sweep()
    assert promised(world, copy) == TUESDAY
    world.use(RULE)
    world.travel(TUESDAY + timedelta(minutes=30))
    world.tick()
    assert world.folder(BOB, copy) == "Inbox"


def test_without_that_key_the_windows_calendar_counts_for_everybody(world: World) -> None:
    choose(world, BOB, 4)
    copy = world.deliver(ALICE, BOB)[BOB]
    world.notified(copy)
    assert promised(world, copy) == TUESDAY
    (facts,) = world.store.facts_of([copy]).values()
    assert facts.working_days is None
