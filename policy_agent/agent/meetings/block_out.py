"""Block out: a busy series in each covered mailbox, kept in step with the rulebook.

1. What should be there is compared with the store when the policy was swapped (rulebook, teams,
   exemptions, holidays) and once a day. The store writes down which series are wanted, each with a
   key of its own, and which are to go; `policy_agent.agent.meetings.block_out_calls` does it.
2. What was seen of a series is held against how it should be, and what is wrong is written down.

A series that its person deleted comes back on the next day. A single occurrence that they deleted
stays deleted, until the series has to be made anew; one that they moved, made shorter or set free
is put back, once a day at most.
"""

from collections import defaultdict
from datetime import date

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.meetings.block_out_calls import BlockOutCalls, lost
from policy_agent.agent.meetings.seen import Seen
from policy_agent.domain.block_outs import BlockOutState, wanted_block_outs
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import EventCopy, EventRef
from policy_agent.domain.repairing import look

log = structlog.get_logger()

AT_A_TIME = 100  # rows that one tick works on


class BlockingOut:
    """The feature; what it remembers is what it compared under: a cache, and no more."""

    def __init__(self) -> None:
        self._under: tuple[object, Policy, tuple[date, ...]] | None = None

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Write down what of our series has to be put back, and which are gone."""
        store = context.store
        gone = [row for row in store.block_outs_at(seen.gone) if row.state is BlockOutState.KEPT]
        if gone:
            store.save_block_outs([lost(row, moment) for row in gone], now=moment.now)
            log.info("block_outs_found_gone", count=len(gone))
        by_series: dict[EventRef, list[EventCopy]] = defaultdict(list)
        for copy in seen.block_outs:
            master = EventRef(mailbox=copy.ref.mailbox, event=copy.series or copy.ref.event)
            by_series[master].append(copy)
        rows = store.block_outs({ref.mailbox for ref in by_series} | seen.whole.keys())
        found = {
            row.id: look(
                row, by_series.get(row.ref, ()), whole=seen.whole.get(row.mailbox), now=moment.now
            )
            for row in rows
            if row.state is BlockOutState.KEPT and row.ref is not None
        }
        wrong = {key: repairs for key, repairs in found.items() if repairs}
        if wrong and (count := store.mend_block_outs(wrong, now=moment.now)):
            log.info("block_outs_found_wrong", count=count)

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Compare where there is a reason to, then work on a batch of what is to be done.

        Without a rulebook in force nothing is done: then nobody knows what is wanted.
        """
        policy = context.current.policy
        if not policy.rulebook.hash:
            return
        self._compare(context, policy, moment)
        rows = context.store.claim_block_outs(
            context.worker,
            limit=min(AT_A_TIME, context.batch),
            now=moment.now,
            machine=moment.machine,
            lease=context.lease,
        )
        if rows:
            BlockOutCalls(context, context.calendars, moment).do(rows)

    def _compare(self, context: AgentContext, policy: Policy, moment: Moment) -> None:
        def today(calendar: Calendar) -> date:
            return moment.now.astimezone(calendar.zone).date()

        days = tuple(today(calendar) for calendar in policy.rulebook.calendars.values())
        before = self._under
        if (
            before is not None
            and before[0] is context.store
            and before[1] is policy
            and before[2] == days
        ):
            return
        wanted = tuple(wanted_block_outs(policy.rulebook, policy.directory, today))
        changed = context.store.put_block_outs(wanted)
        self._under = (context.store, policy, days)
        if changed:
            log.info("block_outs_compared", wanted=len(wanted), changed=changed)
