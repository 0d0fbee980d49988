"""Any order of calls on the store does what a few dictionaries would do. On both databases."""

import tempfile
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.holds import TRANSITIONS, Hold, HoldState
from policy_agent.domain.watching import Arrival
from policy_agent.store import Store
from policy_agent.store.tables import FREE
from tests.store.examples import (
    MACHINE,
    MINUTE,
    SATURDAY,
    TUESDAY,
    delivered,
    held,
    ref,
)
from tests.throwaway_postgres import ThrowAwayPostgres

COPIES = st.lists(st.sampled_from([ref(name) for name in "abcdef"]), max_size=4)
WORKER = st.sampled_from(["w1", "w2"])
LIMIT = st.integers(0, 4)


@dataclass
class Waiting:
    """An arrival as the model has it."""

    order: int
    notices: int = 1
    attempts: int = 0
    worker: str | None = None
    free_from: datetime = FREE


@dataclass
class Kept:
    """A hold as the model has it."""

    hold: Hold
    worker: str | None
    free_from: datetime
    events: int = 1


class StoreMachine(RuleBasedStateMachine):
    """The store beside a model of it, on one tenant's clock and one machine's."""

    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.open(self.fresh_url())
        self.now = SATURDAY
        self.machine = MACHINE
        self.waiting: dict[CopyRef, Waiting] = {}
        self.accepted = 0
        self.claimed: list[tuple[Arrival, Waiting, int]] = []  # with the notices at that time
        self.judged: set[CopyRef] = set()
        self.kept: dict[int, Kept] = {}
        self.seen: list[Hold] = []  # every hold as it was handed out, stale ones too

    def fresh_url(self) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        self.store.close()

    @rule(minutes=st.integers(1, 3))
    def the_machine_goes_on(self, minutes: int) -> None:
        self.machine += minutes * MINUTE

    @rule()
    def the_tenant_s_morning_comes(self) -> None:
        self.now = max(self.now, TUESDAY)

    @rule(copies=COPIES)
    def accept(self, copies: list[CopyRef]) -> None:
        self.store.accept(copies, now=self.now)
        for copy in sorted(set(copies)):
            if copy in self.waiting:
                self.waiting[copy].notices += 1
            else:
                self.accepted += 1
                self.waiting[copy] = Waiting(order=self.accepted)

    @rule(worker=WORKER, limit=LIMIT)
    def claim_arrivals(self, worker: str, limit: int) -> None:
        got = self.store.claim_arrivals(worker, limit=limit, machine=self.machine, lease=MINUTE)
        free = [
            (copy, waiting)
            for copy, waiting in sorted(self.waiting.items(), key=lambda item: item[1].order)
            if waiting.free_from <= self.machine
        ][:limit]
        assert [(a.copy, a.attempts) for a in got] == [(c, w.attempts) for c, w in free]
        for arrival, (_, waiting) in zip(got, free, strict=True):
            waiting.worker, waiting.free_from = worker, self.machine + MINUTE
            self.claimed.append((arrival, waiting, waiting.notices))

    @precondition(lambda self: self.claimed)
    @rule(data=st.data())
    def finish_arrival(self, data: st.DataObject) -> None:
        arrival, then, notices = data.draw(st.sampled_from(self.claimed))
        self.store.finish_arrivals([arrival])
        if self.waiting.get(arrival.copy) is not then:
            return  # somebody else finished it; what waits now is a later one
        if then.notices == notices:
            del self.waiting[arrival.copy]
        else:
            then.attempts, then.worker, then.free_from = 0, None, FREE

    @precondition(lambda self: self.claimed)
    @rule(data=st.data(), minutes=st.integers(0, 5))
    def retry_arrival(self, data: st.DataObject, minutes: int) -> None:
        arrival, then, _ = data.draw(st.sampled_from(self.claimed))
        at = self.machine + minutes * MINUTE
        self.store.retry_arrivals([arrival], at=at)
        if self.waiting.get(arrival.copy) is then and then.attempts == arrival.attempts:
            then.attempts, then.worker, then.free_from = then.attempts + 1, None, at

    @rule(copies=COPIES, holds=st.booleans(), worker=WORKER, hours=st.integers(0, 2))
    def record(self, copies: list[CopyRef], holds: bool, worker: str, hours: int) -> None:
        due = TUESDAY + timedelta(hours=hours)
        made = self.store.record(
            [held(copy, due=due) if holds else delivered(copy) for copy in copies],
            worker=worker,
            rulebook="abc",
            now=self.now,
            machine=self.machine,
            lease=MINUTE,
        )
        new = set(copies) - self.judged
        self.judged |= new
        assert {hold.copy for hold in made} == (new if holds else set())
        for hold in made:
            assert (hold.state, hold.due) == (HoldState.PLANNED, due)
            assert hold.id not in self.kept
            self.kept[hold.id] = Kept(hold=hold, worker=worker, free_from=self.machine + MINUTE)
        self.seen += made

    def _take(self, got: list[Hold], free: list[Kept], worker: str, limit: int) -> None:
        first = sorted(free, key=lambda kept: (kept.free_from, kept.hold.promised, kept.hold.id))[
            :limit
        ]
        assert [hold.id for hold in got] == [kept.hold.id for kept in first]
        for kept in first:
            kept.worker, kept.free_from = worker, self.machine + MINUTE
        self.seen += got

    @rule(worker=WORKER, limit=LIMIT)
    def claim_planned(self, worker: str, limit: int) -> None:
        got = self.store.claim_planned(worker, limit=limit, machine=self.machine, lease=MINUTE)
        free = [
            kept
            for kept in self.kept.values()
            if kept.hold.state is HoldState.PLANNED and kept.free_from <= self.machine
        ]
        self._take(list(got), free, worker, limit)

    @rule(worker=WORKER, limit=LIMIT)
    def claim_due(self, worker: str, limit: int) -> None:
        got = self.store.claim_due(
            worker, limit=limit, now=self.now, machine=self.machine, lease=MINUTE
        )
        free = [
            kept
            for kept in self.kept.values()
            if kept.free_from <= self.machine
            and (
                kept.hold.state is HoldState.RELEASING
                or (kept.hold.state is HoldState.HELD and kept.hold.due <= self.now)
            )
        ]
        self._take(list(got), free, worker, limit)
        for hold in got:
            assert hold.state is HoldState.RELEASING
            kept = self.kept[hold.id]
            if kept.hold.state is HoldState.HELD:
                kept.hold, kept.events = hold, kept.events + 1

    @precondition(lambda self: self.seen)
    @rule(data=st.data())
    def advance(self, data: st.DataObject) -> None:
        hold = data.draw(st.sampled_from(self.seen))
        if not TRANSITIONS[hold.state]:
            return
        to = data.draw(st.sampled_from(sorted(TRANSITIONS[hold.state])))
        changed = self.store.advance([hold], to, why="model", now=self.now)
        kept = self.kept[hold.id]
        if kept.hold.state is hold.state:
            kept.hold = replace(hold, state=to)
            kept.worker, kept.free_from, kept.events = None, FREE, kept.events + 1
            assert changed == (kept.hold,)
            self.seen.append(kept.hold)
        else:
            assert changed == ()

    @precondition(lambda self: self.seen)
    @rule(data=st.data(), minutes=st.integers(0, 5))
    def retry_hold(self, data: st.DataObject, minutes: int) -> None:
        hold = data.draw(st.sampled_from(self.seen))
        at = self.machine + minutes * MINUTE
        self.store.retry_holds([hold], at=at)
        kept = self.kept[hold.id]
        if kept.hold.state is hold.state and TRANSITIONS[hold.state]:
            kept.worker, kept.free_from = None, at

    @rule(worker=WORKER)
    def forget_leases(self, worker: str) -> None:
        self.store.forget_leases(worker)
        rows: list[Waiting | Kept] = [*self.waiting.values(), *self.kept.values()]
        for row in rows:
            if row.worker == worker:
                row.worker, row.free_from = None, FREE

    @invariant()
    def they_agree(self) -> None:
        assert self.store.pending_arrivals() == len(self.waiting)
        in_order = sorted((kept.hold for kept in self.kept.values()), key=lambda h: h.id)
        assert sorted(self.store.holds(list(HoldState)), key=lambda h: h.id) == in_order

    @invariant()
    def every_change_has_its_event(self) -> None:
        for kept in self.kept.values():
            events = self.store.hold_events(kept.hold.id)
            assert len(events) == kept.events
            assert [e.from_state for e in events[1:]] == [e.to_state for e in events[:-1]]
            assert events[-1].to_state is kept.hold.state
            assert all(
                e.to_state in TRANSITIONS[e.from_state] for e in events if e.from_state is not None
            )


def test_any_order_of_calls_on_sqlite() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = 0

        class OnSQLite(StoreMachine):
            def fresh_url(self) -> str:
                nonlocal made
                made += 1
                return f"sqlite:///{Path(folder) / f'{made}.db'}"

        run_state_machine_as_test(
            OnSQLite,
            settings=settings(max_examples=25, stateful_step_count=30, deadline=None),
        )


def test_any_order_of_calls_on_postgresql(postgres: ThrowAwayPostgres) -> None:
    class OnPostgreSQL(StoreMachine):
        def fresh_url(self) -> str:
            return postgres.emptied_database()

    run_state_machine_as_test(
        OnPostgreSQL,
        settings=settings(max_examples=8, stateful_step_count=30, deadline=None),
    )
