"""Holds: claimed, brought from state to state by compare-and-set. On both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from policy_agent.domain.holds import OPEN_STATES, TRANSITIONS, Hold, HoldState, PlannedHold
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, SATURDAY, TUESDAY, delivered, held, record, ref

WAY = {  # how a hold gets into each state
    HoldState.PLANNED: (),
    HoldState.HELD: (HoldState.HELD,),
    HoldState.RELEASING: (HoldState.HELD, HoldState.RELEASING),
    HoldState.RELEASED: (HoldState.HELD, HoldState.RELEASING, HoldState.RELEASED),
    HoldState.SELF_RELEASED: (HoldState.HELD, HoldState.SELF_RELEASED),
    HoldState.SENT_NOW: (HoldState.HELD, HoldState.RELEASING, HoldState.SENT_NOW),
    HoldState.ABANDONED: (HoldState.ABANDONED,),
}


def bring(store: Store, hold: Hold, to: HoldState) -> Hold:
    for state in WAY[to]:
        (hold,) = store.advance([hold], state, why="test", now=SATURDAY)
    return hold


def a_held_one(store: Store, message: str = "a", hold: PlannedHold | None = None) -> Hold:
    judged = held(ref(message))
    (made,) = record(store, judged if hold is None else replace(judged, hold=hold))
    return bring(store, made, HoldState.HELD)


def test_each_step_is_an_event_with_its_reason(store: Store) -> None:
    (hold,) = record(store, held(ref("a")))
    (hold,) = store.advance([hold], HoldState.HELD, why="moved", now=SATURDAY + MINUTE)
    (hold,) = store.claim_due("w", limit=1, now=TUESDAY, machine=MACHINE, lease=MINUTE)
    store.advance([hold], HoldState.RELEASED, why="moved back", now=TUESDAY + MINUTE)
    story = [(e.from_state, e.to_state, e.at, e.why) for e in store.hold_events(hold.id)]
    assert story == [
        (None, HoldState.PLANNED, SATURDAY, "decided"),
        (HoldState.PLANNED, HoldState.HELD, SATURDAY + MINUTE, "moved"),
        (HoldState.HELD, HoldState.RELEASING, TUESDAY, "due"),
        (HoldState.RELEASING, HoldState.RELEASED, TUESDAY + MINUTE, "moved back"),
    ]


@pytest.mark.parametrize("came_from", list(HoldState))
@pytest.mark.parametrize("to", list(HoldState))
def test_only_the_known_transitions_are_made(
    store: Store, came_from: HoldState, to: HoldState
) -> None:
    (hold,) = record(store, held(ref("a")))
    hold = bring(store, hold, came_from)
    events = store.hold_events(hold.id)
    if to in TRANSITIONS[came_from]:
        assert store.advance([hold], to, why="x", now=TUESDAY) == (replace(hold, state=to),)
        assert store.holds([to]) == (replace(hold, state=to),)
        assert len(store.hold_events(hold.id)) == len(events) + 1
    else:
        with pytest.raises(ValueError, match=f"cannot go from {came_from} to {to}"):
            store.advance([hold], to, why="x", now=TUESDAY)
        assert store.holds([came_from]) == (hold,)
        assert store.hold_events(hold.id) == events


def test_a_wrong_transition_leaves_the_others_of_the_batch_too(store: Store) -> None:
    planned, other = record(store, held(ref("a")), held(ref("b")))
    gone = bring(store, other, HoldState.ABANDONED)
    with pytest.raises(ValueError, match="cannot go"):
        store.advance([planned, gone], HoldState.HELD, why="x", now=SATURDAY)
    assert store.holds([HoldState.PLANNED]) == (planned,)


def test_advance_compares_with_the_state_that_it_was_given(store: Store) -> None:
    (planned,) = record(store, held(ref("a")))
    bring(store, planned, HoldState.HELD)
    events = store.hold_events(planned.id)
    assert store.advance([planned], HoldState.ABANDONED, why="x", now=SATURDAY) == ()
    assert store.hold_events(planned.id) == events


def test_advance_brings_holds_from_different_states_to_one(store: Store) -> None:
    planned, other = record(store, held(ref("a")), held(ref("b")))
    in_folder = bring(store, other, HoldState.HELD)
    done = store.advance([in_folder, planned], HoldState.RELEASING, why="all", now=SATURDAY)
    assert {hold.id for hold in done} == {planned.id, in_folder.id}
    assert {hold.state for hold in done} == {HoldState.RELEASING}


def test_a_hold_that_is_given_twice_changes_once(store: Store) -> None:
    (hold,) = record(store, held(ref("a")))
    assert len(store.advance([hold, hold], HoldState.HELD, why="x", now=SATURDAY)) == 1
    assert len(store.hold_events(hold.id)) == 2


def test_advance_ends_the_lease(store: Store) -> None:
    hold = a_held_one(store)  # recorded by w1, whose lease ran for a minute
    taken = store.claim_due("w2", limit=9, now=TUESDAY, machine=MACHINE, lease=MINUTE)
    assert taken == (replace(hold, state=HoldState.RELEASING),)


def test_nothing_is_due_before_its_time(store: Store) -> None:
    due = TUESDAY + MINUTE
    a_held_one(store, hold=PlannedHold(rule="r", promised=TUESDAY, due=due))
    before = due - timedelta(microseconds=1)
    assert store.claim_due("w", limit=9, now=before, machine=MACHINE, lease=MINUTE) == ()
    assert len(store.claim_due("w", limit=9, now=due, machine=MACHINE, lease=MINUTE)) == 1


def test_the_oldest_promise_goes_first(store: Store) -> None:
    for message, hours in (("later", 2), ("first", 0), ("second", 1)):
        promised = TUESDAY + timedelta(hours=hours)
        a_held_one(store, message, hold=PlannedHold(rule="r", promised=promised, due=promised))
    late = TUESDAY + timedelta(days=1)
    taken = store.claim_due("w", limit=2, now=late, machine=MACHINE, lease=MINUTE)
    assert [hold.copy.message for hold in taken] == ["first", "second"]


def test_a_planned_hold_is_not_due(store: Store) -> None:
    record(store, held(ref("a")))
    late = MACHINE + timedelta(days=1)
    assert store.claim_due("w", limit=9, now=TUESDAY, machine=late, lease=MINUTE) == ()


def test_a_release_whose_worker_died_is_taken_over_without_a_second_event(store: Store) -> None:
    hold = a_held_one(store)
    (first,) = store.claim_due("w1", limit=9, now=TUESDAY, machine=MACHINE, lease=MINUTE)
    during = MACHINE + MINUTE - timedelta(microseconds=1)
    assert store.claim_due("w2", limit=9, now=TUESDAY, machine=during, lease=MINUTE) == ()
    events = store.hold_events(hold.id)
    taken = store.claim_due("w2", limit=9, now=TUESDAY, machine=MACHINE + MINUTE, lease=MINUTE)
    assert taken == (first,)
    assert store.hold_events(hold.id) == events


def test_an_early_release_that_broke_off_is_taken_over_before_it_is_due(store: Store) -> None:
    hold = a_held_one(store)
    (asked,) = store.advance([hold], HoldState.RELEASING, why="asked", now=SATURDAY)
    taken = store.claim_due("w", limit=9, now=SATURDAY, machine=MACHINE, lease=MINUTE)
    assert taken == (asked,)


def test_what_was_put_off_comes_after_what_was_not(store: Store) -> None:
    first, second = (
        bring(store, hold, HoldState.HELD) for hold in record(store, held(ref("a")), held(ref("b")))
    )
    (claimed,) = store.claim_due("w", limit=1, now=TUESDAY, machine=MACHINE, lease=MINUTE)
    assert claimed.id == first.id
    store.retry_holds([claimed], at=MACHINE)
    (claimed,) = store.claim_due("w", limit=1, now=TUESDAY, machine=MACHINE, lease=MINUTE)
    assert claimed.id == second.id


def test_a_planned_hold_whose_worker_died_is_taken_over(store: Store) -> None:
    (hold,) = record(store, held(ref("a")))
    later = MACHINE + MINUTE
    assert store.claim_planned("w2", limit=9, machine=later, lease=MINUTE) == (hold,)
    assert store.claim_planned("w3", limit=9, machine=later, lease=MINUTE) == ()


@pytest.mark.parametrize("state", [HoldState.PLANNED, HoldState.RELEASING])
def test_a_retry_waits_for_its_time(store: Store, state: HoldState) -> None:
    (hold,) = record(store, held(ref("a")))
    hold = bring(store, hold, state)
    later = MACHINE + timedelta(hours=1)
    store.retry_holds([hold], at=later)
    before = later - timedelta(microseconds=1)

    def claim(machine: datetime) -> object:
        if state is HoldState.PLANNED:
            return store.claim_planned("w", limit=9, machine=machine, lease=MINUTE)
        return store.claim_due("w", limit=9, now=TUESDAY, machine=machine, lease=MINUTE)

    assert claim(before) == ()
    assert claim(later) == (hold,)


def test_what_was_put_off_by_a_clock_that_was_ahead_is_not_put_off_for_as_long(
    store: Store,
) -> None:
    (hold,) = record(store, held(ref("a")))
    hold = bring(store, hold, HoldState.RELEASING)
    store.retry_holds([hold], at=MACHINE + timedelta(days=365))
    assert store.claim_due("w", limit=9, now=TUESDAY, machine=MACHINE, lease=MINUTE) == (hold,)


def test_a_retry_of_a_hold_that_went_on_meanwhile_changes_nothing(store: Store) -> None:
    (planned,) = record(store, held(ref("a")))
    bring(store, planned, HoldState.HELD)
    store.retry_holds([planned], at=MACHINE + timedelta(days=9))
    assert len(store.claim_due("w", limit=9, now=TUESDAY, machine=MACHINE, lease=MINUTE)) == 1


def test_open_holds_are_counted_by_mailbox(store: Store) -> None:
    first, second, third, _ = record(
        store,
        held(ref("1", "bob")),
        held(ref("2", "bob")),
        held(ref("3", "carol")),
        held(ref("4", "dave")),
    )
    bring(store, first, HoldState.HELD)
    bring(store, second, HoldState.ABANDONED)
    bring(store, third, HoldState.RELEASING)
    assert store.held_counts(["bob", "carol", "erin"]) == {"bob": 1, "carol": 1, "erin": 0}


def test_holds_are_listed_by_state(store: Store) -> None:
    planned, other = record(store, held(ref("a")), held(ref("b")))
    moved = bring(store, other, HoldState.HELD)
    assert store.holds(OPEN_STATES) == (planned, moved)
    assert store.holds([HoldState.HELD]) == (moved,)
    assert store.holds([]) == ()


def test_holds_between_are_half_open_by_the_time_of_the_decision(store: Store) -> None:
    for minutes, message in ((1, "b"), (0, "a"), (2, "c")):
        record(store, held(ref(message)), now=SATURDAY + minutes * MINUTE)
    record(store, delivered(ref("d")), now=SATURDAY)
    found = store.holds_between(SATURDAY, SATURDAY + 2 * MINUTE)
    assert [hold.copy.message for hold in found] == ["a", "b"]


def test_a_thousand_holds_are_released_in_one_call(store: Store) -> None:
    made = record(store, *(held(ref(f"m{n:04}")) for n in range(1200)))
    moved = store.advance(made, HoldState.HELD, why="moved", now=SATURDAY)
    assert len(moved) == 1200
    due = store.claim_due("w", limit=5000, now=TUESDAY, machine=MACHINE, lease=MINUTE)
    assert len(due) == 1200
    store.retry_holds(due, at=MACHINE)
    back = store.advance(due, HoldState.RELEASED, why="moved back", now=TUESDAY)
    assert len(back) == 1200
    assert store.holds(OPEN_STATES) == ()


def test_an_unknown_hold_has_no_events(store: Store) -> None:
    assert store.hold_events(4711) == ()
