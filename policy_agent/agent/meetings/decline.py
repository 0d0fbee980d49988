"""Decline: do what a rule that enforces says about a clash whose grace is over.

1. Claim nudged clashes that are due, and those that somebody began to act on and did not end.
2. Read and judge the meeting anew. Mended in time, let through meanwhile, or the rule acts no more:
   nothing is declined.
3. Write an answer down for everybody whose time it takes, all or nothing; the organiser's own copy
   is theirs. Where the rule cancels and the organiser's calendar is covered, it is one
   cancellation instead.
4. Find each person's own copy and judge the meeting for them, by what their copy says too. One that
   is gone or declined already counts as done: that is how a lost answer is put right.
5. Decline, and write down that it was. The organiser gets one mail a person and series.

A kill between any two steps leaves answers planned; whoever claims the clash next does the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.clash_look import Anew, Judging, read_anew
from policy_agent.agent.meetings.clash_nudge import say
from policy_agent.agent.meetings.clash_words import comment
from policy_agent.agent.meetings.ports import Decline
from policy_agent.agent.meetings.seen import SeenMeeting
from policy_agent.domain.alternatives import Alternatives
from policy_agent.domain.clashes import (
    Answer,
    AnswerState,
    Clash,
    ClashState,
    FoundClash,
    grace_of,
    unanswered,
)
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Response, Span
from policy_agent.domain.meeting_rules import OnClash, ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.outcomes import Reason

log = structlog.get_logger()

AT_A_TIME = 5  # clashes a tick
_FOR_GOOD = frozenset({"denied", "unlicensed", "refused"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Copy:
    """Somebody's own copy that is to be answered."""

    answer: Answer
    copy: EventCopy

    @property
    def ref(self) -> EventRef:
        if self.answer.whole and self.copy.series is not None:
            return EventRef(mailbox=self.copy.ref.mailbox, event=self.copy.series)
        return self.copy.ref


def act(context: AgentContext, moment: Moment) -> int:
    """Work on a few of the clashes that are due; returns how many were claimed."""
    claimed = context.store.claim_clashes(
        context.worker,
        limit=AT_A_TIME,
        now=moment.now,
        machine=moment.machine,
        lease=context.lease,
    )
    for clash in claimed:
        _act_on(context, clash, moment)
    return len(claimed)


def _act_on(context: AgentContext, clash: Clash, moment: Moment) -> None:
    anew = read_anew(context, clash, moment)
    if isinstance(anew, CallFailure):
        wait = context.retry_after * (20 if anew.kind in _FOR_GOOD else 1)
        log.info("clash_put_off", clash=clash.id, kind=anew.kind, request=anew.request_id)
        context.store.retry_clash(clash, at=moment.machine + wait)
        return
    if clash.state is ClashState.NUDGED and not _begin(context, clash, anew, moment):
        return
    acting = context.store.clash(clash.id)
    if acting is not None and acting.state is ClashState.ACTING:
        _answer(context, acting, anew, moment)


def _begin(context: AgentContext, clash: Clash, anew: Anew, moment: Moment) -> bool:
    """Write down what is to be answered; False: the clash is left alone."""
    found, rule, store = anew.found, anew.rule, context.store
    if found is None or rule is None:
        store.advance_clash(clash, ClashState.MENDED, why="mended in time", now=moment.now)
        return False
    if found.listed:
        why = "it was booked before the rule"
        store.advance_clash(clash, ClashState.LISTED, why=why, now=moment.now)
        return False
    if found.mode is not Mode.ENFORCE:
        store.set_act_at(clash, None)
        store.retry_clash(clash, at=moment.machine)
        return False
    wanted = _wanted(context, clash, found, rule)
    return store.begin_acting(clash, wanted, why="the grace is over", now=moment.now)


def _wanted(
    context: AgentContext, clash: Clash, found: FoundClash, rule: ProtectTime
) -> Sequence[Answer]:
    """Return an answer for each affected person who has none: for the series, or a meeting each."""
    answers, whole = context.store.answered(clash.id)
    if rule.on_clash is OnClash.CANCEL and found.organiser == found.mailbox:
        pairs = [(one, found.mailbox) for one in found.occurrences]
        if found.mailbox in whole:
            pairs = []
        pairs = [(one, person) for one, person in pairs if (one.uid, person) not in answers]
    else:
        pairs = unanswered(found, answers, whole)
    by_person: dict[str, list[tuple[str, Span]]] = {}
    for one, person in pairs:
        by_person.setdefault(person, []).append((one.uid, Span(starts=one.starts, ends=one.ends)))
    answered = {person for _, person in answers} | whole
    made: list[Answer] = []
    for person, theirs in by_person.items():
        series = found.master is not None and found.every and len(theirs) == len(found.occurrences)
        for number, (uid, span) in enumerate(theirs[:1] if series else theirs):
            made.append(
                Answer(
                    clash=clash.id,
                    person=person,
                    uid=uid,
                    starts=span.starts,
                    ends=span.ends,
                    whole=series,
                    tell=number == 0 and person not in answered,
                )
            )
    return made


def _answer(context: AgentContext, clash: Clash, anew: Anew, moment: Moment) -> None:
    """Give a batch of the planned answers; the clash is done when none is left."""
    store = context.store
    # The copy that is judged comes last: once it is declined, nobody can read it any more.
    planned = sorted(
        store.answers(clash.id, [AnswerState.PLANNED]), key=lambda one: one.person == clash.mailbox
    )
    batch = planned[: context.batch]
    later = _give(context, clash, anew, batch, moment) if batch else 0
    if len(planned) > len(batch):
        store.retry_clash(clash, at=moment.machine)
    elif later:
        store.retry_clash(clash, at=moment.machine + context.retry_after)
    else:
        why = "cancelled" if anew.rule and anew.rule.on_clash is OnClash.CANCEL else "declined"
        done = store.advance_clash(clash, ClashState.DONE, why=why, now=moment.now)
        if done is not None:
            log.info("clash_acted_on", clash=clash.id, rule=clash.rule)


