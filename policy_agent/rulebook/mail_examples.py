"""Examples of rules about mail, tried. See `examples` for what they mean.

A sender is in the teams of the rule's `from`, a recipient in those of its `to`. The outcome is that
of every copy inside: copies that fare differently are two examples.
"""

from dataclasses import replace
from datetime import UTC, datetime

from policy_agent.domain.decisions import Decision, Outcome, decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.rules import DeferEmail, Example, Rulebook
from policy_agent.rulebook.trying import ExampleResult, alone, person, usual

_STEPS_A_COPY = 20


def run_mail_rule(rule: DeferEmail) -> tuple[ExampleResult, ...]:
    """Try every example of one rule."""
    book = alone(rule)
    return tuple(_run(book, rule, example) for example in rule.examples)


def mail_effort(rule: DeferEmail) -> int:
    """Return about how many steps trying the rule's examples takes, a microsecond or two each.

    Every copy looks at everybody on the mail and at every condition that lets mail through.
    """
    conditions = sum(1 + len(line.subject_tags) for line in rule.let_through)
    return sum(
        len(example.recipients) * (_STEPS_A_COPY + len(example.recipients) + conditions)
        for example in rule.examples
    )


def _run(book: Rulebook, rule: DeferEmail, example: Example) -> ExampleResult:
    expected = _written(example.expect_outcome, example.expect_until)
    exempt = frozenset[str]() if rule.exempt is None else rule.exempt.teams
    named = example.teams, example.outside
    sender = person(example.sender, usual(rule.from_teams, exempt), *named)
    to = usual(rule.to_teams, exempt)
    people = tuple(
        replace(person(name, to, *named), working_days=example.working_days.get(name))
        for name in example.recipients
    )
    # attaching a zone and going to UTC moves a time that does not exist forward, takes the first of
    # a repeated one: the design's second point
    received = example.at.replace(tzinfo=rule.window.calendar.zone).astimezone(UTC)
    came, decided = Outcome.DELIVER.value, None
    for one in people:
        if not one.inside:
            continue
        facts = MailFacts(
            sender=sender,
            recipient=one,
            recipients=people,
            received=received,
            subject=example.subject,
            importance=example.importance,
            categories=example.categories,
        )
        decision = decide(book, facts)[0]
        said = _said(decision)
        if decided is None or said != expected:
            came, decided = said, decision
        if said != expected:
            break
    return ExampleResult(
        rule=rule.name, example=example, expected=expected, came=came, decision=decided
    )


def _said(decision: Decision) -> str:
    return _written(decision.outcome.value, decision.promise)


def _written(outcome: str, until: datetime | None) -> str:
    return outcome if until is None else f"{outcome} until {until:%Y-%m-%d %H:%M}"
