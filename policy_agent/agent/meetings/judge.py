"""Judge: copies of meetings to what the rules say of each, written down once.

1. What is the agent's own is set apart, and what is nobody's meeting: out-of-office events, which
   are leave, and appointments that nobody else is invited to.
2. Of each meeting one copy is judged; see `policy_agent.agent.meetings.whose`.
3. Each occurrence that is not over and lies within the horizon is judged, and what the rules say
   is recorded where it is new or has changed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.meetings.people import Guests
from policy_agent.agent.meetings.scope import team_sizes
from policy_agent.agent.meetings.seen import Feature, Seen, SeenMeeting, SeenSeries
from policy_agent.agent.meetings.whose import Group, choose, group
from policy_agent.domain.back_to_back import is_meeting, order
from policy_agent.domain.events import EventCopy, EventRef, ShowAs, Span
from policy_agent.domain.judged import JudgedMeeting
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import MeetingEtiquette
from policy_agent.domain.outcomes import Outcome, Reason
from policy_agent.domain.verdicts import Verdict

log = structlog.get_logger()

HORIZON = timedelta(weeks=13)  # how far ahead meetings are judged


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a look at some calendars brought."""

    copies: Sequence[EventCopy] = ()  # singles and occurrences, each series with all that it has
    masters: Sequence[EventCopy] = ()  # of series among them, as far as they were read
    whole: Mapping[str, Span] = field(default_factory=dict)  # calendars that were seen whole
    gone: frozenset[str] = frozenset()  # event ids


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What came of judging a look."""

    seen: Seen
    unread: frozenset[EventRef] = frozenset()  # series that could not be told yet: look again
    written: int = 0  # decisions that were new or had changed


def judge(
    context: AgentContext, policy: Policy, look: Look, *, readable: Collection[str], now: datetime
) -> Judged:
    """Judge what was seen, and write the decisions down.

    `readable` are the calendars that are covered and can be read: of whoever owns one, the
    organiser's copy is the one that counts. A calendar with a series that could not be told is not
    handed on as seen whole.
    """
    horizon = now + HORIZON
    leave = context.store.leave_between(now, horizon)
    guests = Guests(policy.directory, leave)
    mailboxes = {copy.ref.mailbox for copy in (*look.copies, *look.masters)}
    ours = context.store.block_out_series(mailboxes)
    everything = [*look.masters, *look.copies]
    block_outs = [copy for copy in everything if _master_of(copy) in ours]
    meetings = [c for c in look.copies if _master_of(c) not in ours and _is_meeting(c)]
    chosen = choose(
        context,
        group(meetings, guests),
        readable=readable,
        masters=look.masters,
        whole=look.whole,
    )
    unsure = {ref.mailbox for ref in chosen.unread}
    whole = {mailbox: span for mailbox, span in look.whole.items() if mailbox not in unsure}
    judging = _Judging(policy, guests, _ends_before(look), now=now, horizon=horizon)
    series = [judging.series(key, one) for key, one in chosen.groups]
    # Of calendars that were seen whole it needs no telling what has come to nothing.
    partly = [c for c in everything if c.ref.mailbox not in look.whole]
    series += _emptied(partly, ours | {_master_of(copy) for copy in meetings}, guests)
    written = _record(context, policy, series, look.whole, now)
    days: dict[str, list[EventCopy]] = {mailbox: [] for mailbox in whole}
    for copy in look.copies:
        if copy.ref.mailbox in days:
            days[copy.ref.mailbox].append(copy)
    seen = Seen(series=series, whole=whole, gone=look.gone, days=days, block_outs=block_outs)
    return Judged(seen=seen, unread=chosen.unread, written=written)


def hand_on(context: AgentContext, features: Sequence[Feature], seen: Seen, moment: Moment) -> bool:
    """Let every feature write down what follows; says whether all of them could.

    What breaks in one of them does not keep it from the others.
    """
    done = True
    for feature in features:
        try:
            feature.take(context, seen, moment)
        except Exception:
            log.exception("meetings_not_taken", feature=type(feature).__name__)
            done = False
    return done


def _master_of(copy: EventCopy) -> EventRef:
    return EventRef(mailbox=copy.ref.mailbox, event=copy.series or copy.ref.event)


def _is_meeting(copy: EventCopy) -> bool:
    """Say whether anybody else is in it; whoever was invited by somebody is not alone."""
    return copy.show_as is not ShowAs.AWAY and (bool(copy.attendees) or not copy.is_organiser)


def _ends_before(look: Look) -> Mapping[EventRef, datetime]:
    """Return when the last meeting that started before each one ends, on whole days alone."""
    by_mailbox: dict[str, list[EventCopy]] = {}
    for copy in look.copies:
        if copy.ref.mailbox in look.whole and is_meeting(copy):
            by_mailbox.setdefault(copy.ref.mailbox, []).append(copy)
    found: dict[EventRef, datetime] = {}
    for copies in by_mailbox.values():
        latest: datetime | None = None
        for copy in sorted(copies, key=order):
            if latest is not None:
                found[copy.ref] = latest
            latest = copy.ends if latest is None else max(latest, copy.ends)
    return found


def _emptied(
    copies: Sequence[EventCopy], left: Collection[EventRef], guests: Guests
) -> list[SeenSeries]:
    """Return organisers' own series in which nothing ahead is a meeting any more."""
    mine = {_master_of(copy): copy for copy in copies if copy.is_organiser}
    return [
        SeenSeries(
            key=ref.event,
            mailbox=ref.mailbox,
            organiser=guests.organiser(copy),
            occurrences=(),
        )
        for ref, copy in mine.items()
        if ref not in left
    ]


