"""A process is killed: what was committed stays, what was not never was. On both databases."""

import signal
import subprocess
import sys
from contextlib import closing

from policy_agent.domain.holds import HoldState
from policy_agent.store import Store
from tests.store.examples import MACHINE, MINUTE, TUESDAY, ref

BEGIN = """
import sys
from policy_agent.store import Store
from policy_agent.domain.holds import HoldState
from tests.store.examples import *
store = Store.open(sys.argv[1])
"""
WAIT = """
print("ready", flush=True)
sys.stdin.read()
"""


def killed_after(url: str, program: str) -> None:
    """Run a program to its end, where it says so and waits, and kill it there."""
    with subprocess.Popen(
        [sys.executable, "-c", BEGIN + program + WAIT, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_what_was_committed_outlives_the_process(empty_url: str) -> None:
    killed_after(
        empty_url,
        """
store.accept([ref("a"), ref("b")], now=SATURDAY)
store.claim_arrivals("w1", limit=1, machine=MACHINE, lease=MINUTE)
made = record(store, held(ref("c")), held(ref("d")))
store.advance(made[:1], HoldState.HELD, why="moved", now=SATURDAY)
""",
    )
    with closing(Store.open(empty_url)) as store:
        assert store.pending_arrivals() == 2
        assert store.judged([ref("c"), ref("d")]) == {ref("c"), ref("d")}
        (in_folder,) = store.holds([HoldState.HELD])
        assert [event.to_state for event in store.hold_events(in_folder.id)] == [
            HoldState.PLANNED,
            HoldState.HELD,
        ]
        # The next one of that name takes everything up again.
        store.forget_leases("w1")
        assert len(store.claim_arrivals("w1", limit=9, machine=MACHINE, lease=MINUTE)) == 2
        assert len(store.claim_planned("w1", limit=9, machine=MACHINE, lease=MINUTE)) == 1
        due = store.claim_due("w1", limit=9, now=TUESDAY, machine=MACHINE, lease=MINUTE)
        assert [hold.id for hold in due] == [in_folder.id]


def test_what_was_half_written_never_was(empty_url: str) -> None:
    killed_after(
        empty_url,
        """
import policy_agent.store.decisions as decisions
def dies_before_the_holds(*_, **__):
    print("ready", flush=True)
    sys.stdin.read()
decisions._plan = dies_before_the_holds
record(store, held(ref("a")), held(ref("b")))
""",
    )
    with closing(Store.open(empty_url)) as store:
        assert store.judged([ref("a"), ref("b")]) == frozenset()
        assert store.holds(list(HoldState)) == ()