def _give(
    context: AgentContext, clash: Clash, anew: Anew, batch: Sequence[Answer], moment: Moment
) -> int:
    """Find the copies, answer those that may be, and confirm; returns how many are left."""
    found = context.calendars.find(
        {(one.person, one.uid): Span(starts=one.starts, ends=one.ends) for one in batch}
    )
    done: dict[Answer, str] = {}
    given_up: dict[Answer, str] = {}
    copies: list[_Copy] = []
    later = 0
    judging = Judging(context, moment.now)
    meetings = {one.copy.uid: one for one in anew.series.occurrences}
    answered = frozenset(person for _, person in context.store.answered(clash.id)[0])
    for one in batch:
        copy = found[one.person, one.uid]
        if isinstance(copy, CallFailure):
            if copy.kind == "gone":
                done[one] = "it is not in the calendar any more"
            elif copy.kind in _FOR_GOOD:
                given_up[one] = f"the calendar could not be read: {copy.kind}"
            else:
                later += 1
        elif copy.cancelled or copy.response is Response.DECLINED:
            done[one] = "it was declined or cancelled already"
        elif copy.starts <= moment.now:
            given_up[one] = "it has begun"
        elif not _still(judging, clash, one, copy, meetings.get(one.uid), answered):
            given_up[one] = "it is no clash any more, or let through"
        else:
            copies.append(_Copy(answer=one, copy=copy))
    later += _call(context, clash, anew, copies, moment, done=done, given_up=given_up)
    context.store.end_answers(done, AnswerState.DONE, now=moment.now)
    context.store.end_answers(given_up, AnswerState.GIVEN_UP, now=moment.now)
    return later


def _still(
    judging: Judging,
    clash: Clash,
    answer: Answer,
    copy: EventCopy,
    seen: SeenMeeting | None,
    answered: frozenset[str],
) -> bool:
    """Whether it is a clash still for whom it is to be answered.

    Where the judged copy is an attendee's it may be declined by now: then each copy tells for
    itself. The organiser's tells for all.
    """
    if seen is None:
        if clash.mailbox == clash.organiser:
            return False
        seen = judging.meeting(copy)
    if answer.person == clash.organiser:
        return any(
            one.rule.name == clash.rule and one.decision.reason is Reason.OVERLAPS_WINDOW
            for one in seen.verdicts
        )
    return judging.clashes_for(seen, copy, answer.person, answered, clash.rule)


def _call(
    context: AgentContext,
    clash: Clash,
    anew: Anew,
    copies: Sequence[_Copy],
    moment: Moment,
    *,
    done: dict[Answer, str],
    given_up: dict[Answer, str],
) -> int:
    """Decline or cancel; put each answer where its call's answer says; returns what is left."""
    rule = anew.rule
    if not copies:
        return 0
    if rule is None:
        given_up |= {one.answer: "there is no such rule any more" for one in copies}
        return 0
    found = anew.found or _as_stored(context, clash, rule)
    told = Alternatives(slots=tuple(one for one in clash.slots if one.starts > moment.now))
    text = comment(say(context, rule, anew, found, told, moment.now))
    own = [one for one in copies if one.answer.person == clash.organiser]
    theirs = [one for one in copies if one.answer.person != clash.organiser]
    answers: dict[EventRef, CallFailure | None] = {}
    if own:
        answers |= context.calendars.cancel({one.ref: text for one in own})
    if theirs:
        declines: Mapping[EventRef, Decline] = {
            one.ref: Decline(
                comment=text,
                proposed=_proposed(clash, rule, one, moment) if one.answer.tell else None,
                tell=one.answer.tell,
            )
            for one in theirs
        }
        answers |= context.calendars.decline(declines)
    later = 0
    for one in copies:
        trouble = answers[one.ref]
        if trouble is None or trouble.kind == "gone":
            done[one.answer] = "answered" if trouble is None else "it is gone"
        elif trouble.kind in _FOR_GOOD:
            log.warning(
                "answer_given_up", clash=clash.id, kind=trouble.kind, request=trouble.request_id
            )
            given_up[one.answer] = f"the service would not: {trouble.kind}"
        else:
            later += 1
    return later


def _as_stored(context: AgentContext, clash: Clash, rule: ProtectTime) -> FoundClash:
    """Return what the store knows: the first declines may have left nothing else to find."""
    return FoundClash(
        rule=clash.rule,
        series=clash.series,
        mailbox=clash.mailbox,
        master=clash.master,
        organiser=clash.organiser,
        mode=Mode.ENFORCE,
        grace=grace_of(rule),
        occurrences=context.store.clash_occurrences(clash.id),
    )


def _proposed(clash: Clash, rule: ProtectTime, one: _Copy, moment: Moment) -> Span | None:
    """Return the first alternative, for the meeting of its own week; a series has no one time."""
    if one.answer.whole or not clash.slots or clash.slots[0].starts <= moment.now:
        return None
    zone, slot = rule.calendar.zone, clash.slots[0]
    week = slot.starts.astimezone(zone).isocalendar()[:2]
    return slot if one.copy.starts.astimezone(zone).isocalendar()[:2] == week else None


__all__ = ["act"]