class _Judging:
    """Judges series after series under one policy."""

    def __init__(
        self,
        policy: Policy,
        guests: Guests,
        before: Mapping[EventRef, datetime],
        *,
        now: datetime,
        horizon: datetime,
    ) -> None:
        self._rulebook = policy.rulebook
        self._sizes = team_sizes(policy.directory)
        self._guests = guests
        self._before = before
        self._now = now
        self._horizon = horizon

    def series(self, key: str, one: Group) -> SeenSeries:
        ahead = [
            copy for copy in one.copies if copy.ends > self._now and copy.starts < self._horizon
        ]
        ahead.sort(key=lambda copy: copy.starts)
        return SeenSeries(
            key=key,
            mailbox=one.ref.mailbox,
            organiser=one.organiser,
            occurrences=tuple(self._meeting(copy, one) for copy in ahead),
        )

    def _meeting(self, copy: EventCopy, one: Group) -> SeenMeeting:
        guests, organiser = self._guests, one.organiser
        facts = guests.facts(
            copy,
            organiser,
            recurs=one.recurs,
            after=self._before.get(copy.ref) if copy.is_organiser else None,
        )
        verdicts = decide_meeting(self._rulebook, facts, self._sizes)
        return SeenMeeting(copy=copy, facts=facts, verdicts=verdicts)


def _record(
    context: AgentContext,
    policy: Policy,
    series: Sequence[SeenSeries],
    whole: Collection[str],
    now: datetime,
) -> int:
    judged = [
        JudgedMeeting(
            uid=meeting.copy.uid,
            ref=meeting.copy.ref,
            organiser=one.organiser.id or None if one.organiser is not None else None,
            starts=meeting.copy.starts,
            ends=meeting.copy.ends,
            decisions=tuple(
                verdict.decision
                for verdict in meeting.verdicts
                if one.mailbox in whole or not _is_half_known(verdict)
            ),
        )
        for one in series
        for meeting in one.occurrences
    ]
    for verdict in (said for one in series for met in one.occurrences for said in met.verdicts):
        if verdict.decision.outcome is Outcome.ERROR:
            log.error("decision_failed", rule=verdict.rule.name, detail=verdict.decision.detail)
    return context.store.record_meetings(judged, rulebook=policy.rulebook.hash, now=now)


def _is_half_known(verdict: Verdict) -> bool:
    """Say whether it is kind only as far as is known: breaks are seen on whole days alone."""
    return (
        isinstance(verdict.rule, MeetingEtiquette)
        and verdict.rule.break_between is not None
        and verdict.decision.reason is Reason.KIND
    )
