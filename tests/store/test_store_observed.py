"""Which rules were observed: what `policy-agent check` asks before a rule is enforced."""

from dataclasses import replace

from policy_agent.domain.rules import Mode
from policy_agent.store import Store
from tests.store.examples import delivered, record, ref, says_deliver


def test_rules_that_decided_while_nothing_moved_are_observed(store: Store) -> None:
    assert store.observed_rules() == frozenset()
    for mode in Mode:
        decision = replace(says_deliver(f"rule-{mode}"), mode=mode)
        record(store, replace(delivered(ref(mode)), decisions=(decision,)))
    record(store, replace(delivered(ref("nobody")), decisions=(says_deliver(None),)))
    assert store.observed_rules() == {"rule-observe", "rule-nudge"}
