"""Copies, decisions and holds that the tests of the store write down."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from policy_agent.domain.copies import CopyRef
from policy_agent.domain.decisions import Decision, Outcome, Reason
from policy_agent.domain.holds import Hold, PlannedHold
from policy_agent.domain.recorded import RecordedFacts
from policy_agent.domain.rules import Mode
from policy_agent.domain.where import Where
from policy_agent.store import Store

SATURDAY = datetime(2026, 5, 23, 9, 0, tzinfo=UTC)  # before a bank-holiday Monday
TUESDAY = datetime(2026, 5, 26, 7, 30, tzinfo=UTC)
MACHINE = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)  # another clock than the tenant's
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class JudgedCopy:
    copy: CopyRef
    received: datetime
    decisions: tuple[Decision, ...]
    hold: PlannedHold | None
    facts: RecordedFacts | None = None
    internet_message_id: str = ""


def ref(message: str, mailbox: str = "bob") -> CopyRef:
    return CopyRef(mailbox=mailbox, message=message)


def says_hold(rule: str = "weekend-email", promise: datetime = TUESDAY) -> Decision:
    return Decision(
        rule=rule,
        outcome=Outcome.HOLD,
        mode=Mode.ENFORCE,
        reason=Reason.IN_WINDOW,
        detail="Saturday 23 May is inside the window rest-days",
        where=Where(file="rules.yaml", line=31, column=5),
        promise=promise,
    )


def says_deliver(rule: str | None = "night-email") -> Decision:
    return Decision(
        rule=rule,
        outcome=Outcome.DELIVER,
        mode=Mode.OBSERVE,
        reason=Reason.OUTSIDE_WINDOW,
        detail="Saturday 23 May is outside the window nights",
        where=Where(file="rules.yaml", line=52, column=5),
    )


def held(copy: CopyRef, *, due: datetime = TUESDAY) -> JudgedCopy:
    return JudgedCopy(
        copy=copy,
        received=SATURDAY - MINUTE,
        decisions=(says_hold(),),
        hold=PlannedHold(rule="weekend-email", promised=TUESDAY, due=due),
    )


def delivered(copy: CopyRef) -> JudgedCopy:
    return JudgedCopy(copy=copy, received=SATURDAY - MINUTE, decisions=(says_deliver(),), hold=None)


def record(
    store: Store, *judged: JudgedCopy, worker: str = "w1", now: datetime = SATURDAY
) -> tuple[Hold, ...]:
    return tuple(
        store.record(judged, worker=worker, rulebook="abc", now=now, machine=MACHINE, lease=MINUTE)
    )
