"""Event notices: written down, claimed, finished, tried again. On both databases."""

from datetime import timedelta

from policy_agent.domain.events import EventRef
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, ref

A, B, C = (EventRef(mailbox="bob", event=name) for name in "abc")


def test_what_was_accepted_can_be_claimed_oldest_first(store: Store) -> None:
    for event in (B, A, C):
        store.accept_events({event: "created"}, now=SATURDAY)
    claimed = store.claim_event_notices("w1", limit=2, machine=MACHINE, lease=MINUTE)
    assert [(one.event, one.change, one.attempts) for one in claimed] == [
        (B, "created", 0),
        (A, "created", 0),
    ]


def test_three_notices_of_one_change_are_one_and_the_last_word_stands(store: Store) -> None:
    for change in ("created", "updated", "deleted"):
        store.accept_events({A: change}, now=SATURDAY)
    assert store.pending_event_notices() == 1
    (one,) = store.claim_event_notices("w1", limit=9, machine=MACHINE, lease=MINUTE)
    assert one.change == "deleted"


def test_nobody_gets_what_another_worker_has_a_lease_on_until_it_runs_out(store: Store) -> None:
    store.accept_events({A: "created"}, now=SATURDAY)
    first = store.claim_event_notices("w1", limit=9, machine=MACHINE, lease=MINUTE)
    just_before = MACHINE + MINUTE - timedelta(microseconds=1)
    assert store.claim_event_notices("w2", limit=9, machine=just_before, lease=MINUTE) == ()
    assert store.claim_event_notices("w2", limit=9, machine=MACHINE + MINUTE, lease=MINUTE) == first


def test_a_notice_that_comes_during_the_work_is_not_lost(store: Store) -> None:
    store.accept_events({A: "created"}, now=SATURDAY)
    claimed = store.claim_event_notices("w1", limit=9, machine=MACHINE, lease=MINUTE)
    store.accept_events({A: "updated"}, now=SATURDAY)
    store.finish_event_notices(claimed)
    (again,) = store.claim_event_notices("w2", limit=9, machine=MACHINE, lease=MINUTE)
    assert (again.event, again.change) == (A, "updated")
    assert again.seq > claimed[0].seq
    store.finish_event_notices([again])
    assert store.pending_event_notices() == 0


def test_a_retry_waits_for_its_time_and_counts_once(store: Store) -> None:
    store.accept_events({A: "created"}, now=SATURDAY)
    claimed = store.claim_event_notices("w1", limit=9, machine=MACHINE, lease=MINUTE)
    later = MACHINE + timedelta(minutes=5)
    store.retry_event_notices(claimed, at=later)
    store.retry_event_notices(claimed, at=later)
    just_before = later - timedelta(microseconds=1)
    assert store.claim_event_notices("w1", limit=9, machine=just_before, lease=MINUTE) == ()
    (again,) = store.claim_event_notices("w1", limit=9, machine=later, lease=MINUTE)
    assert (again.event, again.attempts) == (A, 1)


def test_a_worker_that_starts_again_forgets_its_leases_of_events_too(store: Store) -> None:
    store.accept_events({A: "created"}, now=SATURDAY)
    store.claim_event_notices("w1", limit=9, machine=MACHINE, lease=MINUTE)
    store.forget_leases("w1")
    (free,) = store.claim_event_notices("w1", limit=9, machine=MACHINE, lease=MINUTE)
    assert free.event == A


def test_mail_and_events_wait_apart(store: Store) -> None:
    store.accept([ref("a")], now=SATURDAY)
    store.accept_events({A: "created"}, now=SATURDAY)
    assert (store.pending_arrivals(), store.pending_event_notices()) == (1, 1)
    store.finish_arrivals(store.claim_arrivals("w", limit=9, machine=MACHINE, lease=MINUTE))
    assert (store.pending_arrivals(), store.pending_event_notices()) == (0, 1)
