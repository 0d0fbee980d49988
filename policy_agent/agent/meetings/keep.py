"""Keep: follow the meetings that should happen, and see to it that they do.

1. Whatever was seen of a meeting that a `keep-meeting` rule names is written down: a new one, one
   that was moved, cancelled or declined.
2. A planned one that is not where it should be is only written down as missed: a page may have been
   lost on the way. It counts as cancelled when reading it says so.
3. What is due is worked on by `policy_agent.agent.meetings.keep_calls`: ones that were missed,
   ones that are over, and cancelled ones, which somebody is asked to book again.
4. Who is on leave today is written down, since what is known of leave is forgotten after it.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.meetings.keep_calls import KeepCalls
from policy_agent.agent.meetings.kept_looks import look_of
from policy_agent.agent.meetings.scope import meeting_rules
from policy_agent.agent.meetings.seen import Seen
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.events import Span
from policy_agent.domain.kept_meetings import KeptLook, KeptMeeting, Step, dropped, missed
from policy_agent.domain.meeting_rules import KeepMeeting
from policy_agent.domain.notes import WORKING_HOURS
from policy_agent.domain.outcomes import Outcome
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.walltime import as_instant, attach

log = structlog.get_logger()

AT_A_TIME = 100  # rows that one tick works on
_HOUR = timedelta(hours=1)


class KeepingMeetings:
    """The feature; what it remembers is when it last wrote leave down: a courtesy to the store."""

    def __init__(self) -> None:
        self._leave_noted: datetime | None = None

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Write down what was seen of kept meetings, and which of them were missed."""
        rulebook = context.current.policy.rulebook
        if not rulebook.hash:
            return
        sight = _Sight(rulebook, seen)
        changed = context.store.put_kept(list(sight.looks.values()), now=moment.now)
        rows = context.store.planned_kept(
            {one.mailbox for one in seen.series} | seen.whole.keys(), seen.gone
        )
        steps = {row: step for row in rows if (step := sight.unseen(row, moment.now)) is not None}
        if steps:
            context.store.save_kept(steps, now=moment.now)
        if changed or steps:
            log.info("kept_meetings_seen", changed=changed, missed=len(steps))

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Work on a batch of what is due; without a rulebook in force nothing is."""
        rulebook = context.current.policy.rulebook
        if not rulebook.hash:
            return
        self._note_leave(context, rulebook, moment)
        rows = context.store.claim_kept(
            context.worker,
            limit=min(AT_A_TIME, context.batch),
            now=moment.now,
            machine=moment.machine,
            lease=context.lease,
        )
        if rows:
            KeepCalls(context, moment).do(rows)

    def _note_leave(self, context: AgentContext, rulebook: Rulebook, moment: Moment) -> None:
        noted = self._leave_noted
        if noted is not None and noted <= moment.now < noted + _HOUR:
            return
        away: dict[date, set[str]] = {}
        for calendar in {
            rule.calendar.name: rule.calendar for rule in meeting_rules(rulebook)
        }.values():
            day = moment.now.astimezone(calendar.zone).date()
            hours = _working_hours(calendar, day)
            found = context.store.leave_between(hours.starts, hours.ends)
            away.setdefault(day, set()).update(found)
        context.store.add_leave_days(away)
        self._leave_noted = moment.now


class _Sight:
    """What one look at calendars says of kept meetings."""

    def __init__(self, rulebook: Rulebook, seen: Seen) -> None:
        self.looks: dict[tuple[str, str], KeptLook] = {}  # by uid and rule
        self._unsure: set[tuple[str, str]] = set()  # the rule could not be worked out
        self._there: dict[str, bool] = {}  # by uid of whatever was seen, whether it stands
        self._keys = {one.key for one in seen.series}
        self._whole: Mapping[str, Span] = seen.whole
        self._gone = frozenset(seen.gone)
        for series in seen.series:
            for met in series.occurrences:
                self._there[met.copy.uid] = not met.facts.cancelled
                for verdict in met.verdicts:
                    rule, key = verdict.rule, (met.copy.uid, verdict.rule.name)
                    if not isinstance(rule, KeepMeeting):
                        continue
                    if verdict.kept:
                        self.looks[key] = look_of(rulebook, rule, series.key, met.copy, met.facts)
                    elif verdict.decision.outcome is Outcome.ERROR:
                        self._unsure.add(key)

    def unseen(self, row: KeptMeeting, now: datetime) -> Step | None:
        """Say what it means that a planned one is not among those that were seen; None: nothing."""
        key = (row.uid, row.rule)
        if key in self.looks or key in self._unsure or row.ends <= now:
            return None
        if self._there.get(row.uid):
            return dropped(row, "the rule names it no more")
        span = self._whole.get(row.ref.mailbox)
        if (
            row.uid in self._there
            or row.series in self._keys
            or not self._gone.isdisjoint((row.ref.event, row.master))
            or (span is not None and span.overlaps(row.starts, row.ends))
        ):
            after = missed(row, now)
            return None if after == row else Step(meeting=after, why="")
        return None


def _working_hours(calendar: Calendar, day: date) -> Span:
    start, end = calendar.working_hours or WORKING_HOURS
    return Span(
        starts=as_instant(attach(day, start, calendar.zone)),
        ends=as_instant(attach(day, end, calendar.zone)),
    )


__all__ = ["AT_A_TIME", "KeepingMeetings"]
