"""Exemptions at run time: audited, counted, and earlier releases. On both databases."""

from dataclasses import replace
from datetime import date, timedelta

from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.exempting import ExemptionEvent, run_time_name, run_time_where
from policy_agent.domain.holds import HoldState
from policy_agent.domain.rules import Exemption, Mode
from policy_agent.store import Store
from tests.store.examples import (
    MACHINE,
    MINUTE,
    SATURDAY,
    TUESDAY,
    delivered,
    held,
    record,
    ref,
)

OFSTED = Exemption(
    name="ofsted-week",
    rules=frozenset({"weekend-email"}),
    teams=frozenset({"leadership", "everyone"}),
    addresses=frozenset({"bob@northshire.example"}),
    starts=date(2026, 5, 23),
    ends=date(2026, 5, 30),
    because="Inspection",
    approved_by="director@northshire.example",
    where=run_time_where("ofsted-week"),
)


def freed_by(name: str) -> Decision:
    return Decision(
        rule="weekend-email",
        outcome=Outcome.DELIVER,
        mode=Mode.ENFORCE,
        reason=Reason.EXEMPTION,
        detail=f"The exemption {name} applies",
        where=run_time_where(name),
    )


def uses(store: Store) -> int:
    (kept,) = store.exemptions()
    return kept.uses


def test_an_exemption_comes_back_as_it_was_added(store: Store) -> None:
    assert store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    (kept,) = store.exemptions()
    assert kept.exemption == replace(OFSTED, where=kept.exemption.where)
    assert run_time_name(kept.exemption.where) == "ofsted-week"
    assert (kept.created, kept.created_by, kept.ended, kept.uses) == (SATURDAY, "kim", None, 0)


def test_a_name_is_used_once_for_good(store: Store) -> None:
    assert store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    assert not store.add_exemption(replace(OFSTED, because="Again"), by="lee", now=TUESDAY)
    store.end_exemption("ofsted-week", by="kim", now=TUESDAY)
    assert not store.add_exemption(OFSTED, by="lee", now=TUESDAY)
    (kept,) = store.exemptions()
    assert kept.exemption.because == "Inspection"
    assert len(store.exemption_events("ofsted-week")) == 2


def test_each_change_has_its_row_with_who_and_when(store: Store) -> None:
    store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    assert store.end_exemption("ofsted-week", by="lee", now=TUESDAY)
    assert store.exemption_events("ofsted-week") == (
        ExemptionEvent(what="added", at=SATURDAY, who="kim"),
        ExemptionEvent(what="ended", at=TUESDAY, who="lee"),
    )
    (kept,) = store.exemptions()
    assert (kept.ended, kept.ended_by) == (TUESDAY, "lee")


def test_what_is_ended_or_unknown_cannot_be_ended(store: Store) -> None:
    assert not store.end_exemption("ofsted-week", by="lee", now=TUESDAY)
    store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    assert store.end_exemption("ofsted-week", by="lee", now=TUESDAY)
    assert not store.end_exemption("ofsted-week", by="max", now=TUESDAY)
    assert len(store.exemption_events("ofsted-week")) == 2


def test_those_in_force_are_neither_ended_nor_over(store: Store) -> None:
    store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    store.add_exemption(replace(OFSTED, name="second"), by="kim", now=SATURDAY)
    assert [e.name for e in store.exemptions_since(OFSTED.ends)] == ["ofsted-week", "second"]
    assert store.exemptions_since(OFSTED.ends + timedelta(days=1)) == ()
    store.end_exemption("second", by="kim", now=SATURDAY)
    assert [e.name for e in store.exemptions_since(OFSTED.ends)] == ["ofsted-week"]


def test_each_copy_that_an_exemption_frees_is_counted_once(store: Store) -> None:
    store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    freed = [
        replace(delivered(ref(name)), decisions=(freed_by("ofsted-week"),)) for name in ("a", "b")
    ]
    record(store, *freed, delivered(ref("c")))
    record(store, *freed)  # a second notice
    assert uses(store) == 2


def test_a_release_is_brought_earlier_and_never_later(store: Store) -> None:
    store.add_exemption(OFSTED, by="kim", now=SATURDAY)
    (hold,) = record(store, held(ref("a")))
    (hold,) = store.advance([hold], HoldState.HELD, why="moved", now=SATURDAY)
    why = {hold: [freed_by("ofsted-week")]}
    now = SATURDAY + MINUTE
    assert store.bring_forward(why, to=TUESDAY + MINUTE, why="later", now=now) == ()
    (earlier,) = store.bring_forward(why, to=now, why="exemption ofsted-week", now=now)
    assert (earlier.due, earlier.promised, earlier.state) == (now, now, HoldState.HELD)
    assert store.hold_of(ref("a")) == earlier
    assert store.bring_forward(why, to=now, why="again", now=now) == ()
    assert uses(store) == 1
    last = store.hold_events(hold.id)[-1]
    assert (last.from_state, last.to_state, last.at, last.why) == (
        HoldState.HELD,
        HoldState.HELD,
        now,
        "exemption ofsted-week",
    )
    assert len(store.claim_due("w", limit=9, now=now, machine=MACHINE, lease=MINUTE)) == 1


def test_what_is_on_its_way_back_already_is_left(store: Store) -> None:
    (hold,) = record(store, held(ref("a")))
    (hold,) = store.advance([hold], HoldState.RELEASING, why="asked", now=SATURDAY)
    assert store.bring_forward({hold: []}, to=SATURDAY, why="x", now=SATURDAY) == ()


def test_open_holds_are_listed_from_a_number_on(store: Store) -> None:
    first, second, third = record(store, *(held(ref(name)) for name in "abc"))
    store.advance([third], HoldState.ABANDONED, why="x", now=SATURDAY)
    assert store.holds_after(0) == (first, second)
    assert store.holds_after(first.id) == (second,)
