"""How fast the store accepts, claims and releases: `python -m benchmarks.store [URL]`.

Without a URL it measures an SQLite file in the working directory, which it removes afterwards: a
temporary folder may be in memory, where a commit costs nothing.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from policy_agent.domain.copies import CopyRef
from policy_agent.store import Store

NOW = datetime(2026, 5, 23, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SECONDS = 3.0  # each measurement runs at least this long


def a_second(work: Callable[[], int]) -> float:
    """Return how many things a second are done by work that says how many it did."""
    done = 0
    started = perf_counter()
    while (spent := perf_counter() - started) < SECONDS:
        done += work()
    return done / spent


def measure(store: Store) -> Sequence[tuple[str, float]]:
    made = 0

    def accept(size: int) -> int:
        nonlocal made
        copies = [
            CopyRef(mailbox=f"user{n % 200}", message=f"{n:0150}") for n in range(made, made + size)
        ]
        made += size
        store.accept(copies, now=NOW)
        return size

    def claim() -> int:
        claimed = store.claim_arrivals("bench", limit=100, machine=NOW, lease=LEASE)
        if not claimed:
            store.forget_leases("bench")
        return len(claimed)

    def work_off() -> int:
        claimed = store.claim_arrivals("bench", limit=100, machine=NOW, lease=LEASE)
        store.finish_arrivals(claimed)
        if not claimed:
            accept(10_000)
        return len(claimed)

    results = [
        ("copies accepted a second, 1 a call", a_second(lambda: accept(1))),
        ("copies accepted a second, 100 a call", a_second(lambda: accept(100))),
    ]
    waiting = store.pending_arrivals()
    results += [
        (f"arrivals claimed a second, 100 a call, {waiting} waiting", a_second(claim)),
    ]
    store.forget_leases("bench")
    results += [("arrivals claimed and finished a second, 100 a call", a_second(work_off))]
    return results


def main() -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        url = sys.argv[1] if sys.argv[1:] else f"sqlite:///{folder}/store.db"
        with closing(Store.open(url)) as store:
            for what, rate in measure(store):
                sys.stdout.write(f"{what}: {rate:,.0f}\n")


if __name__ == "__main__":
    main()
