"""Nudge: send what the features planned, each message once, and only in working hours.

1. Claim what is due: planned, drafted, or sent without its kind having heard of it.
2. Let the kind's writer write a planned one, from what is true now; with nothing left to say it is
   given up.
3. Make a draft of it in the service mailbox, marked with the nudge's key. One that is there
   already, or was sent, is found by that mark: a lost answer makes no second one.
4. Write down where the draft lies. Only who wrote that sends it.
5. Send the draft, and write down that it was sent.
6. Tell the kind's writer, and be done with it.

A kill between any two steps leaves the row in the state of the last one; its lease runs out, and
the next claim goes on from there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.seen import Seen
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.nudging import Letter, Nudge, NudgeKind, NudgeState, not_before
from policy_agent.domain.rules import Rulebook

log = structlog.get_logger()

AT_A_TIME = 10  # nudges a tick
# Exchange Online takes 30 messages a minute from one mailbox
# (https://learn.microsoft.com/en-us/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1).
A_MINUTE = 30
_FOR_GOOD = frozenset({"denied", "refused"})
_AT_THE_MAILBOX = frozenset({"gone", "unlicensed", "full"})  # somebody has to mend it


class Writer(Protocol):
    """Writes the nudges of one kind."""

    def write(
        self, context: AgentContext, nudge: Nudge, moment: Moment
    ) -> Letter | CallFailure | None:
        """Write the message from what is true now; None: there is nothing to say any more."""

    def sent(self, context: AgentContext, nudge: Nudge, moment: Moment) -> None:
        """Hear that it was sent; may come twice."""


class Outbox:
    """Sends planned nudges; the last of the features, after those that plan them."""

    def __init__(self, writers: Mapping[NudgeKind, Writer]) -> None:
        self._writers = writers  # kinds without one are not claimed
        self._said = False  # that nothing is sent

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Do nothing: what was seen is for those that plan."""

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Send a few of those that are due; without a service mailbox none is claimed."""
        if not context.service_mailbox:
            if not self._said:
                log.warning("nudges_not_sent", because="POLICY_AGENT_SERVICE_MAILBOX is not set")
                self._said = True
            return
        store = context.store
        just_sent = store.nudges_sent(since=moment.now - timedelta(minutes=1))
        claimed = store.claim_nudges(
            context.worker,
            kinds=list(self._writers),
            closed=_closed(context.current.policy.rulebook, moment.now),
            limit=min(AT_A_TIME, A_MINUTE - just_sent),
            now=moment.now,
            machine=moment.machine,
            lease=context.lease,
        )
        by_state: dict[NudgeState, list[Nudge]] = {}
        for nudge in claimed:
            by_state.setdefault(nudge.state, []).append(nudge)
        self._settle(context, by_state.get(NudgeState.SENT, ()), moment)
        drafted = _draft(
            context, self._write(context, by_state.get(NudgeState.PLANNED, ()), moment), moment
        )
        sent = _send(context, [*by_state.get(NudgeState.DRAFTED, ()), *drafted], moment)
        self._settle(context, sent, moment)

    def _write(
        self, context: AgentContext, planned: Sequence[Nudge], moment: Moment
    ) -> Mapping[Nudge, Letter]:
        """Have the text of each written; one that cannot be does not keep the others."""
        letters: dict[Nudge, Letter] = {}
        for nudge in planned:
            try:
                answer = self._writers[nudge.kind].write(context, nudge, moment)
            except Exception:
                log.exception("nudge_not_written", nudge=nudge.id, kind=nudge.kind)
                _put_off(context, nudge, moment, context.retry_after * 20)
                continue
            if isinstance(answer, Letter):
                letters[nudge] = answer
            elif answer is None:
                why = "there was nothing to say any more"
                context.store.end_nudges([nudge], NudgeState.GIVEN_UP, why=why, now=moment.now)
            else:
                _trouble(context, nudge, answer, moment, doing="written")
        return letters

    def _settle(self, context: AgentContext, sent: Sequence[Nudge], moment: Moment) -> None:
        for nudge in sent:
            try:
                self._writers[nudge.kind].sent(context, nudge, moment)
            except Exception:
                log.exception("nudge_not_settled", nudge=nudge.id, kind=nudge.kind)
                _put_off(context, nudge, moment, context.retry_after * 20)
            else:
                context.store.settle_nudges([nudge])


def _draft(
    context: AgentContext, letters: Mapping[Nudge, Letter], moment: Moment
) -> Sequence[Nudge]:
    """Make the drafts and write down where they lie; returns those that are ours to send."""
    if not letters:
        return ()
    answers = context.outgoing.draft(list(letters.values()))
    drafts: dict[Nudge, str] = {}
    for nudge, letter in letters.items():
        answer = answers[letter.key]
        if isinstance(answer, str):
            drafts[nudge] = answer
        else:
            _trouble(context, nudge, answer, moment, doing="drafted")
    return context.store.draft_nudges(drafts, now=moment.now)


def _send(context: AgentContext, drafted: Sequence[Nudge], moment: Moment) -> Sequence[Nudge]:
    if not drafted:
        return ()
    by_key = {nudge.key: nudge for nudge in drafted}
    answers = context.outgoing.send({key: nudge.draft or "" for key, nudge in by_key.items()})
    done: list[Nudge] = []
    for key, nudge in by_key.items():
        trouble = answers[key]
        if trouble is None:
            done.append(nudge)
        elif trouble.kind == "gone":
            # Deleted by somebody, or sent and deleted: sending it anew might make a second one.
            _give_up(context, nudge, trouble, moment, why="its draft is gone")
        else:
            _trouble(context, nudge, trouble, moment, doing="sent")
    sent = context.store.end_nudges(done, NudgeState.SENT, why="sent", now=moment.now)
    for nudge in sent:
        log.info("nudge_sent", nudge=nudge.id, kind=nudge.kind)
    return sent


def _trouble(
    context: AgentContext, nudge: Nudge, trouble: CallFailure, moment: Moment, *, doing: str
) -> None:
    """Give up what is refused for good; put off what may be done later.

    The service's own words are left out of the log: they may name an address.
    """
    if trouble.kind in _FOR_GOOD:
        _give_up(context, nudge, trouble, moment, why=f"could not be {doing}: {trouble.kind}")
        return
    log.info(
        "nudge_put_off",
        nudge=nudge.id,
        kind=nudge.kind,
        trouble=trouble.kind,
        request=trouble.request_id,
    )
    _put_off(
        context,
        nudge,
        moment,
        context.retry_after * (20 if trouble.kind in _AT_THE_MAILBOX else 1),
    )


def _give_up(
    context: AgentContext, nudge: Nudge, trouble: CallFailure, moment: Moment, *, why: str
) -> None:
    log.warning(
        "nudge_given_up", nudge=nudge.id, kind=nudge.kind, why=why, request=trouble.request_id
    )
    context.store.end_nudges([nudge], NudgeState.GIVEN_UP, why=why, now=moment.now)


def _put_off(context: AgentContext, nudge: Nudge, moment: Moment, wait: timedelta) -> None:
    context.store.retry_nudges([nudge], at=moment.machine + wait)


def _closed(rulebook: Rulebook, now: datetime) -> frozenset[str]:
    """Return the calendars in which it is no working moment now."""
    closed: set[str] = set()
    for name, calendar in rulebook.calendars.items():
        try:
            opens = not_before(calendar, now)
        except ValueError:  # no working day any more
            closed.add(name)
            continue
        if opens > now:
            closed.add(name)
    return frozenset(closed)
