"""Permits: never more than there are, and nobody waits for ever."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from policy_agent.graph.limits import Limits


def test_it_grants_what_is_free_and_no_more_of_one_mailbox() -> None:
    limits = Limits(per_mailbox=2, whole_app=10)
    assert limits.take(["a", "a", "A", "b"], most=20) == [0, 1, 3]


def test_it_grants_no_more_than_asked_for_and_than_the_app_may() -> None:
    limits = Limits(per_mailbox=4, whole_app=3)
    assert limits.take(["a", "b", "c", "d"], most=2) == [0, 1]
    assert limits.take(["c", "d"], most=2) == [0]


def test_calls_without_a_mailbox_count_towards_the_app_only() -> None:
    limits = Limits(per_mailbox=1, whole_app=3)
    assert limits.take(["", "", "", ""], most=20) == [0, 1, 2]


def test_it_waits_until_a_permit_is_given_back() -> None:
    limits = Limits(per_mailbox=1, whole_app=10)
    limits.take(["a"], most=1)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(limits.take, ["a"], most=1)
        limits.give_back(["a"])
        assert waiting.result(timeout=10) == [0]


def test_no_permits_at_all_make_no_sense() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Limits(per_mailbox=0)


def test_crossing_batches_never_wait_for_one_another_for_ever() -> None:
    limits = Limits(per_mailbox=2, whole_app=7)
    lock = threading.Lock()
    flying: Counter[str] = Counter()
    worst = [0, 0]

    def work(seed: int) -> int:
        chosen = random.Random(seed)  # noqa: S311 - the same each time is what is wanted
        wanted = [chosen.choice("abcde") for _ in range(40)]
        done = 0
        while wanted:
            granted = limits.take(wanted, most=20)
            names = [wanted[place] for place in granted]
            with lock:
                flying.update(names)
                worst[0] = max(worst[0], *flying.values())
                worst[1] = max(worst[1], flying.total())
            done += len(names)
            wanted = [name for place, name in enumerate(wanted) if place not in set(granted)]
            with lock:
                flying.subtract(names)
            limits.give_back(names)
        return done

    pool = ThreadPoolExecutor(12)
    futures = [pool.submit(work, seed) for seed in range(60)]
    assert [future.result(timeout=60) for future in futures] == [40] * 60
    pool.shutdown()
    assert worst[0] <= 2
    assert worst[1] <= 7
