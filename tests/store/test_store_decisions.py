"""Decisions: a copy is judged once, for good. On both databases."""

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.holds import HoldState, PlannedHold
from policy_agent.domain.rules import Mode
from policy_agent.domain.where import NOWHERE
from policy_agent.store import DecisionRow, HoldEvent, Store
from tests.store.examples import (
    MACHINE,
    MINUTE,
    SATURDAY,
    TUESDAY,
    JudgedCopy,
    delivered,
    held,
    record,
    ref,
    says_deliver,
    says_hold,
)

A, B, C = ref("a"), ref("b"), ref("c", mailbox="carol")


def test_a_decision_is_kept_with_the_clause_that_decided(store: Store) -> None:
    record(store, held(A))
    (row,) = store.decisions_of(A)
    assert row == DecisionRow(
        id=row.id,
        mailbox="bob",
        message="a",
        received=SATURDAY - MINUTE,
        decided=SATURDAY,
        rule="weekend-email",
        outcome=Outcome.HOLD,
        mode=Mode.ENFORCE,
        reason=Reason.IN_WINDOW,
        detail="Saturday 23 May is inside the window rest-days",
        where_file="rules.yaml",
        where_line=31,
        promised=TUESDAY,
        rulebook="abc",
    )


def test_a_promise_in_the_calendar_s_zone_comes_back_as_the_same_instant_in_utc(
    store: Store,
) -> None:
    london = TUESDAY.astimezone(ZoneInfo("Europe/London"))
    record(store, replace(held(A), decisions=(says_hold(promise=london),)))
    (row,) = store.decisions_of(A)
    assert row.promised == TUESDAY
    assert row.promised is not None
    assert row.promised.utcoffset() == timedelta()


def test_no_rule_and_no_clause_are_kept_as_such(store: Store) -> None:
    nobody = Decision(
        rule=None,
        outcome=Outcome.DELIVER,
        mode=Mode.OFF,
        reason=Reason.NOT_COVERED,
        detail="No rule is about this sender and this recipient",
        where=NOWHERE,
    )
    record(store, replace(delivered(A), decisions=(nobody,)))
    (row,) = store.decisions_of(A)
    assert (row.rule, row.promised, row.where_file, row.where_line) == (None, None, "", 0)


def test_what_every_rule_said_is_kept_in_the_rulebook_s_order(store: Store) -> None:
    three = (says_deliver("z"), says_hold("m"), says_deliver("a"))
    record(store, replace(held(A), decisions=three), delivered(B))
    assert [row.rule for row in store.decisions_of(A)] == ["z", "m", "a"]
    assert len(store.decisions_of(B)) == 1


def test_a_planned_hold_comes_with_its_decision(store: Store) -> None:
    (hold,) = record(store, held(A, due=TUESDAY + MINUTE), delivered(B))
    assert (hold.copy, hold.rule, hold.state) == (A, "weekend-email", HoldState.PLANNED)
    assert (hold.received, hold.promised, hold.due) == (
        SATURDAY - MINUTE,
        TUESDAY,
        TUESDAY + MINUTE,
    )
    assert store.hold_events(hold.id) == (
        HoldEvent(
            hold=hold.id,
            from_state=None,
            to_state=HoldState.PLANNED,
            at=SATURDAY,
            why="decided",
        ),
    )
    assert store.hold_of(A) == hold
    assert store.hold_of(B) is None


def test_judged_names_those_with_decisions(store: Store) -> None:
    record(store, held(A), delivered(C))
    assert store.judged([A, B, C, ref("c", mailbox="bob")]) == {A, C}
    assert store.judged([]) == frozenset()


def test_judged_takes_more_copies_than_fit_into_one_statement(store: Store) -> None:
    copies = [ref(f"m{n:04}") for n in range(1201)]
    record(store, *map(delivered, copies[::2]))
    assert store.judged(copies) == set(copies[::2])


def test_a_copy_is_judged_once_for_good(store: Store) -> None:
    (hold,) = record(store, held(A))
    before = store.decisions_of(A)
    twice = JudgedCopy(
        copy=A,
        received=SATURDAY,
        decisions=(says_deliver("x"), says_deliver("y")),
        hold=PlannedHold(rule="x", promised=TUESDAY, due=TUESDAY),
    )
    assert record(store, twice, worker="w2", now=TUESDAY) == ()
    assert store.decisions_of(A) == before
    assert store.hold_of(A) == hold
    assert len(store.hold_events(hold.id)) == 1


def test_a_copy_that_was_delivered_is_not_held_by_a_second_notice(store: Store) -> None:
    record(store, delivered(A))
    assert record(store, held(A)) == ()
    assert store.hold_of(A) is None


def test_the_new_ones_of_a_batch_are_written_beside_known_ones(store: Store) -> None:
    record(store, held(A))
    (hold,) = record(store, held(A), held(B))
    assert hold.copy == B


def test_a_copy_that_stands_twice_in_a_batch_is_written_once(store: Store) -> None:
    holds = record(store, held(A), held(A))
    assert len(holds) == 1
    assert len(store.decisions_of(A)) == 1


def test_the_same_message_id_in_two_mailboxes_is_two_copies(store: Store) -> None:
    holds = record(store, held(ref("m", "bob")), held(ref("m", "carol")))
    assert {hold.copy.mailbox for hold in holds} == {"bob", "carol"}


def test_new_holds_are_leased_to_whoever_recorded_them(store: Store) -> None:
    (hold,) = record(store, held(A), worker="w1")
    assert store.claim_planned("w2", limit=9, machine=MACHINE, lease=MINUTE) == ()
    store.forget_leases("w1")
    assert store.claim_planned("w2", limit=9, machine=MACHINE, lease=MINUTE) == (hold,)


def test_a_batch_with_one_bad_item_writes_nothing(store: Store) -> None:
    nameless = replace(held(B), hold=PlannedHold(rule=None, promised=TUESDAY, due=TUESDAY))  # type: ignore[arg-type]  # the mistake under test
    with pytest.raises(IntegrityError):
        record(store, held(A), nameless)
    assert store.judged([A, B]) == frozenset()
    assert store.holds(list(HoldState)) == ()


def test_a_copy_without_a_decision_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="without a decision"):
        record(store, delivered(A), replace(delivered(B), decisions=()))
    assert store.judged([A]) == frozenset()


def test_decisions_between_are_half_open_and_in_order(store: Store) -> None:
    for minutes, copy in ((2, A), (0, B), (1, C), (3, ref("d"))):
        record(store, delivered(copy), now=SATURDAY + minutes * MINUTE)
    rows = list(store.decisions_between(SATURDAY, SATURDAY + 3 * MINUTE))
    assert [row.message for row in rows] == ["b", "c", "a"]


def test_decisions_between_can_be_left_half_read(store: Store) -> None:
    record(store, *(delivered(ref(f"m{n:04}")) for n in range(2500)))
    rows = store.decisions_between(SATURDAY, TUESDAY)
    assert len(list(islice(rows, 3))) == 3
    record(store, delivered(A))
    assert len(list(rows)) == 2497
    assert len(list(store.decisions_between(SATURDAY, TUESDAY))) == 2501


@pytest.mark.parametrize("apart", [timedelta(microseconds=1), timedelta(days=400)])
def test_instants_keep_their_order_to_the_microsecond(store: Store, apart: timedelta) -> None:
    record(store, delivered(A), now=SATURDAY)
    record(store, delivered(B), now=SATURDAY + apart)
    assert [row.message for row in store.decisions_between(SATURDAY, SATURDAY + apart)] == ["a"]
    (row,) = store.decisions_of(B)
    assert row.decided - SATURDAY == apart
