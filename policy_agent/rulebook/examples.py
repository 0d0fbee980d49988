"""Examples in rules: mails that the writer had in mind, tried on the rule itself.

An example shows what its own rule says, as if it were on: its mode, dated exemptions and the other
rules are left out. Otherwise rolling a rule out, or an exemption in an emergency, would turn a
rulebook into one that does not load.

People in examples are names that stand for nobody. A sender is in the teams of the rule's `from`,
a recipient in those of its `to`, but for exempt ones where others are left; `teams` adds to that,
and `outside` puts a name outside the organisation. The outcome is that of every copy inside: copies
that fare differently are two examples.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from policy_agent.domain.decisions import Decision, Outcome, decide
from policy_agent.domain.facts import MailFacts
from policy_agent.domain.people import Person
from policy_agent.domain.rules import DeferEmail, Example, Mode, Rulebook


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleResult:
    """What was expected of an example, what came, and the clause that decided."""

    rule: str
    example: Example
    expected: str  # «deliver» or «hold until 2026-05-26 08:30», as it is written in the rulebook
    came: str  # the same; «error» where the rule could not be worked out
    decision: (
        Decision | None
    )  # the one that decided: the first that surprises; None: no copy inside

    @property
    def as_expected(self) -> bool:
        return self.expected == self.came

    @property
    def text(self) -> str:
        """Return the result as a sentence."""
        if self.as_expected:
            return f"{self.expected}, as expected"
        came = _SAID.get(self.came, self.came.replace("hold", "it is held", 1))
        said = f"expected {self.expected}, but {came}"
        if self.decision is None:
            return f"{said}: nobody inside the organisation gets it"
        return f"{said}: {self.decision.detail} ({self.decision.where})"


_STEPS_A_COPY = 20
_SAID = {"deliver": "it is delivered", "error": "it ends in an error"}


def run_examples(rulebook: Rulebook) -> tuple[ExampleResult, ...]:
    """Try every example of every rule, in the order of the rulebook."""
    return tuple(result for rule in rulebook.mail_rules for result in run_rule(rule))


def run_rule(rule: DeferEmail) -> tuple[ExampleResult, ...]:
    """Try every example of one rule."""
    alone = Rulebook(
        organisation="",
        domains=frozenset(),
        calendars={},
        teams={},
        windows={},
        rules=(replace(rule, mode=Mode.ENFORCE, mode_for={}),),
        hash="",
    )
    return tuple(_run(alone, rule, example) for example in rule.examples)


def effort(rule: DeferEmail) -> int:
    """Return about how many steps trying the rule's examples takes, a microsecond or two each.

    Every copy looks at everybody on the mail and at every condition that lets mail through.
    """
    conditions = sum(1 + len(line.subject_tags) for line in rule.let_through)
    return sum(
        len(example.recipients) * (_STEPS_A_COPY + len(example.recipients) + conditions)
        for example in rule.examples
    )


def _run(alone: Rulebook, rule: DeferEmail, example: Example) -> ExampleResult:
    expected = _written(example.expect_outcome, example.expect_until)
    sender = _person(example, example.sender, _usual(rule.from_teams, rule))
    people = tuple(
        _person(example, name, _usual(rule.to_teams, rule)) for name in example.recipients
    )
    # attaching a zone and going to UTC moves a time that does not exist forward, takes the first of
    # a repeated one: the design's second point
    received = example.at.replace(tzinfo=rule.window.calendar.zone).astimezone(UTC)
    came, decided = Outcome.DELIVER.value, None
    for person in people:
        if not person.inside:
            continue
        facts = MailFacts(
            sender=sender,
            recipient=person,
            recipients=people,
            received=received,
            subject=example.subject,
            importance=example.importance,
            categories=example.categories,
        )
        decision = decide(alone, facts)[0]
        said = _said(decision)
        if decided is None or said != expected:
            came, decided = said, decision
        if said != expected:
            break
    return ExampleResult(
        rule=rule.name, example=example, expected=expected, came=came, decision=decided
    )


def _usual(teams: frozenset[str], rule: DeferEmail) -> frozenset[str]:
    exempt = frozenset[str]() if rule.exempt is None else rule.exempt.teams
    return teams - exempt or teams


def _person(example: Example, name: str, usual: frozenset[str]) -> Person:
    if name in example.outside:
        return Person(id="", address=f"{name}@outside.invalid", inside=False)
    return Person(
        id=name,
        address=f"{name}@inside.invalid",
        teams=usual | example.teams.get(name, frozenset()),
    )


def _said(decision: Decision) -> str:
    return _written(decision.outcome.value, decision.promise)


def _written(outcome: str, until: datetime | None) -> str:
    return outcome if until is None else f"{outcome} until {until:%Y-%m-%d %H:%M}"
