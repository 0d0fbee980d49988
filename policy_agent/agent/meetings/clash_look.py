"""Looking at clashes: what a judged series comes to, and reading one anew before anything is done.

An occurrence counts while it has not begun: what is under way is over before anybody could move it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.meetings.judge import HORIZON
from policy_agent.agent.meetings.people import Guests
from policy_agent.agent.meetings.scope import team_sizes
from policy_agent.agent.meetings.seen import SeenMeeting, SeenSeries
from policy_agent.domain.clashes import Clash, ClashOccurrence, FoundClash, grace_of
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Response, Span
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.outcomes import Reason
from policy_agent.domain.people import Person
from policy_agent.domain.verdicts import Verdict

_CLASHES = frozenset({Reason.OVERLAPS_WINDOW, Reason.BOOKED_BEFORE})
_UNSURE = frozenset({Reason.MODE_OFF, Reason.FAULT})  # these do not say whether it is a clash


@dataclass(frozen=True, kw_only=True, slots=True)
class Anew:
    """A clash's meetings as they are now, judged by the rules in force."""

    series: SeenSeries
    rule: ProtectTime | None  # None: there is no such rule any more
    found: FoundClash | None  # None: it is no clash any more


def clashes_in(series: SeenSeries, now: datetime) -> Sequence[FoundClash]:
    """Return the clashes of one judged series, one a rule."""
    ahead = [one for one in series.occurrences if one.copy.starts > now]
    rules = {
        verdict.rule.name: verdict.rule
        for one in ahead
        for verdict in one.verdicts
        if isinstance(verdict.rule, ProtectTime) and verdict.decision.reason in _CLASHES
    }
    return [_found(series, ahead, rule) for rule in rules.values()]


def unsure_in(series: SeenSeries) -> frozenset[tuple[str, str]]:
    """Return the rules, each with the series' key, that cannot tell whether it clashes."""
    return frozenset(
        (verdict.rule.name, series.key)
        for one in series.occurrences
        for verdict in one.verdicts
        if isinstance(verdict.rule, ProtectTime) and verdict.decision.reason in _UNSURE
    )


def read_anew(context: AgentContext, clash: Clash, moment: Moment) -> Anew | CallFailure:
    """Read the judged copy again and judge it; a failure only where that could not be done now.

    A meeting that is gone is no clash.
    """
    policy = context.current.policy
    copies = _read(context, clash, moment.now)
    if isinstance(copies, CallFailure):
        if copies.kind != "gone":
            return copies
        copies = ()
    judging = Judging(context, moment.now)
    ahead = sorted((one for one in copies if one.starts > moment.now), key=lambda one: one.starts)
    series = SeenSeries(
        key=clash.series,
        mailbox=clash.mailbox,
        organiser=judging.guests.organiser(ahead[0]) if ahead else None,
        occurrences=tuple(judging.meeting(copy) for copy in ahead),
    )
    found = [one for one in clashes_in(series, moment.now) if one.rule == clash.rule]
    return Anew(
        series=series,
        rule=rule_of(policy, clash.rule),
        found=found[0] if found else None,
    )


def rule_of(policy: Policy, name: str) -> ProtectTime | None:
    return next((rule for rule in policy.rulebook.protect_time if rule.name == name), None)


class Judging:
    """Judges copies by the policy in force, with what is known of people's leave."""

    def __init__(self, context: AgentContext, now: datetime) -> None:
        policy = context.current.policy
        self._rulebook = policy.rulebook
        self._sizes: Mapping[str, int] = team_sizes(policy.directory)
        self.guests = Guests(policy.directory, context.store.leave_between(now, now + HORIZON))

    def meeting(self, copy: EventCopy) -> SeenMeeting:
        organiser = self.guests.organiser(copy)
        facts = self.guests.facts(copy, organiser, recurs=copy.series is not None, after=None)
        return SeenMeeting(copy=copy, facts=facts, verdicts=self._decide(facts))

    def clashes_for(
        self, seen: SeenMeeting, own: EventCopy, person: str, answered: frozenset[str], rule: str
    ) -> bool:
        """Whether a meeting clashes for one of its people, by what their own copy says of it too.

        Whom this clash was answered for counts as there: else the first declines could make the
        meeting too small for the rule, and leave the others in it.
        """
        invited = tuple(
            replace(one, response=Response.NONE) if one.person.id in answered else one
            for one in seen.facts.invited
        )
        own_categories = frozenset(category.lower() for category in own.categories)
        facts = replace(
            seen.facts,
            invited=invited,
            categories=seen.facts.categories | own_categories,
            private=seen.facts.private or own.private,
            show_as=own.show_as,
            cancelled=seen.facts.cancelled or own.cancelled,
        )
        return any(
            verdict.rule.name == rule
            and verdict.decision.reason is Reason.OVERLAPS_WINDOW
            and person in verdict.affected
            for verdict in self._decide(facts)
        )

    def _decide(self, facts: MeetingFacts) -> tuple[Verdict, ...]:
        return decide_meeting(self._rulebook, facts, self._sizes)


def _read(
    context: AgentContext, clash: Clash, now: datetime
) -> tuple[EventCopy, ...] | CallFailure:
    calendars = context.calendars
    if clash.master is not None:
        master = EventRef(mailbox=clash.mailbox, event=clash.master)
        span = Span(starts=now, ends=now + HORIZON)
        return calendars.instances({master: span}, agenda=False)[master]
    known = context.store.clash_occurrences(clash.id)
    if not known:
        return CallFailure(kind="gone", what="the store knows no meeting of this clash")
    ref = EventRef(mailbox=clash.mailbox, event=known[0].event)
    copy = calendars.read([ref], agenda=False)[ref]
    return copy if isinstance(copy, CallFailure) else (copy,)


def _found(series: SeenSeries, ahead: Sequence[SeenMeeting], rule: ProtectTime) -> FoundClash:
    said = [(one, _said(one, rule.name)) for one in ahead]
    clashing = [
        (one, verdict) for one, verdict in said if verdict and verdict.decision.reason in _CLASHES
    ]
    real = [
        (one, verdict)
        for one, verdict in clashing
        if verdict.decision.reason is Reason.OVERLAPS_WINDOW
    ]
    # One that was booked before the rule is listed, unless occurrences of it were booked since.
    counted = real or clashing
    first = counted[0][0].copy
    return FoundClash(
        rule=rule.name,
        series=series.key,
        mailbox=series.mailbox,
        master=first.series,
        organiser=_known(series.organiser),
        mode=counted[0][1].decision.mode,
        grace=grace_of(rule),
        listed=not real,
        every=len(counted) == len(ahead),
        occurrences=tuple(
            ClashOccurrence(
                uid=one.copy.uid,
                event=one.copy.ref.event,
                starts=one.copy.starts,
                ends=one.copy.ends,
                affected=verdict.affected,
            )
            for one, verdict in counted
        ),
    )


def _said(one: SeenMeeting, rule: str) -> Verdict | None:
    return next((verdict for verdict in one.verdicts if verdict.rule.name == rule), None)


def _known(person: Person | None) -> str | None:
    return person.id if person is not None and person.id else None


__all__ = ["Anew", "Judging", "clashes_in", "read_anew", "rule_of", "unsure_in"]
