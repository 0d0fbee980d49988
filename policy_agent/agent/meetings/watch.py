"""Watch: work off notices of events that changed.

1. Each event is read by its id: notices repeat, are late and come out of order, so they only say
   where to look. One that is not there is gone.
2. What belongs to a series is judged with its whole series, so that a series is always judged as
   one. Copies whose organiser's own copy is watched are left to that: a meeting of 500 people is
   judged once.
3. What the rules say goes to the features. What could not be read now is tried again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.meetings.judge import HORIZON, Look, hand_on, judge
from policy_agent.agent.meetings.people import Guests
from policy_agent.agent.meetings.scope import asks_for_agenda
from policy_agent.agent.meetings.seen import Feature
from policy_agent.agent.meetings.whose import is_elsewhere
from policy_agent.agent.watch import wait_after
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Span
from policy_agent.domain.watching import EventNotice

log = structlog.get_logger()

AT_A_TIME = 100  # notices worked on together
PARKING = frozenset({"denied", "unlicensed"})  # kinds of failure that last
PARKED = timedelta(days=1)


@dataclass(kw_only=True, slots=True)
class _Read:
    """What reading the events of some notices brought."""

    copies: list[EventCopy] = field(default_factory=list)
    masters: list[EventCopy] = field(default_factory=list)
    series: dict[EventRef, EventRef] = field(default_factory=dict)  # of notices, their masters
    gone: set[str] = field(default_factory=set)
    late: set[EventRef] = field(default_factory=set)  # could not be read now
    troubles: dict[str, CallFailure] = field(default_factory=dict)  # by mailbox


def work_off_events(context: AgentContext, features: Sequence[Feature], moment: Moment) -> int:
    """Work off a batch of event notices; returns how many were claimed."""
    store = context.store
    notices = store.claim_event_notices(
        context.worker, limit=AT_A_TIME, machine=moment.machine, lease=context.lease
    )
    if not notices:
        return 0
    readable = frozenset(c.id for c in store.calendars() if c.readable(moment.now))
    refs = [notice.event for notice in notices if notice.event.mailbox in readable]
    late = _look(context, features, refs, readable, moment) if refs else set()
    store.finish_event_notices([one for one in notices if one.event not in late])
    _put_back(context, [one for one in notices if one.event in late], moment)
    return len(notices)


def _look(
    context: AgentContext,
    features: Sequence[Feature],
    refs: Sequence[EventRef],
    readable: frozenset[str],
    moment: Moment,
) -> set[EventRef]:
    """Read, judge and hand on; returns what has to be looked at again."""
    policy = context.current.policy
    read = _read(context, policy, refs, readable, moment.now)
    _park(context, read.troubles, moment.now)
    look = Look(copies=read.copies, masters=read.masters, gone=frozenset(read.gone))
    judged = judge(context, policy, look, readable=readable, now=moment.now)
    if not hand_on(context, features, judged.seen, moment):
        return set(refs)
    return read.late | {ref for ref in refs if read.series.get(ref) in judged.unread}


def _read(
    context: AgentContext,
    policy: Policy,
    refs: Sequence[EventRef],
    readable: frozenset[str],
    now: datetime,
) -> _Read:
    agenda = asks_for_agenda(policy.rulebook)
    guests = Guests(policy.directory, {})
    read = _Read()
    for ref, copy in context.calendars.read(refs, agenda=agenda).items():
        if isinstance(copy, CallFailure):
            _take_failure(read, ref, [ref], copy)
        elif is_elsewhere(copy, guests.organiser(copy), readable):
            continue
        elif copy.kind == "single":
            read.copies.append(copy)
        elif copy.kind == "master":
            read.masters.append(copy)
            read.series[ref] = ref
        elif copy.series is not None:
            read.series[ref] = EventRef(mailbox=ref.mailbox, event=copy.series)
    wanted = sorted(set(read.series.values()))
    spans = dict.fromkeys(wanted, Span(starts=now, ends=now + HORIZON))
    answers = context.calendars.instances(spans, agenda=agenda) if spans else {}
    for master, copies in answers.items():
        if isinstance(copies, CallFailure):
            about = [ref for ref, of in read.series.items() if of == master]
            _take_failure(read, master, about, copies)
        else:
            read.copies += copies
    return read


def _take_failure(
    read: _Read, ref: EventRef, about: Sequence[EventRef], failure: CallFailure
) -> None:
    """Sort out what one failed call means for the notices that it was about."""
    if failure.kind == "gone":
        read.gone.add(ref.event)
    elif failure.kind in PARKING:
        read.troubles[ref.mailbox] = failure
    elif failure.kind == "unavailable":
        read.late.update(about)
    else:
        log.warning("event_not_read", kind=failure.kind, what=failure.what)


def _park(context: AgentContext, troubles: Mapping[str, CallFailure], now: datetime) -> None:
    if troubles:
        context.store.park_calendars(troubles, until=now + PARKED)
        first = next(iter(troubles.values()))
        log.warning("calendars_parked", count=len(troubles), kind=first.kind, what=first.what)


def _put_back(context: AgentContext, late: Sequence[EventNotice], moment: Moment) -> None:
    if not late:
        return
    tries = min(notice.attempts for notice in late)
    wait = wait_after(context, tries)
    context.store.retry_event_notices(late, at=moment.machine + wait)
    log.warning("event_notices_put_back", count=len(late), attempts=tries + 1)
