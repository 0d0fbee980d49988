"""Release: bring back what is due, oldest promise first.

1. Claim holds that are due and make them `releasing`; those of a worker that died are taken too.
   A summary is planned for each mailbox among them, before anything moves.
2. Ask where each copy really is.
3. In the hold folder: mark it unread and with the category, then move it back to the Inbox.
   The mark comes first, so that a copy in the Inbox that bears the category is one that we moved
   and could not confirm, and one that does not was moved there by its person. What cannot be
   marked comes back unmarked: a mail that nobody noticed is better than one that never came.
4. Opened there, anywhere else, or gone: the person has taken it, and it is left to them.

What its sender asked for ends as `sent_now`, all else that comes back as `released`.

A release is never given up: what the service will not do now is tried again. Nothing here reads
the rulebook, so that a broken one stops no release.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.summaries import plan_summaries
from policy_agent.domain.copies import CallFailure, CopyRef
from policy_agent.domain.holds import Asked, Hold, HoldState

log = structlog.get_logger()

# Why a hold ended without us, as its events say it.
OPENED = "the person opened it"
TAKEN = "the person moved or deleted it"
INBOX = "inbox"  # the well-known name, right in every language (R/mailfolder)
_NO_GRANT = frozenset(
    {"denied", "unlicensed", "refused"}
)  # somebody must mend that: ask less often
_MARK_FOR = timedelta(minutes=30)  # past due, for which the service may refuse to mark just now


def release_due(context: AgentContext, moment: Moment) -> int:
    """Bring back a batch of what is due; returns how many holds were claimed."""
    holds = context.store.claim_due(
        context.worker,
        limit=context.batch,
        now=moment.now,
        machine=moment.machine,
        lease=context.lease,
    )
    if holds:
        plan_summaries(context, holds, moment)
        bring_back(context, holds, moment)
    return len(holds)


def bring_back(context: AgentContext, holds: Sequence[Hold], moment: Moment) -> None:
    """Bring back holds that are `releasing` and leased to this worker."""
    began = time.perf_counter()
    answers = context.mail.read([hold.copy for hold in holds])
    wanted = {hold.copy.mailbox for hold in holds}
    ours = context.store.hold_folders(wanted)
    back: list[Hold] = []
    taken: list[Hold] = []
    opened: list[Hold] = []
    ready: list[Hold] = []
    marks: dict[CopyRef, tuple[str, ...]] = {}
    troubles: dict[CopyRef, CallFailure] = {}
    for hold in holds:
        answer = answers[hold.copy]
        if isinstance(answer, CallFailure):
            if answer.kind == "gone":
                taken.append(hold)
            else:
                troubles[hold.copy] = answer
        elif answer.folder in ours.get(hold.copy.mailbox, ()) and answer.is_read:
            opened.append(hold)
        elif answer.folder in ours.get(hold.copy.mailbox, ()):
            ready.append(hold)
            marks[hold.copy] = _with(answer.categories, context.released_category)
        elif context.released_category in answer.categories:
            back.append(hold)
        else:
            taken.append(hold)
    unmarked = _failures(context.mail.mark(marks))
    for hold in ready:
        if hold.copy in unmarked and _worth_waiting(hold, unmarked[hold.copy], moment):
            troubles[hold.copy] = unmarked[hold.copy]
        elif hold.copy in unmarked:
            why = unmarked[hold.copy]
            log.warning("release_unmarked", hold=hold.id, kind=why.kind, what=why.what)
    moves = {hold.copy: INBOX for hold in ready if hold.copy not in troubles}
    troubles |= _failures(context.mail.move(moves))
    back += [hold for hold in ready if hold.copy not in troubles]
    _finish(context, back, moment, timedelta(seconds=time.perf_counter() - began))
    leave(context, opened, why=OPENED, moment=moment)
    leave(context, taken, why=TAKEN, moment=moment)
    _put_off(context, [hold for hold in holds if hold.copy in troubles], troubles, moment)


def _worth_waiting(hold: Hold, trouble: CallFailure, moment: Moment) -> bool:
    """Say whether a copy should wait for its mark: while another try may help, and not for long."""
    return trouble.kind in {"unavailable", "gone"} and moment.now - hold.due < _MARK_FOR


def _with(categories: tuple[str, ...], category: str) -> tuple[str, ...]:
    return categories if category in categories else (*categories, category)


def _failures(answers: Mapping[CopyRef, CallFailure | None]) -> dict[CopyRef, CallFailure]:
    return {ref: answer for ref, answer in answers.items() if answer is not None}


def leave(context: AgentContext, holds: Sequence[Hold], *, why: str, moment: Moment) -> None:
    """Leave each to its person, who took it: it is never moved or marked again."""
    for hold in context.store.advance(holds, HoldState.SELF_RELEASED, why=why, now=moment.now):
        context.meters.ended(hold, lag=None)
        log.info("mail_left_to_its_person", hold=hold.id, rule=hold.rule, why=why)


def _finish(context: AgentContext, back: Sequence[Hold], moment: Moment, took: timedelta) -> None:
    """End those that are back in the Inbox; `took` is how long this batch has been at it."""
    for ended, wanted in ((HoldState.SENT_NOW, True), (HoldState.RELEASED, False)):
        some = [hold for hold in back if (hold.asked is Asked.SENDER) is wanted]
        for hold in context.store.advance(some, ended, why="moved back", now=moment.now):
            lag = max(timedelta(), moment.now - hold.due) + took
            context.meters.ended(hold, lag=lag)
            seconds = round(lag.total_seconds(), 1)
            log.info("mail_released", hold=hold.id, rule=hold.rule, lag_seconds=seconds)


def _put_off(
    context: AgentContext,
    holds: Sequence[Hold],
    troubles: dict[CopyRef, CallFailure],
    moment: Moment,
) -> None:
    for hold in holds:
        trouble = troubles[hold.copy]
        wait = context.retry_after * (20 if trouble.kind in _NO_GRANT else 1)
        context.meters.put_off(trouble)
        log.warning("release_put_off", hold=hold.id, kind=trouble.kind, what=trouble.what)
        context.store.retry_holds([hold], at=moment.machine + wait)
