"""What is due about kept meetings, a batch of rows at a time.

1. A planned one that was missed, or that is over, is read once more: what stands is planned or was
   held; what its organiser's calendar has no more was cancelled, and so was what says so itself.
2. An attendee's calendar that has it no more tells of that attendee alone. Others' calendars are
   asked; when nobody has it any more, it was cancelled.
3. A cancelled one is rebooked as soon as another meeting makes up for it, and lapsed when none did
   in time. Until then whoever called it off is asked once to book it again, where the rule nudges.

A kill between any two steps leaves the row due: it is looked at again, and a nudge's key is its
row's, so that nobody is asked twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.kept_looks import look_of, without
from policy_agent.agent.meetings.people import Guests
from policy_agent.agent.meetings.rebook import asks, last_moment, made_up_for
from policy_agent.agent.meetings.scope import strongest
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, Span
from policy_agent.domain.kept_meetings import (
    KeptMeeting,
    KeptState,
    Step,
    cancelled,
    dropped,
    followed,
    held,
)
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, PlannedNote, not_before

log = structlog.get_logger()

Answer = EventCopy | CallFailure
Answers = Mapping[tuple[str, str], Answer]  # by mailbox and uid

# A calendar that cannot be read is waited for so long after a meeting; then what was last seen of
# it counts. What is gone longer after its end was tidied away, and says nothing.
PATIENCE = timedelta(days=3)
# From a cancellation to the nudge, at least: whoever is just moving a meeting books the new one.
BREATH = timedelta(hours=1)
_AGAIN = timedelta(hours=1)  # how often it is looked whether a cancelled one was made up for
_OTHERS = 3  # calendars that are asked for one meeting
_DAY = timedelta(days=1)


class KeepCalls:
    """Works on rows that are leased to this worker."""

    def __init__(self, context: AgentContext, moment: Moment) -> None:
        self._context = context
        self._moment = moment
        policy = context.current.policy
        self._rulebook = policy.rulebook
        self._directory = policy.directory
        self._guests = Guests(policy.directory, {})
        self._rules = {
            rule.name: rule
            for rule in policy.rulebook.keep_meeting
            if strongest(rule) is not Mode.OFF
        }

    def do(self, rows: Sequence[KeptMeeting]) -> None:
        """Bring each row a step further."""
        planned: list[tuple[KeptMeeting, KeepMeeting]] = []
        called_off: list[KeptMeeting] = []
        for row in rows:
            rule = self._rules.get(row.rule)
            if row.state is KeptState.CANCELLED:
                called_off.append(row)
            elif rule is None:
                self._settle(row, dropped(row, "there is no such rule any more"))
            else:
                planned.append((row, rule))
        self._look(planned)
        for row in called_off:
            self._settle(row, self._made_up(row))

    def _look(self, rows: Sequence[tuple[KeptMeeting, KeepMeeting]]) -> None:
        """Read each where it was last seen, then where else it may be."""
        if not rows:
            return
        people = {person.id for row, _ in rows for person in row.people}
        people |= {row.ref.mailbox for row, _ in rows}
        covered = self._context.store.calendars(people)
        readable = frozenset(one.id for one in covered if one.readable(self._moment.now))
        refs = sorted({row.ref for row, _ in rows if row.ref.mailbox in readable})
        answers = self._context.calendars.read(refs, agenda=False) if refs else {}
        elsewhere: list[tuple[KeptMeeting, KeepMeeting, tuple[str, ...]]] = []
        for row, rule in rows:
            answer = answers.get(row.ref)
            if isinstance(answer, EventCopy):
                self._settle(row, self._seen(row, rule, answer))
            elif answer is not None and answer.kind != "gone":
                self._wait(row, answer)
            elif self._tidied_away(row):
                self._settle(row, held(row, "held, as far as was seen in time"))
            elif answer is not None and row.own:
                self._settle(row, self._gone(row, row.organiser))
            else:
                elsewhere.append((row, rule, _others(row, readable)))
        self._look_elsewhere(elsewhere, readable)

    def _look_elsewhere(
        self,
        rows: Sequence[tuple[KeptMeeting, KeepMeeting, tuple[str, ...]]],
        readable: frozenset[str],
    ) -> None:
        wanted = {
            (mailbox, row.uid): Span(starts=row.starts, ends=row.ends)
            for row, _, mailboxes in rows
            for mailbox in mailboxes
        }
        answers: Answers = self._context.calendars.find(wanted) if wanted else {}
        for row, rule, mailboxes in rows:
            found = [answers[mailbox, row.uid] for mailbox in mailboxes]
            copies = [one for one in found if isinstance(one, EventCopy)]
            troubles = [one for one in found if isinstance(one, CallFailure) and one.kind != "gone"]
            if copies:
                # One that stands is the best word of it.
                first = min(copies, key=lambda copy: copy.cancelled)
                self._settle(row, self._seen(row, rule, first, left=row.ref.mailbox in readable))
            elif troubles:
                self._wait(row, troubles[0])
            elif row.ref.mailbox in readable:
                asked = row.organiser is not None and row.organiser in mailboxes
                pair = row.size == 2 and not asked  # noqa: PLR2004  a one-to-one
                self._settle(row, self._gone(row, row.ref.mailbox if pair else row.organiser))
            else:
                self._settle(row, self._out_of_sight(row))

    def _seen(
        self, row: KeptMeeting, rule: KeepMeeting, copy: EventCopy, *, left: bool = False
    ) -> Step:
        """Say what a copy means; `left`: whoever had it before has it no more."""
        now = self._moment.now
        organiser = self._guests.organiser(copy)
        facts = self._guests.facts(copy, organiser, recurs=copy.kind != "single", after=None)
        look = look_of(self._rulebook, rule, row.series, copy, facts)
        if left and not copy.is_organiser:
            look = without(look, row.ref.mailbox)
        step = followed(row, look, now)
        if step.meeting.state is KeptState.PLANNED and step.meeting.ends <= now:
            return held(step.meeting)
        return step

    def _gone(self, row: KeptMeeting, by: str | None) -> Step:
        now = self._moment.now
        return cancelled(row, at=row.missed or now, by=by, now=now, why="gone")

    def _tidied_away(self, row: KeptMeeting) -> bool:
        return row.missed is None and row.ends + PATIENCE <= self._moment.now

    def _out_of_sight(self, row: KeptMeeting) -> Step:
        """Say what becomes of one that nobody's readable calendar could tell of."""
        if self._context.store.calendars([row.ref.mailbox]):
            return self._later(row)
        return dropped(row, "nobody in it is watched any more")

    def _later(self, row: KeptMeeting) -> Step:
        """Wait for a calendar that cannot be read; after a while what was last seen counts."""
        now = self._moment.now
        if row.ends + PATIENCE <= now:
            return held(row, "held, as far as could be seen")
        return Step(meeting=replace(row, due=now + _DAY), why="")

    def _wait(self, row: KeptMeeting, trouble: CallFailure) -> None:
        log.info("kept_meeting_not_read", kept=row.id, kind=trouble.kind, what=trouble.what)
        if trouble.kind == "unavailable":
            self._settle(row, Step(meeting=row, why=""), retry=True)
        else:
            self._settle(row, self._later(row))

    def _made_up(self, row: KeptMeeting) -> Step:
        """Say whether a cancelled one was made up for, and ask for it where nobody was asked."""
        rule, now = self._rules.get(row.rule), self._moment.now
        until = last_moment(rule, row)
        if rule is None or until is None:
            return Step(meeting=replace(row, due=None), why="")
        if made_up_for(self._context, rule, row, until):
            after = replace(row, state=KeptState.REBOOKED, due=None)
            return Step(meeting=after, why="rebooked")
        if now >= until:
            return Step(meeting=replace(row, state=KeptState.LAPSED, due=None), why="lapsed")
        after = replace(row, due=min(until, now + _AGAIN))
        if row.nudged is None and self._nudge(row, rule, now):
            return Step(meeting=replace(after, nudged=now), why="asked to book it again")
        return Step(meeting=after, why="")

    def _nudge(self, row: KeptMeeting, rule: KeepMeeting, now: datetime) -> bool:
        """Plan the nudge, where there is one to plan."""
        person = asks(self._directory, rule, row)
        if person is None:
            return False
        try:
            opens = not_before(rule.calendar, now + BREATH)
        except ValueError:  # no working day any more
            return False
        nudge = PlannedNote(
            key=f"rebook:{row.id}",
            kind=NoteKind.REBOOK,
            person=person.id,
            about=str(row.id),
            not_before=opens,
            calendar=rule.calendar.name,
        )
        self._context.store.plan_notes([nudge], now=now)
        return True

    def _settle(self, row: KeptMeeting, step: Step, *, retry: bool = False) -> None:
        """Write down how far a row got, and when it is worth another try."""
        retry_at = self._moment.machine + self._context.retry_after if retry else None
        self._context.store.save_kept({row: step}, now=self._moment.now, retry_at=retry_at)
        if step.meeting.state is not row.state:
            log.info("kept_meeting_changed", kept=row.id, rule=row.rule, state=step.meeting.state)


def _others(row: KeptMeeting, readable: frozenset[str]) -> tuple[str, ...]:
    """Return in whose calendars it may be besides the one where it was, the organiser's first."""
    people = [person.id for person in row.people if not person.declined]
    people.sort(key=lambda id_: id_ != row.organiser)
    others = [id_ for id_ in people if id_ in readable and id_ != row.ref.mailbox]
    return tuple(others[:_OTHERS])


__all__ = ["BREATH", "PATIENCE", "KeepCalls"]
