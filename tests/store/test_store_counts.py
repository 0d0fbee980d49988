"""Counts for health. On both databases."""

from datetime import timedelta

from policy_agent.domain.counts import (
    CalendarCounts,
    HoldCounts,
    NoteCounts,
    SubscriptionCounts,
    WatchCounts,
)
from policy_agent.domain.events import CalendarOwner
from policy_agent.domain.holds import HoldState
from policy_agent.domain.notes import NOTHING_TO_SAY, NoteState
from policy_agent.domain.watching import Subscription, Watched
from policy_agent.store import Store
from tests.store.examples import MINUTE, SATURDAY, TUESDAY, held, record, ref
from tests.store.test_store_notes import planned

DAY = timedelta(days=1)


def subscribed(mailbox: str, what: Watched = "inbox", *, days: int = 6) -> Subscription:
    return Subscription(
        id=f"{what}-{mailbox}",
        mailbox=mailbox,
        client_state="secret",
        expires=SATURDAY + days * DAY,
        what=what,
    )


def test_a_fresh_store_counts_nothing(store: Store) -> None:
    assert store.hold_counts(overdue_before=SATURDAY) == HoldCounts()
    assert store.watch_counts(now=SATURDAY) == WatchCounts()
    assert store.calendar_counts(now=SATURDAY) == CalendarCounts()
    assert store.note_counts(since=SATURDAY) == NoteCounts()


def test_holds_that_are_over_do_not_count(store: Store) -> None:
    (over,) = record(store, held(ref("over")), now=SATURDAY - DAY)
    store.advance([over], HoldState.ABANDONED, why="gone", now=SATURDAY)
    record(store, held(ref("late"), due=TUESDAY))
    record(store, held(ref("later"), due=TUESDAY + MINUTE), now=SATURDAY + MINUTE)
    record(store, held(ref("latest"), due=TUESDAY + DAY), now=SATURDAY + MINUTE)
    assert store.hold_counts(overdue_before=TUESDAY + 2 * MINUTE) == HoldCounts(
        open=3,
        oldest_due=TUESDAY,
        overdue=2,
        oldest_made=SATURDAY,
        oldest_promised=TUESDAY,
    )
    assert store.hold_counts(overdue_before=TUESDAY).overdue == 0


def test_a_mailbox_is_watched_by_a_subscription_that_has_not_ended(store: Store) -> None:
    store.put_mailboxes(["ann", "bob", "carol", "dan"], now=SATURDAY)
    store.park(["dan"], until=TUESDAY)
    store.save_subscriptions(
        [
            subscribed("ann", days=3),
            subscribed("bob"),
            subscribed("carol", days=-1),  # it has ended
            subscribed("dan"),  # left alone for now
            subscribed("eve", days=1),  # out of scope
            subscribed("carol", "calendar", days=1),  # of no covered calendar
        ]
    )
    assert store.watch_counts(now=SATURDAY) == WatchCounts(
        mailboxes=4,
        parked=1,
        inboxes=SubscriptionCounts(wanted=3, live=2, soonest_end=SATURDAY + 3 * DAY),
    )
    assert store.watch_counts(now=TUESDAY).parked == 0


def test_calendars_of_people_are_to_be_watched(store: Store) -> None:
    store.put_calendars(["ann", "bob", "room", "new"], now=SATURDAY)
    store.put_owners(
        [
            CalendarOwner(mailbox=name, purpose=purpose, zone="", language="", away=())
            for name, purpose in (("ann", "user"), ("bob", "linked"), ("room", "room"))
        ],
        now=SATURDAY,
    )
    store.park_calendars(["bob"], until=TUESDAY)
    store.put_whole(["ann"], to=TUESDAY, rulebook="abc", since=SATURDAY, now=SATURDAY)
    store.save_subscriptions([subscribed("ann", "calendar")])
    found = store.watch_counts(now=SATURDAY).calendars
    assert found == SubscriptionCounts(wanted=1, live=1, soonest_end=SATURDAY + 6 * DAY)
    assert store.watch_counts(now=TUESDAY).calendars.wanted == 2
    assert store.calendar_counts(now=SATURDAY) == CalendarCounts(covered=4, parked=1, seen_whole=1)


def test_a_note_with_nothing_to_say_is_no_trouble(store: Store) -> None:
    notes = store.plan_notes([planned(f"clash:{n}") for n in range(4)], now=SATURDAY)
    for note, why, at in (
        (notes[0], NOTHING_TO_SAY, SATURDAY),
        (notes[1], "its draft is gone", SATURDAY),
        (notes[2], "its draft is gone", SATURDAY - MINUTE),
    ):
        store.end_notes([note], NoteState.GIVEN_UP, why=why, now=at)
    assert store.note_counts(since=SATURDAY) == NoteCounts(waiting=1, given_up=1)
