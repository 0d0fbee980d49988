"""The nudge of a clash: read anew, with times at which everybody is free, in the organiser's zone.

Everybody's free time is asked for once a nudge, of 20 people a call; the alternatives are kept
with the clash, so that a decline says the same and asks nobody again.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from policy_agent.agent.context import AgentContext, Moment
from policy_agent.agent.letters import letter_of
from policy_agent.agent.meetings.clash_look import Anew, read_anew, rule_of
from policy_agent.agent.meetings.clash_words import SHOWN, ClashSaid, in_zone
from policy_agent.domain.alternatives import (
    Alternatives,
    Looking,
    alternatives,
    asked_time,
    shortened,
)
from policy_agent.domain.calendars import Calendar
from policy_agent.domain.clashes import Clash, ClashState, FoundClash, grace_of
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import FreeBusy, Response, Span
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.meeting_rules import ProtectTime
from policy_agent.domain.modes import Mode
from policy_agent.domain.notes import Letter, Note
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.walltime import zone_named
from policy_agent.domain.windows import Window

log = structlog.get_logger()


def nudge_key(clash: Clash) -> str:
    """Return what names the nudge of a clash for good: one, and another only if that one failed."""
    return f"clash:{clash.id}" + (f":{clash.tries}" if clash.tries else "")


class ClashWriter:
    """Writes the nudges about clashes."""

    def write(
        self, context: AgentContext, nudge: Note, moment: Moment
    ) -> Letter | CallFailure | None:
        """Write to the organiser of what is a clash now; None: it is none any more."""
        clash = context.store.clash(int(nudge.about))
        if clash is None or clash.state is not ClashState.OPEN or nudge.key != nudge_key(clash):
            return None
        organiser = context.current.policy.directory.by_id.get(nudge.person)
        if organiser is None:
            return None
        anew = read_anew(context, clash, moment)
        if isinstance(anew, CallFailure):
            return anew
        found, rule = anew.found, anew.rule
        if found is None or rule is None:
            context.store.advance_clash(
                clash, ClashState.MENDED, why="mended before anybody was told", now=moment.now
            )
            return None
        if found.listed or found.mode.strength < Mode.NUDGE.strength:
            to = ClashState.LISTED if found.listed else ClashState.OBSERVED
            context.store.advance_clash(clash, to, why="found so", now=moment.now)
            return None
        free = find_alternatives(context, anew, found, rule, moment)
        context.store.note_slots(clash, free.slots)
        said = say(context, rule, anew, found, free, moment.now)
        due = found.grace.ends(moment.now)
        if found.mode is Mode.ENFORCE and due < found.occurrences[-1].starts:
            said = replace(said, act_at=due.astimezone(_zone(context, rule, found)))
        return _letter(context, nudge, organiser, anew, said)

    def sent(self, context: AgentContext, nudge: Note, moment: Moment) -> None:
        """Begin the grace of a clash that its organiser was told of."""
        clash = context.store.clash(int(nudge.about))
        policy = context.current.policy
        if clash is None:
            return
        if clash.state is not ClashState.OPEN:
            context.store.note_told(clash.id, at=moment.now)
            return
        rule = rule_of(policy, clash.rule)
        organiser = policy.directory.by_id.get(nudge.person)
        teams: frozenset[str] = frozenset() if organiser is None else organiser.teams
        enforced = rule is not None and rule.mode_of(teams) is Mode.ENFORCE
        context.store.advance_clash(
            clash,
            ClashState.NUDGED,
            why="its organiser was told",
            now=moment.now,
            told=moment.now,
            act_at=grace_of(rule).ends(moment.now) if rule is not None and enforced else None,
        )
        log.info("clash_nudged", clash=clash.id, rule=clash.rule, ahead=clash.ahead)


def _letter(
    context: AgentContext,
    nudge: Note,
    organiser: Person,
    anew: Anew,
    said: ClashSaid,
) -> Letter:
    rule, first = said.rule, anew.series.occurrences[0].copy
    covered = context.store.calendars([nudge.person])
    message = context.messages.write(
        "clash",
        covered[0].language if covered else "",
        {
            "organisation": context.current.policy.rulebook.organisation,
            "rules": ({"name": rule.name, "because": rule.because, "owner": rule.owner},),
            "subject": first.subject,
            "all_day": first.all_day,
            "window": rule.window.name,
            "dates_": said.dates,
            "more": said.more,
            "slots": said.slots,
            "every_time": said.every_time,
            "ends_at": said.ends_at,
            "starts_at": said.starts_at,
            "zone": said.zone,
            "act_at": said.act_at,
            "cancels": said.cancels,
            "let_through": said.let_through,
            "owner": rule.owner,
        },
    )
    return letter_of(nudge, organiser.address, message)


def say(
    context: AgentContext,
    rule: ProtectTime,
    anew: Anew,
    found: FoundClash,
    free: Alternatives,
    now: datetime,
) -> ClashSaid:
    """Return what there is to say, in the organiser's zone."""
    zone = _zone(context, rule, found)
    spans = [Span(starts=one.starts, ends=one.ends) for one in found.occurrences]
    facts = next(
        (one.facts for one in anew.series.occurrences if one.copy.uid == found.occurrences[0].uid),
        None,
    )
    shorter = None
    if facts is not None and not facts.all_day:
        shorter = shortened(spans[0], _windows(context.current.policy.rulebook, rule, facts), now)
    return ClashSaid(
        rule=rule,
        zone="" if zone.key == rule.calendar.zone.key else zone.key,
        dates=in_zone(spans[:SHOWN], zone),
        more=max(0, len(spans) - SHOWN),
        slots=in_zone(free.slots, zone),
        every_time=free.every_time,
        shorter=in_zone([shorter], zone)[0] if shorter is not None else None,
        act_at=None,
    )


