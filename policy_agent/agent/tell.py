"""Tell: send the notes that were planned, each message once, and only in working hours.

1. Claim what is due: planned, drafted, or sent without its kind having heard of it. What is for
   somebody in quiet time of their own, or on a day off of theirs, is put off until that is over.
2. Let the kind's writer write a planned one, from what is true now; with nothing left to say it is
   given up.
3. Make a draft of it in the service mailbox, marked with the note's key. One that is there
   already, or was sent, is found by that mark: a lost answer makes no second one.
4. Write down where the draft lies. Only who wrote that sends it.
5. Send the draft, and write down that it was sent.
6. Tell the kind's writer, and be done with it.

A kill between any two steps leaves the row in the state of the last one; its lease runs out, and
the next claim goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.resting import awake
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import (
    NOTHING_TO_SAY,
    Letter,
    Note,
    NoteKind,
    NoteState,
    not_before,
)
from policy_agent.domain.rules import Rulebook

log = structlog.get_logger()

AT_A_TIME = 10  # notes a tick
# Exchange Online takes 30 messages a minute from one mailbox
# (https://learn.microsoft.com/en-us/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#sending-limits-1).
A_MINUTE = 30
_FOR_GOOD = frozenset({"denied", "refused"})
_AT_THE_MAILBOX = frozenset({"gone", "unlicensed", "full"})  # somebody has to mend it


@dataclass(frozen=True, kw_only=True, slots=True)
class Later:
    """It is too early to write a note."""

    until: datetime  # aware, tenant time


Written = Letter | CallFailure | Later | None


class Writer(Protocol):
    """Writes the notes of one kind."""

    def write(self, context: AgentContext, note: Note, moment: Moment) -> Written:
        """Write the message from what is true now; None: there is nothing to say any more."""

    def sent(self, context: AgentContext, note: Note, moment: Moment) -> None:
        """Hear that it was sent; may come twice."""


class Outbox:
    """Sends planned notes, whatever planned them: the daemon's job of that name."""

    def __init__(self, writers: Mapping[NoteKind, Writer]) -> None:
        self._writers = writers  # kinds without one are not claimed
        self._said = False  # that nothing is sent

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Send a few of those that are due; without a service mailbox none is claimed."""
        if not context.service_mailbox:
            if not self._said:
                log.warning("notes_not_sent", because="POLICY_AGENT_SERVICE_MAILBOX is not set")
                self._said = True
            return
        store = context.store
        just_sent = store.notes_sent(since=moment.now - timedelta(minutes=1))
        claimed = store.claim_notes(
            context.worker,
            kinds=list(self._writers),
            closed=_closed(context.current.policy.rulebook, moment.now),
            limit=min(AT_A_TIME, A_MINUTE - just_sent),
            now=moment.now,
            machine=moment.machine,
            lease=context.lease,
        )
        by_state: dict[NoteState, list[Note]] = {}
        for note in awake(context, claimed, moment):
            by_state.setdefault(note.state, []).append(note)
        self._settle(context, by_state.get(NoteState.SENT, ()), moment)
        drafted = _draft(
            context, self._write(context, by_state.get(NoteState.PLANNED, ()), moment), moment
        )
        sent = _send(context, [*by_state.get(NoteState.DRAFTED, ()), *drafted], moment)
        self._settle(context, sent, moment)

    def _write(
        self, context: AgentContext, planned: Sequence[Note], moment: Moment
    ) -> Mapping[Note, Letter]:
        """Have the text of each written; one that cannot be does not keep the others."""
        letters: dict[Note, Letter] = {}
        for note in planned:
            try:
                answer = self._writers[note.kind].write(context, note, moment)
            except Exception:
                log.exception("note_not_written", note=note.id, kind=note.kind)
                _put_off(context, note, moment, context.retry_after * 20)
                continue
            if isinstance(answer, Letter):
                letters[note] = answer
            elif isinstance(answer, Later):
                context.store.postpone_notes({note: answer.until})
            elif answer is None:
                context.store.end_notes(
                    [note], NoteState.GIVEN_UP, why=NOTHING_TO_SAY, now=moment.now
                )
            else:
                _trouble(context, note, answer, moment, doing="written")
        return letters

    def _settle(self, context: AgentContext, sent: Sequence[Note], moment: Moment) -> None:
        for note in sent:
            try:
                self._writers[note.kind].sent(context, note, moment)
            except Exception:
                log.exception("note_not_settled", note=note.id, kind=note.kind)
                _put_off(context, note, moment, context.retry_after * 20)
            else:
                context.store.settle_notes([note])


def _draft(context: AgentContext, letters: Mapping[Note, Letter], moment: Moment) -> Sequence[Note]:
    """Make the drafts and write down where they lie; returns those that are ours to send."""
    if not letters:
        return ()
    answers = context.outgoing.draft(list(letters.values()))
    drafts: dict[Note, str] = {}
    for note, letter in letters.items():
        answer = answers[letter.key]
        if isinstance(answer, str):
            drafts[note] = answer
        else:
            _trouble(context, note, answer, moment, doing="drafted")
    return context.store.draft_notes(drafts, now=moment.now)


def _send(context: AgentContext, drafted: Sequence[Note], moment: Moment) -> Sequence[Note]:
    if not drafted:
        return ()
    by_key = {note.key: note for note in drafted}
    answers = context.outgoing.send({key: note.draft or "" for key, note in by_key.items()})
    done: list[Note] = []
    for key, note in by_key.items():
        trouble = answers[key]
        if trouble is None:
            done.append(note)
        elif trouble.kind == "gone":
            # Deleted by somebody, or sent and deleted: sending it anew might make a second one.
            _give_up(context, note, trouble, moment, why="its draft is gone")
        else:
            _trouble(context, note, trouble, moment, doing="sent")
    sent = context.store.end_notes(done, NoteState.SENT, why="sent", now=moment.now)
    for note in sent:
        context.meters.sent(note.kind)
        log.info("note_sent", note=note.id, kind=note.kind)
    return sent


def _trouble(
    context: AgentContext, note: Note, trouble: CallFailure, moment: Moment, *, doing: str
) -> None:
    """Give up what is refused for good; put off what may be done later.

    The service's own words are left out of the log: they may name an address.
    """
    if trouble.kind in _FOR_GOOD:
        _give_up(context, note, trouble, moment, why=f"could not be {doing}: {trouble.kind}")
        return
    log.info(
        "note_put_off",
        note=note.id,
        kind=note.kind,
        trouble=trouble.kind,
        request=trouble.request_id,
    )
    _put_off(
        context,
        note,
        moment,
        context.retry_after * (20 if trouble.kind in _AT_THE_MAILBOX else 1),
    )


def _give_up(
    context: AgentContext, note: Note, trouble: CallFailure, moment: Moment, *, why: str
) -> None:
    log.warning("note_given_up", note=note.id, kind=note.kind, why=why, request=trouble.request_id)
    context.store.end_notes([note], NoteState.GIVEN_UP, why=why, now=moment.now)


def _put_off(context: AgentContext, note: Note, moment: Moment, wait: timedelta) -> None:
    context.store.retry_notes([note], at=moment.machine + wait)


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
