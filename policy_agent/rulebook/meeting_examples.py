"""Examples of rules about meetings, tried. See `examples` for what they mean.

The organiser and everybody invited are in the teams of the rule's `people`. A team of which half
must be invited has the people of the example and nobody else.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

from policy_agent.domain.facts import Invited, MeetingFacts
from policy_agent.domain.meeting_decisions import decide_meeting
from policy_agent.domain.meeting_rules import KeepMeeting, MeetingExample, MeetingRule
from policy_agent.domain.outcomes import Outcome
from policy_agent.domain.rules import Rulebook
from policy_agent.domain.walltime import attach
from policy_agent.rulebook.trying import ExampleResult, alone, person, usual

USUALLY_BOOKED = timedelta(days=14)  # before the start, where an example does not say

_STEPS_A_MEETING = 60
_STEPS_A_DAY = 10


def run_meeting_rule(rule: MeetingRule) -> tuple[ExampleResult, ...]:
    """Try every example of one rule."""
    book = alone(rule)
    return tuple(_run(book, rule, example) for example in rule.examples)


def meeting_effort(rule: MeetingRule) -> int:
    """Return about how many steps trying the rule's examples takes, a microsecond or two each."""
    conditions = sum(1 + len(line.subject_tags) for line in rule.let_through)
    if isinstance(rule, KeepMeeting):
        conditions += sum(1 + len(line.subject_words) for line in rule.named)
    return sum(
        _STEPS_A_MEETING
        + _STEPS_A_DAY * (example.ends - example.starts).days
        + 2 * len(example.attendees)
        + conditions
        for example in rule.examples
    )


def _run(book: Rulebook, rule: MeetingRule, example: MeetingExample) -> ExampleResult:
    facts = facts_of(rule, example)
    everybody = (facts.organiser, *(one.person for one in facts.invited))
    sizes = Counter(team for one in everybody if one is not None for team in one.teams)
    verdicts = decide_meeting(book, facts, sizes)
    decision = verdicts[0].decision if verdicts else None
    return ExampleResult(
        rule=rule.name,
        example=example,
        expected=example.expect,
        came=(Outcome.DELIVER if decision is None else decision.outcome).value,
        decision=decision,
    )


def facts_of(rule: MeetingRule, example: MeetingExample) -> MeetingFacts:
    """Return the meeting of an example, on the wall clock of the rule's calendar."""
    exempt = frozenset[str]() if rule.exempt is None else rule.exempt.teams
    named = usual(rule.people, exempt), example.teams, example.outside
    starts = _instant(rule, example.starts)
    booked = example.booked or example.starts - USUALLY_BOOKED
    return MeetingFacts(
        starts=starts,
        ends=max(starts, _instant(rule, example.ends)),
        all_day=example.all_day,
        organiser=person(example.organiser, *named),
        invited=tuple(Invited(person=person(name, *named)) for name in example.attendees),
        cancelled=example.cancelled,
        online=example.online,
        subject=example.subject,
        categories=example.categories,
        booked=_instant(rule, booked),
        has_agenda=example.agenda,
        after=None if example.after is None else _instant(rule, example.after),
    )


def _instant(rule: MeetingRule, wall: datetime) -> datetime:
    return attach(wall.date(), wall.time(), rule.calendar.zone).astimezone(UTC)
