"""Many workers on one store: nobody gets what another has, and nothing is doubled.

On both databases. Each worker opens the store for itself, as another process would.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import chain
from threading import Barrier
from typing import TypeVar

from policy_agent.domain.holds import Asked, HoldState
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.store import Store
from tests.store.examples import (
    MACHINE,
    MINUTE,
    SATURDAY,
    TUESDAY,
    JudgedCopy,
    held,
    record,
    ref,
    says_deliver,
)

T = TypeVar("T")
WORKERS = 4


def all_at_once(url: str, work: Callable[[Store, str], T]) -> list[T]:
    """Let each worker do its work on a store of its own, none before all are ready."""
    start = Barrier(WORKERS)

    def one(number: int, store: Store) -> T:
        start.wait(timeout=60)
        return work(store, f"w{number}")

    with ExitStack() as opened, ThreadPoolExecutor(WORKERS) as pool:
        stores = [opened.enter_context(closing(Store.open(url))) for _ in range(WORKERS)]
        return list(pool.map(one, range(WORKERS), stores))


def test_no_arrival_is_claimed_twice(empty_url: str) -> None:
    copies = [ref(f"m{n:03}") for n in range(200)]
    with closing(Store.open(empty_url)) as store:
        store.accept(copies, now=SATURDAY)

    def work(store: Store, worker: str) -> list[str]:
        mine: list[str] = []
        while claimed := store.claim_arrivals(worker, limit=7, machine=MACHINE, lease=MINUTE):
            mine += [arrival.copy.message for arrival in claimed]
        return mine

    shares = all_at_once(empty_url, work)
    assert sorted(chain.from_iterable(shares)) == [copy.message for copy in copies]


def test_no_due_hold_is_claimed_twice_and_each_becomes_releasing_once(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as store:
        made = record(store, *(held(ref(f"m{n:03}")) for n in range(100)))
        store.advance(made, HoldState.HELD, why="moved", now=SATURDAY)

    def work(store: Store, worker: str) -> list[int]:
        mine: list[int] = []
        while claimed := store.claim_due(
            worker, limit=7, now=TUESDAY, machine=MACHINE, lease=MINUTE
        ):
            mine += [hold.id for hold in claimed]
        return mine

    shares = all_at_once(empty_url, work)
    assert sorted(chain.from_iterable(shares)) == sorted(hold.id for hold in made)
    with closing(Store.open(empty_url)) as store:
        assert {len(store.hold_events(hold.id)) for hold in made} == {3}


def test_a_copy_that_many_judge_at_once_is_judged_by_one_of_them(empty_url: str) -> None:
    copies = [ref(f"m{n:02}") for n in range(40)]

    def work(store: Store, worker: str) -> list[str]:
        backwards = int(worker[1:]) % 2 == 1
        mine = [
            JudgedCopy(
                copy=copy,
                received=SATURDAY,
                decisions=(*held(copy).decisions, says_deliver(worker), says_deliver(worker)),
                hold=held(copy).hold,
            )
            for copy in (reversed(copies) if backwards else copies)
        ]
        return [
            hold.copy.message
            for start in range(0, len(mine), 20)
            for hold in record(store, *mine[start : start + 20], worker=worker)
        ]

    shares = all_at_once(empty_url, work)
    assert Counter(chain.from_iterable(shares)) == Counter(copy.message for copy in copies)
    with closing(Store.open(empty_url)) as store:
        for copy in copies:
            rows = store.decisions_of(copy)
            assert len(rows) == 3
            assert len({row.rule for row in rows}) == 2  # no row of a loser among them
        assert len(store.holds([HoldState.PLANNED])) == len(copies)


def test_a_hold_that_many_advance_at_once_changes_once(empty_url: str) -> None:
    with closing(Store.open(empty_url)) as store:
        made = record(store, *(held(ref(f"m{n:02}")) for n in range(40)))

    def work(store: Store, worker: str) -> list[int]:
        forwards = int(worker[1:]) % 2 == 0
        to = HoldState.HELD if forwards else HoldState.ABANDONED
        mine = made if forwards else tuple(reversed(made))
        return [hold.id for hold in store.advance(mine, to, why=worker, now=SATURDAY)]

    shares = all_at_once(empty_url, work)
    assert sorted(chain.from_iterable(shares)) == [hold.id for hold in made]
    with closing(Store.open(empty_url)) as store:
        assert {len(store.hold_events(hold.id)) for hold in made} == {2}


def test_notices_of_the_same_copies_from_many_sides_are_counted_once_each(empty_url: str) -> None:
    copies = [ref(f"m{n:02}") for n in range(50)]

    def work(store: Store, worker: str) -> None:
        for turn in range(5):
            store.accept(copies if turn % 2 else list(reversed(copies)), now=SATURDAY)

    all_at_once(empty_url, work)
    with closing(Store.open(empty_url)) as store:
        claimed = store.claim_arrivals("w", limit=99, machine=MACHINE, lease=MINUTE)
    assert sorted(arrival.copy for arrival in claimed) == copies
    assert {arrival.seq % (1 << 32) for arrival in claimed} == {WORKERS * 5}


def test_directories_that_are_put_at_once_do_not_mix(empty_url: str) -> None:
    def work(store: Store, worker: str) -> None:
        for _ in range(5):
            teams = {worker: frozenset({worker}), "all": frozenset(worker)}
            store.put_people([], teams, now=SATURDAY)
            store.put_mailboxes([worker, "shared"], now=SATURDAY)

    all_at_once(empty_url, work)
    with closing(Store.open(empty_url)) as store:
        _, teams = store.people()
        assert len(teams) == 2
        (worker,) = set(teams) - {"all"}
        assert teams == {worker: {worker}, "all": frozenset(worker)}
        assert len(store.mailboxes()) == 2


def test_threads_share_one_store(store: Store) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda n: store.accept([ref(f"m{n:02}")], now=SATURDAY), range(40)))
    assert store.pending_arrivals() == 40


def test_a_copy_that_is_judged_while_its_sender_asks_does_not_wait_either(empty_url: str) -> None:
    mails = [f"<mail-{n:02}@northshire.example>" for n in range(20)]

    def copy_for(worker: str, mail: str) -> JudgedCopy:
        facts = RecordedFacts(
            sender="alice", sender_inside=True, recipients=(worker,), received=SATURDAY
        )
        return replace(
            held(ref(f"{mail} for {worker}", worker)), facts=facts, internet_message_id=mail
        )

    with closing(Store.open(empty_url)) as store:
        first = record(store, *(copy_for("bob", mail) for mail in mails))
    numbers = [hold.mail for hold in first if hold.mail is not None]
    assert len(set(numbers)) == len(mails)

    def work(store: Store, worker: str) -> None:
        if worker == "w0":
            for number in numbers:
                store.ask_mail(number, who="alice", now=SATURDAY)
        else:
            for mail in mails:
                record(store, copy_for(worker, mail), worker=worker)

    all_at_once(empty_url, work)
    with closing(Store.open(empty_url)) as store:
        planned = store.holds([HoldState.PLANNED])
        assert len(planned) == len(mails) * WORKERS
        assert {hold.asked for hold in planned} == {Asked.SENDER}
        assert {hold.due for hold in planned} == {SATURDAY}
