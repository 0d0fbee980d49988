"""Sweep: what notices missed in calendars, and what only a look at all of one tells.

1. Owners are asked once a day what their mailbox is for, which zone they live in, and when their
   automatic replies are on. Rooms and shared mailboxes are nobody's time and are left out.
2. Of a calendar that was seen whole lately, every sweep asks in one call for what changed since:
   single meetings, and series, which are then expanded.
3. At first, once a day, and under another rulebook a calendar is seen whole, from yesterday to the
   horizon. That moves the horizon on and finds what was deleted.

Calendars are taken a few at a time, so that no more than those are held in memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.judge import HORIZON, Judged, Look, hand_on, judge
from policy_agent.agent.meetings.people import Guests
from policy_agent.agent.meetings.ports import Copies
from policy_agent.agent.meetings.scope import asks_for_agenda
from policy_agent.agent.meetings.seen import Feature
from policy_agent.agent.meetings.watch import PARKED, PARKING
from policy_agent.agent.meetings.whose import is_elsewhere
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import CalendarOwner, EventCopy, ShowAs, Span
from policy_agent.domain.watching import PERSONAL, CoveredCalendar

log = structlog.get_logger()

DAILY = timedelta(days=1)
BACK = timedelta(days=1)  # how far back a whole view begins: what was held yesterday is told
OVERLAP = timedelta(
    minutes=2
)  # by which looks for changes overlap: clocks are never quite the same
LEAVE = timedelta(hours=4)  # out of office for as long as half a working day is leave

_OWNERS = 200  # asked about at a time
_WHOLE = 40  # seen whole at a time: some 500 meetings each
_CHANGED = 200  # asked for changes at a time
_SERIES = 100  # expanded at a time


@dataclass(kw_only=True, slots=True)
class CalendarsSwept:
    """What one sweep of calendars came to."""

    whole: int = 0  # calendars seen whole
    changed: int = 0  # calendars asked for what changed
    written: int = 0  # decisions that were new or had changed
    put_off: int = 0  # calendars that wait for the next sweep
    parked: int = 0  # calendars that are left alone for a day
    troubles: dict[str, CallFailure] = field(default_factory=dict)  # one of each kind


class CalendarSweep:
    """One sweep of every covered calendar that is a person's and is not parked."""

    def __init__(
        self,
        context: AgentContext,
        features: Sequence[Feature],
        clock: Callable[[], Moment],
        going: Callable[[], bool] = lambda: True,
    ) -> None:
        self._context = context
        self._features = features
        self._clock = clock  # asked anew for each batch: a sweep takes minutes
        self._going = going  # says no when the daemon is to stop
        self._swept = CalendarsSwept()

    def run(self) -> CalendarsSwept:
        """Sweep; what could not be done is left for the next sweep."""
        self._ask_owners()
        now = self._clock().now
        rulebook = self._context.current.policy.rulebook.hash
        calendars = [c for c in self._context.store.calendars() if c.readable(now)]
        whole = [c for c in calendars if _is_due(c, rulebook, now)]
        since = {
            c.id: c.changed_since
            for c in calendars
            if c.changed_since is not None and not _is_due(c, rulebook, now)
        }
        self._in_batches(list(since), _CHANGED, lambda some: self._look_for_changes(some, since))
        self._in_batches([c.id for c in whole], _WHOLE, self._look_at_all)
        swept = self._swept
        for kind, failure in swept.troubles.items():  # once for all: it may be true of the tenant
            log.warning("calendars_not_read", kind=kind, what=failure.what)
        busy = swept.whole or swept.written or swept.put_off or swept.parked
        level = log.info if busy else log.debug
        level(
            "calendars_swept",
            whole=swept.whole,
            changed=swept.changed,
            written=swept.written,
            put_off=swept.put_off,
            parked=swept.parked,
        )
        return swept

    def _in_batches(
        self, ids: Sequence[str], size: int, work: Callable[[Sequence[str]], None]
    ) -> None:
        for start in range(0, len(ids), size):
            if not self._going():
                return
            work(ids[start : start + size])

    def _readable(self, now: datetime) -> frozenset[str]:
        return frozenset(c.id for c in self._context.store.calendars() if c.readable(now))

    def _ask_owners(self) -> None:
        now = self._clock().now
        due = [
            c.id
            for c in self._context.store.calendars()
            if (c.owner_asked is None or now - c.owner_asked >= DAILY)
            and (c.parked_until is None or c.parked_until <= now)
        ]
        self._in_batches(due, _OWNERS, self._ask)

    def _ask(self, ids: Sequence[str]) -> None:
        answers = self._context.calendars.owners(ids)
        now = self._clock().now
        owners = [one for one in answers.values() if isinstance(one, CalendarOwner)]
        self._context.store.put_owners(owners, now=now)
        rooms = sum(owner.purpose not in PERSONAL for owner in owners)
        if rooms:
            log.info("calendars_of_nobody_left_out", count=rooms)
        self._sort_out(answers, now)

    def _look_at_all(self, ids: Sequence[str]) -> None:
        context, began = self._context, self._clock().now
        policy = context.current.policy
        span = Span(starts=began - BACK, ends=began + HORIZON)
        agenda = asks_for_agenda(policy.rulebook)
        answers = context.calendars.view(dict.fromkeys(ids, span), agenda=agenda)
        moment = self._clock()
        views = self._sort_out(answers, moment.now)
        context.store.put_leave({id_: _leave(copies) for id_, copies in views.items()})
        look = Look(
            copies=[copy for copies in views.values() for copy in copies],
            whole=dict.fromkeys(views, span),
        )
        judged = self._judge(look, moment)
        self._swept.put_off += len(views) - len(judged.seen.whole)
        if hand_on(context, self._features, judged.seen, moment):
            self._swept.whole += len(judged.seen.whole)
            context.store.put_whole(
                list(judged.seen.whole),
                to=span.ends,
                rulebook=policy.rulebook.hash,
                since=began - OVERLAP,
                now=moment.now,
            )

    def _look_for_changes(self, ids: Sequence[str], since: Mapping[str, datetime]) -> None:
        context, began = self._context, self._clock().now
        answers = context.calendars.changed({id_: since[id_] for id_ in ids})
        moment = self._clock()
        changes = self._sort_out(answers, moment.now)
        readable = self._readable(moment.now)
        guests = Guests(context.current.policy.directory, {})
        found = [
            copy
            for copies in changes.values()
            for copy in copies
            if not is_elsewhere(copy, guests.organiser(copy), readable)
        ]
        masters = [copy for copy in found if copy.kind == "master"]
        singles = [copy for copy in found if copy.kind == "single"]
        unsure = self._hand_on_singles(singles, moment)
        for start in range(0, len(masters), _SERIES):
            unsure |= self._expand(masters[start : start + _SERIES], began)
        done = changes.keys() - unsure
        self._swept.changed += len(done)
        self._swept.put_off += len(changes) - len(done)
        context.store.put_changed(done, since=began - OVERLAP)

    def _hand_on_singles(self, singles: Sequence[EventCopy], moment: Moment) -> set[str]:
        """Judge single meetings that changed; returns the mailboxes to look at again."""
        if not singles:
            return set()
        asked = {copy.ref: copy for copy in singles}
        if asks_for_agenda(self._context.current.policy.rulebook):
            # What changed is told without it.
            asked |= {
                ref: copy
                for ref, copy in self._context.calendars.read(list(asked), agenda=True).items()
                if isinstance(copy, EventCopy)
            }
        return self._hand_on(Look(copies=list(asked.values())), moment)

    def _expand(self, masters: Sequence[EventCopy], began: datetime) -> set[str]:
        """Judge whole series that changed; returns the mailboxes to look at again."""
        policy = self._context.current.policy
        span = Span(starts=began, ends=began + HORIZON)
        answers = self._context.calendars.instances(
            {master.ref: span for master in masters}, agenda=asks_for_agenda(policy.rulebook)
        )
        moment = self._clock()
        copies: list[EventCopy] = []
        gone: set[str] = set()
        unsure: set[str] = set()
        for ref, answer in answers.items():
            if not isinstance(answer, CallFailure):
                copies += answer
            elif answer.kind == "gone":
                gone.add(ref.event)
            else:
                unsure.add(ref.mailbox)
        told = [master for master in masters if _is_answered(answers[master.ref])]
        look = Look(copies=copies, masters=told, gone=frozenset(gone))
        return unsure | self._hand_on(look, moment)

    def _hand_on(self, look: Look, moment: Moment) -> set[str]:
        judged = self._judge(look, moment)
        if hand_on(self._context, self._features, judged.seen, moment):
            return {ref.mailbox for ref in judged.unread}
        return {copy.ref.mailbox for copy in (*look.copies, *look.masters)}

    def _judge(self, look: Look, moment: Moment) -> Judged:
        judged = judge(
            self._context,
            self._context.current.policy,
            look,
            readable=self._readable(moment.now),
            now=moment.now,
        )
        self._swept.written += judged.written
        return judged

    def _sort_out(self, answers: Mapping[str, object], now: datetime) -> dict[str, Copies]:
        """Return what was answered; park what will not work, and leave the rest for next time."""
        lasting: list[str] = []
        fine: dict[str, Copies] = {}
        for mailbox, answer in answers.items():
            if isinstance(answer, tuple):
                fine[mailbox] = answer
            elif isinstance(answer, CallFailure):
                self._swept.troubles.setdefault(answer.kind, answer)
                if answer.kind in PARKING or answer.kind == "gone":
                    lasting.append(mailbox)
                else:
                    self._swept.put_off += 1
        if lasting:
            self._swept.parked += len(lasting)
            self._context.store.park_calendars(lasting, until=now + PARKED)
        return fine


def _is_due(calendar: CoveredCalendar, rulebook: str, now: datetime) -> bool:
    """Say whether a calendar is to be seen whole."""
    return (
        calendar.viewed is None or now - calendar.viewed >= DAILY or calendar.viewed_by != rulebook
    )


def _is_answered(answer: Copies | CallFailure) -> bool:
    return not isinstance(answer, CallFailure)


def _leave(copies: Copies) -> tuple[Span, ...]:
    """Return when out-of-office events say that their person is on leave."""
    return tuple(
        Span(starts=copy.starts, ends=copy.ends)
        for copy in copies
        if copy.show_as is ShowAs.AWAY and not copy.cancelled and copy.ends - copy.starts >= LEAVE
    )
