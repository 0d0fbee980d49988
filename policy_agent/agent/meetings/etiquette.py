"""Etiquette: what could be kinder about meetings, told to their organisers, never more than told.

1. What the rules find about a series is written down once a check, whatever the mode: `observe`
   counts. What somebody was told of is never told again.
2. Whoever can be told something gets one nudge planned, at most one a day, for the next working
   moment. A while passes first, so that whoever is just writing an invitation can finish it.
3. Its text is written when it goes out, from all that is so by then; see
   `policy_agent.agent.meetings.etiquette_letter`. `enforce` is no more than `nudge` here.

People who turned these nudges off are left alone; what is found meanwhile is written down all the
same, and told if they turn them on again while it is ahead.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.meetings.scope import strongest
from policy_agent.agent.meetings.seen import Seen, SeenSeries
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.findings import Found
from policy_agent.domain.meeting_rules import Check, MeetingEtiquette
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import NoteKind, PlannedNote, not_before
from policy_agent.domain.walltime import MIDNIGHT, as_instant, attach

log = structlog.get_logger()

GATHER = timedelta(minutes=30)  # from what is found to the nudge, at least
_LOOK_EVERY = timedelta(minutes=1)  # for whom there is anything to tell
_TELLS = frozenset({Mode.NUDGE, Mode.ENFORCE})


class Etiquette:
    """The feature; what it remembers is when it last looked: a courtesy to the store."""

    def __init__(self) -> None:
        self._next: datetime | None = None

    def take(self, context: AgentContext, seen: Seen, moment: Moment) -> None:
        """Write down what was found about each series that was seen."""
        found = [one for series in seen.series for one in _found(series, moment.now)]
        # Breaks are seen on whole days alone: a series that came by a notice says nothing of them.
        unseen = {(one.key, Check.BREAK) for one in seen.series if one.mailbox not in seen.whole}
        keys = {one.key for one in seen.series}
        context.store.put_findings(found, series=keys, unseen=unseen, now=moment.now)

    def tick(self, context: AgentContext, moment: Moment) -> None:
        """Plan a nudge for everybody who can be told something and was told nothing today."""
        if not context.service_mailbox:
            return
        if self._next is not None and moment.now < self._next <= moment.now + _LOOK_EVERY:
            return
        self._next = moment.now + _LOOK_EVERY
        store, policy = context.store, context.current.policy
        etiquette = policy.rulebook.meeting_etiquette
        rules = {rule.name: rule for rule in etiquette if strongest(rule) in _TELLS}
        waiting = store.people_to_tell(rules, found_by=moment.now - GATHER, now=moment.now)
        off = store.without_etiquette_nudges(waiting)
        by_calendar: dict[str, list[str]] = {}
        for person, names in waiting.items():
            telling = [rules[name] for name in rules if name in names]
            first = next((rule for rule in telling if tells(policy, rule, person)), None)
            if first is not None and person not in off:
                by_calendar.setdefault(first.calendar.name, []).append(person)
        calendars = {rule.calendar.name: rule.calendar for rule in rules.values()}
        for name, people in by_calendar.items():
            _plan(context, calendars[name], people, moment)


def tells(policy: Policy, rule: MeetingEtiquette, person: str) -> bool:
    """Say whether the rule tells this organiser anything, or only counts."""
    known = policy.directory.by_id.get(person)
    return known is not None and rule.mode_of(known.teams) in _TELLS


def _found(series: SeenSeries, now: datetime) -> list[Found]:
    """Return what etiquette finds about the occurrences ahead, each check once."""
    if series.organiser is None or not series.organiser.known:
        return []
    found: dict[tuple[str, Check], Found] = {}
    more: dict[tuple[str, Check], int] = {}
    for met in series.occurrences:
        if met.copy.starts <= now:
            continue
        for verdict in met.verdicts:
            for check in verdict.checks:
                key = (verdict.rule.name, check)
                if key in found:
                    more[key] = more.get(key, 0) + 1
                    continue
                found[key] = Found(
                    rule=verdict.rule.name,
                    series=series.key,
                    check=check,
                    person=series.organiser.id,
                    ref=met.copy.ref,
                    starts=met.copy.starts,
                    more=0,
                )
    return [replace(one, more=more.get(key, 0)) for key, one in found.items()]


def _plan(context: AgentContext, calendar: Calendar, people: list[str], moment: Moment) -> None:
    """Plan one nudge for each of these who has none and was sent none today."""
    try:
        opens = not_before(calendar, moment.now)
    except ValueError:
        log.warning("etiquette_not_planned", calendar=calendar.name, because="no working day")
        return
    today = moment.now.astimezone(calendar.zone).date()
    midnight = as_instant(attach(today, MIDNIGHT, calendar.zone))
    nudged = context.store.told(NoteKind.ETIQUETTE, people, since=midnight)
    day = opens.astimezone(calendar.zone).date()
    planned = context.store.plan_notes(
        [
            PlannedNote(
                key=f"etiquette:{person}:{day.isoformat()}",
                kind=NoteKind.ETIQUETTE,
                person=person,
                about=day.isoformat(),
                not_before=opens,
                calendar=calendar.name,
            )
            for person in people
            if person not in nudged
        ],
        now=moment.now,
    )
    if planned:
        log.info("etiquette_planned", count=len(planned), day=day.isoformat())