def find_alternatives(
    context: AgentContext, anew: Anew, found: FoundClash, rule: ProtectTime, moment: Moment
) -> Alternatives:
    """Ask when everybody is free, and find times; none where nobody could be asked."""
    clashing = {one.uid for one in found.occurrences}
    meetings = [one for one in anew.series.occurrences if one.copy.uid in clashing]
    if meetings[0].copy.all_day:
        return Alternatives()  # a day is no slot
    people = people_to_ask(meetings[0].facts)
    clashes = [Span(starts=one.starts, ends=one.ends) for one in found.occurrences]
    asked = asked_time(clashes, rule.calendar, moment.now)
    answers: dict[str, FreeBusy | CallFailure] = {}
    # Whom the directory does not know may be a list, and a long one makes its whole call fail: so
    # they are asked about apart.
    for some in ([one for one in people if one.known], [one for one in people if not one.known]):
        if some:
            addresses = [one.address for one in some]
            answers |= context.calendars.free_busy(found.mailbox, addresses, asked)
    known = tuple(one for one in answers.values() if isinstance(one, FreeBusy))
    if not known:
        log.warning("alternatives_not_found", rule=found.rule, asked=len(people))
        return Alternatives()
    rulebook = context.current.policy.rulebook
    looking = Looking(
        clashes=tuple(clashes),
        people=known,
        windows=_windows(rulebook, rule, meetings[0].facts),
        calendars=_calendars(rule.calendar, _zone(context, rule, found)),
        asked=asked,
    )
    return alternatives(looking, moment.now)


def people_to_ask(facts: MeetingFacts) -> list[Person]:
    """Return whose time counts: people inside who have not declined, the organiser first."""
    people = [] if facts.organiser is None else [facts.organiser]
    people += [one.person for one in facts.invited if one.response is not Response.DECLINED]
    return [one for one in people if one.inside and one.address]


def _windows(rulebook: Rulebook, rule: ProtectTime, facts: MeetingFacts) -> tuple[Window, ...]:
    """Return the protected windows of anybody in the meeting, the rule's own first."""
    organiser = facts.organiser
    teams: frozenset[str] = frozenset() if organiser is None else organiser.teams
    everybody = teams.union(*(one.person.teams for one in facts.invited))
    windows = [
        one.window
        for one in rulebook.protect_time
        if one.mode_of(teams) is not Mode.OFF and not one.people.isdisjoint(everybody)
    ]
    return (rule.window, *(one for one in windows if one != rule.window))


def _zone(context: AgentContext, rule: ProtectTime, found: FoundClash) -> ZoneInfo:
    """Return the zone of the organiser's own mailbox, or the calendar's where it is not known."""
    known = context.store.calendars([found.organiser]) if found.organiser else ()
    own = zone_named(known[0].zone) if known else None
    return own or rule.calendar.zone


def _calendars(calendar: Calendar, zone: ZoneInfo) -> tuple[Calendar, ...]:
    """Return whose working hours count: the calendar's, and the same hours where they live."""
    if zone.key == calendar.zone.key:
        return (calendar,)
    return (calendar, replace(calendar, zone=zone))


__all__ = ["ClashWriter", "find_alternatives", "nudge_key", "say"]
