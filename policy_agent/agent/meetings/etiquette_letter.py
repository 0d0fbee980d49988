"""The text of an etiquette nudge: all that could be kinder by now about one person's meetings.

1. Read every meeting with an open finding of the person's, as it is now.
2. Judge it anew: what was mended, cancelled, exempted or has begun is left out.
3. Write down which findings the text names: those are told once it was sent.

Subjects are read here, and go to their own organiser and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.letters import letter_of
from policy_agent.agent.links import nudge_links
from policy_agent.agent.meetings.etiquette import tells
from policy_agent.agent.meetings.people import Guests
from policy_agent.agent.meetings.scope import team_sizes
from policy_agent.domain.back_to_back import end_before
from policy_agent.domain.copies import CallFailure
from policy_agent.domain.events import EventCopy, EventRef, Span
from policy_agent.domain.facts import MeetingFacts
from policy_agent.domain.findings import Finding
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import Check, MeetingEtiquette
from policy_agent.domain.notes import Letter, Note
from policy_agent.domain.walltime import zone_named

SHOWN = 6  # meetings in one message; more are only counted
_AT_MOST = 100  # findings that one message is made of; the others come another day
_DAY = timedelta(days=1)  # before a meeting, in which another may end


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unkind:
    """A finding that is still so."""

    finding: Finding
    rule: MeetingEtiquette
    facts: MeetingFacts


class EtiquetteWriter:
    """Writes etiquette nudges; see `policy_agent.agent.tell.Writer`."""

    def write(
        self, context: AgentContext, nudge: Note, moment: Moment
    ) -> Letter | CallFailure | None:
        """Write the message; None: all was mended, or the person does not want to hear of it."""
        store, policy = context.store, context.current.policy
        person = policy.directory.by_id.get(nudge.person)
        if person is None or not person.address or store.without_etiquette_nudges([person.id]):
            return None
        rules = {
            rule.name: rule
            for rule in policy.rulebook.meeting_etiquette
            if tells(policy, rule, person.id)
        }
        findings = [
            finding
            for finding in store.open_findings(person.id)
            if finding.found.rule in rules and finding.found.starts > moment.now
        ][:_AT_MOST]
        live = _read(context, findings, rules)
        if isinstance(live, CallFailure):
            return live
        still = _judge_anew(policy, findings, live, rules, person.id, moment.now)
        named = {unkind.finding.id for unkind in still}
        over = {finding.id for finding in findings} - named
        store.name_findings(nudge.key, named, over)
        if not still:
            return None
        return _letter(context, nudge, still, moment)

    def sent(self, context: AgentContext, nudge: Note, moment: Moment) -> None:
        """Remember for good that the person was told."""
        del moment
        context.store.tell_findings(nudge.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Live:
    """Meetings as they are now, and when the one before each ends."""

    copies: Mapping[EventRef, EventCopy]
    before: Mapping[EventRef, datetime]


def _read(
    context: AgentContext, findings: Sequence[Finding], rules: Mapping[str, MeetingEtiquette]
) -> _Live | CallFailure:
    """Read the meetings; what is gone or may not be read is left out, what will be is waited for.

    The days around them are read only where a break is asked for, one call a calendar.
    """
    refs = sorted({finding.found.ref for finding in findings})
    if not refs:
        return _Live(copies={}, before={})
    agenda = any(rule.agenda_required for rule in rules.values())
    copies: dict[EventRef, EventCopy] = {}
    for ref, answer in context.calendars.read(refs, agenda=agenda).items():
        if isinstance(answer, EventCopy):
            copies[ref] = answer
        elif answer.kind == "unavailable":
            return answer
    spans: dict[str, Span] = {}
    for finding in findings:
        copy = copies.get(finding.found.ref)
        if copy is not None and finding.found.check is Check.BREAK:
            known = spans.get(copy.ref.mailbox)
            starts, ends = copy.starts - _DAY, copy.ends
            if known is not None:
                starts, ends = min(starts, known.starts), max(ends, known.ends)
            spans[copy.ref.mailbox] = Span(starts=starts, ends=ends)
    days = context.calendars.view(spans, agenda=False) if spans else {}
    before: dict[EventRef, datetime] = {}
    for ref, copy in copies.items():
        day = days.get(ref.mailbox, ())
        if isinstance(day, CallFailure):
            return day
        ends_at = end_before(copy, day)
        if ends_at is not None:
            before[ref] = ends_at
    return _Live(copies=copies, before=before)


def _judge_anew(
    policy: Policy,
    findings: Sequence[Finding],
    live: _Live,
    rules: Mapping[str, MeetingEtiquette],
    person: str,
    now: datetime,
) -> list[_Unkind]:
    """Return the findings that are still so, in their order."""
    guests = Guests(policy.directory, {})
    sizes = team_sizes(policy.directory)
    facts: dict[EventRef, MeetingFacts] = {}
    said: dict[EventRef, frozenset[tuple[str, Check]]] = {}
    for ref, copy in live.copies.items():
        organiser = guests.organiser(copy)
        if organiser is None or organiser.id != person or copy.starts <= now:
            continue
        recurs, after = copy.kind != "single", live.before.get(ref)
        facts[ref] = guests.facts(copy, organiser, recurs=recurs, after=after)
        said[ref] = frozenset(
            (verdict.rule.name, check)
            for verdict in decide_meeting(policy.rulebook, facts[ref], sizes)
            for check in verdict.checks
        )
    return [
        _Unkind(finding=finding, rule=rules[found.rule], facts=facts[found.ref])
        for finding in findings
        for found in (finding.found,)
        if (found.rule, found.check) in said.get(found.ref, ())
    ]


def _letter(
    context: AgentContext, nudge: Note, still: Sequence[_Unkind], moment: Moment
) -> Letter | None:
    policy = context.current.policy
    person = policy.directory.by_id[nudge.person]
    (owner,) = context.store.calendars([person.id]) or (None,)
    calendar = still[0].rule.calendar
    zone = zone_named(owner.zone if owner is not None else "") or calendar.zone
    by_series: dict[str, list[_Unkind]] = {}
    for unkind in still:
        by_series.setdefault(unkind.finding.found.series, []).append(unkind)
    meetings = [_meeting(unkinds, zone) for unkinds in by_series.values()]
    rules = {unkind.rule.name: unkind.rule for unkind in still}
    token = nudge_links(context.store.key("links", now=moment.now)).token(person.id, moment.now)
    message = context.messages.write(
        "etiquette",
        owner.language if owner is not None else "",
        {
            "organisation": policy.rulebook.organisation,
            "rules": [
                {"name": rule.name, "because": rule.because, "owner": rule.owner}
                for rule in rules.values()
            ],
            "meetings": meetings[:SHOWN],
            "others": len(meetings[SHOWN:]),
            "zone": "" if zone.key == calendar.zone.key else zone.key,
            "off_url": f"{context.public_url}/nudges/{token}",
        },
    )
    return letter_of(nudge, person.address, message)


def _meeting(unkinds: Sequence[_Unkind], zone: ZoneInfo) -> Mapping[str, object]:
    """Return what the text says of one series: its first meeting, and each check once."""
    first = min(unkinds, key=lambda unkind: unkind.facts.starts)
    checks = {unkind.finding.found.check: unkind for unkind in unkinds}
    return {
        "subject": first.facts.subject,
        "starts": first.facts.starts.astimezone(zone),
        "ends": first.facts.ends.astimezone(zone),
        "all_day": first.facts.all_day,
        "more": max(unkind.finding.found.more for unkind in unkinds),
        "checks": [_check(check, checks[check]) for check in Check if check in checks],
    }


def _check(check: Check, unkind: _Unkind) -> Mapping[str, object]:
    """Return what was found and what would be right, for the words of the text."""
    rule, facts = unkind.rule, unkind.facts
    match check:
        case Check.NOTICE:
            found = None if facts.booked is None else facts.starts - facts.booked
            return {"name": "notice", "found": found, "limit": rule.notice_at_least}
        case Check.LENGTH:
            return {
                "name": "length",
                "found": facts.ends - facts.starts,
                "limit": rule.no_longer_than,
            }
        case Check.BREAK:
            return {"name": "break", "limit": rule.break_between}
        case Check.SIZE:
            return {"name": "size", "found": len(facts.invited), "limit": rule.attendees_at_most}
        case Check.AGENDA:
            return {"name": "agenda"}
