"""Exempt: take up exemptions that came at run time, and release what they free.

1. What the store has is compared with what is in force; a difference is swapped in, as a reload is.
2. Holds that were not looked at under the exemptions in force are judged again, by their recorded
   facts. Whatever an exemption frees is due now, and the next release brings it back.

An exemption may come from `policy-agent exempt` while no daemon runs, from another process, or with
a new rulebook: all the same. It makes a release earlier, never later, and ending it takes nothing
back. A hold whose rule was turned off meanwhile keeps its promise: no exemption freed it.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.domain.decisions import Reason, decide, plan_hold
from policy_agent.domain.holds import Hold
from policy_agent.domain.recorded import remembered

log = structlog.get_logger()

LATE = timedelta(days=9)  # a mail may be judged that long after it came; the sweep looks back 8


class Exempting:
    """Does the work of one tick, and remembers what it looked at: a cache, and no more."""

    def __init__(self, context: AgentContext) -> None:
        self._context = context
        self._under: Policy | None = None  # what holds were looked at under
        self._looked_at = 0  # id of the last of those holds

    def tick(self, moment: Moment) -> int:
        """Take up what is new; returns how many holds are due earlier for it."""
        current = self._context.current
        run_time = self._context.store.exemptions_since((moment.now - LATE).date())
        if run_time != current.policy.run_time:
            current.change(lambda policy: policy.with_run_time(run_time))
            log.info("exemptions_taken_up", names=[exemption.name for exemption in run_time])
        policy = current.policy
        if policy is not self._under:
            self._under, self._looked_at = policy, 0
        if not policy.rulebook.exemptions:
            return 0
        holds = self._context.store.holds_after(self._looked_at)
        freed = self._free(policy, holds, moment)
        self._looked_at = max((hold.id for hold in holds), default=self._looked_at)
        return freed

    def _free(self, policy: Policy, holds: Sequence[Hold], moment: Moment) -> int:
        facts = self._context.store.facts_of([hold.copy for hold in holds])
        freed = 0
        for hold in holds:
            if hold.copy not in facts:
                continue
            mail = remembered(facts[hold.copy], policy.directory, hold.copy.mailbox)
            decisions = decide(policy.rulebook, mail)
            lifted = [said for said in decisions if said.reason is Reason.EXEMPTION]
            if not any(said.rule == hold.rule for said in lifted):
                continue
            # Another rule may hold the copy still, if not as long.
            other = plan_hold(policy.rulebook, decisions, hold.copy.message)
            due = moment.now if other is None else max(other.due, moment.now)
            why = "; ".join(dict.fromkeys(said.detail for said in lifted))
            done = self._context.store.bring_forward(
                {hold: lifted}, to=due, why=why, now=moment.now
            )
            for one in done:
                log.info("hold_brought_forward", hold=one.id, rule=one.rule, why=why)
            freed += len(done)
        return freed
