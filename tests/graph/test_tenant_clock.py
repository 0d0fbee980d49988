"""The clock of a sandbox tenant."""

from datetime import UTC, datetime

import pytest

from policy_agent.graph.clock import TenantClock
from policy_agent.graph.failures import GraphProblem
from policy_agent.graph.retry import RetryPolicy
from tests.graph.scripted_service import Says, ScriptedService
from tests.sandbox_tenant import start_sandbox


def test_it_tells_the_time_that_was_set() -> None:
    with start_sandbox("--clock", "2026-05-23T10:00:00+01:00", "--rate", "0") as there:
        clock = TenantClock(f"{there.origin}/sandbox/clock", there.ca)
        assert clock.now() == datetime(2026, 5, 23, 9, 0, tzinfo=UTC)
        assert clock.now().tzinfo is UTC
        there.set_clock("2026-05-26T07:30:00Z")
        assert clock.now() == datetime(2026, 5, 26, 7, 30, tzinfo=UTC)
        clock.close()


@pytest.mark.parametrize(
    "says", [Says(status=503), Says(body={}), Says(body={"now": "noon"}), Says(cut=True)]
)
def test_a_clock_that_does_not_tell_is_a_problem(says: Says) -> None:
    waits: list[float] = []
    with ScriptedService(lambda _: says) as there:
        clock = TenantClock(there.base, retry=RetryPolicy(attempts=3, sleep=waits.append))
        with pytest.raises(GraphProblem, match="clock: no answer"):
            clock.now()
        clock.close()
    assert len(waits) == 2
