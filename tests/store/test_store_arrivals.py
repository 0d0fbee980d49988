"""Arrivals: written down, claimed, finished, tried again. On both databases."""

from datetime import timedelta

import pytest

from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, ref

A, B, C = ref("a"), ref("b"), ref("c")


def test_what_was_accepted_can_be_claimed_oldest_first(store: Store) -> None:
    for copy in (B, A, C):
        store.accept([copy], now=SATURDAY)
    claimed = store.claim_arrivals("w1", limit=2, machine=MACHINE, lease=MINUTE)
    assert [(arrival.copy, arrival.attempts) for arrival in claimed] == [(B, 0), (A, 0)]


def test_nobody_gets_what_another_worker_has_a_lease_on(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    just_before = MACHINE + MINUTE - timedelta(microseconds=1)
    assert store.claim_arrivals("w2", limit=9, machine=just_before, lease=MINUTE) == ()


def test_a_lease_runs_out(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    first = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    second = store.claim_arrivals("w2", limit=9, machine=MACHINE + MINUTE, lease=MINUTE)
    assert first == second


def test_a_limit_of_nothing_claims_nothing(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    assert store.claim_arrivals("w1", limit=0, machine=MACHINE, lease=MINUTE) == ()
    assert store.claim_arrivals("w1", limit=-1, machine=MACHINE, lease=MINUTE) == ()


def test_a_finished_arrival_is_forgotten(store: Store) -> None:
    store.accept([A, B], now=SATURDAY)
    claimed = store.claim_arrivals("w1", limit=1, machine=MACHINE, lease=MINUTE)
    store.finish_arrivals(claimed)
    assert store.pending_arrivals() == 1


def test_a_second_notice_of_a_waiting_copy_is_not_a_second_arrival(store: Store) -> None:
    store.accept([A, A], now=SATURDAY)
    store.accept([A], now=SATURDAY)
    assert store.pending_arrivals() == 1


def test_a_notice_that_comes_during_the_work_is_not_lost(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    claimed = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    store.accept([A], now=SATURDAY)
    store.finish_arrivals(claimed)
    (again,) = store.claim_arrivals("w2", limit=9, machine=MACHINE, lease=MINUTE)
    assert again.copy == A
    assert again.seq > claimed[0].seq


def test_a_late_worker_does_not_finish_a_later_notice_of_the_same_copy(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    late = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    store.finish_arrivals(
        store.claim_arrivals("w2", limit=9, machine=MACHINE + MINUTE, lease=MINUTE)
    )
    store.accept([A], now=SATURDAY)
    store.finish_arrivals(late)
    (newer,) = store.claim_arrivals("w2", limit=9, machine=MACHINE, lease=MINUTE)
    assert newer.seq > late[0].seq


def test_a_retry_waits_for_its_time_and_counts(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    claimed = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    later = MACHINE + timedelta(minutes=5)
    store.retry_arrivals(claimed, at=later)
    just_before = later - timedelta(microseconds=1)
    assert store.claim_arrivals("w1", limit=9, machine=just_before, lease=MINUTE) == ()
    (again,) = store.claim_arrivals("w1", limit=9, machine=later, lease=MINUTE)
    assert (again.copy, again.attempts) == (A, 1)


def test_the_same_attempt_counts_once(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    claimed = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    store.retry_arrivals(claimed, at=MACHINE)
    store.retry_arrivals(claimed, at=MACHINE + MINUTE)
    (again,) = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    assert again.attempts == 1


def test_a_copy_that_was_worked_off_between_two_notices_starts_with_no_attempts(
    store: Store,
) -> None:
    store.accept([A], now=SATURDAY)
    store.retry_arrivals(
        store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE), at=MACHINE
    )
    claimed = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    store.accept([A], now=SATURDAY)
    store.finish_arrivals(claimed)
    (again,) = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    assert again.attempts == 0


def test_a_worker_that_starts_again_forgets_its_own_leases_only(store: Store) -> None:
    store.accept([A], now=SATURDAY)
    store.claim_arrivals("w1", limit=1, machine=MACHINE, lease=MINUTE)
    store.accept([B], now=SATURDAY)
    store.claim_arrivals("w2", limit=1, machine=MACHINE, lease=MINUTE)
    store.forget_leases("w1")
    free = store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)
    assert [arrival.copy for arrival in free] == [A]


def test_a_thousand_notices_fit_into_one_call(store: Store) -> None:
    copies = [ref(f"m{n:04}") for n in range(1000)]
    store.accept(copies, now=SATURDAY)
    claimed = store.claim_arrivals("w1", limit=2000, machine=MACHINE, lease=MINUTE)
    assert sorted(arrival.copy for arrival in claimed) == copies
    store.finish_arrivals(claimed)
    assert store.pending_arrivals() == 0


def test_nothing_to_do_is_no_error(store: Store) -> None:
    store.accept([], now=SATURDAY)
    store.finish_arrivals([])
    store.retry_arrivals([], at=MACHINE)
    assert store.pending_arrivals() == 0


def test_a_time_without_a_zone_is_refused_and_nothing_is_written(store: Store) -> None:
    with pytest.raises(ValueError, match="aware instants only"):
        store.accept([A], now=SATURDAY.replace(tzinfo=None))
    assert store.pending_arrivals() == 0
