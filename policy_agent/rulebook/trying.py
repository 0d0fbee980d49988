"""What trying an example takes and gives, whatever it is an example of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from policy_agent.domain.meeting_rules import MeetingExample
from policy_agent.domain.outcomes import Decision
from policy_agent.domain.people import Person
from policy_agent.domain.rules import Example, Mode, Rule, Rulebook


@dataclass(frozen=True, kw_only=True, slots=True)
class ExampleResult:
    """What was expected of an example, what came, and the clause that decided."""

    rule: str
    example: Example | MeetingExample
    expected: str  # «deliver» or «hold until 2026-05-26 08:30», as in the rulebook
    came: str  # the same; «error» where the rule could not be worked out
    # the one that decided: the first that surprises; None: it is about nobody who is inside
    decision: Decision | None

    @property
    def nobody(self) -> str:
        """Return why no rule said anything, where none did."""
        if isinstance(self.example, Example):
            return "nobody inside the organisation gets it"
        return "the rule is about nobody in the meeting"

    @property
    def as_expected(self) -> bool:
        return self.expected == self.came

    @property
    def text(self) -> str:
        """Return the result as a sentence."""
        if self.as_expected:
            return f"{self.expected}, as expected"
        came = _SAID.get(self.came, self.came.replace("hold", "it is held", 1))
        if self.came == "deliver" and isinstance(self.example, MeetingExample):
            came = "it is left alone"
        said = f"expected {self.expected}, but {came}"
        if self.decision is None:
            return f"{said}: {self.nobody}"
        return f"{said}: {self.decision.detail} ({self.decision.where})"


_SAID = {
    "deliver": "it is delivered",
    "error": "it ends in an error",
    "nudge": "its organiser is nudged",
    "decline": "it is declined",
    "cancel": "it is cancelled",
}


def alone(rule: Rule) -> Rulebook:
    """Return a rulebook with one rule at its strongest and nothing else."""
    return Rulebook(
        organisation="",
        domains=frozenset(),
        calendars={},
        teams={},
        windows={},
        rules=(replace(rule, mode=Mode.ENFORCE, mode_for={}),),
        hash="",
    )


def usual(teams: frozenset[str], exempt: frozenset[str]) -> frozenset[str]:
    """Return the teams that people of examples are in; exempt ones where no other is left."""
    return teams - exempt or teams


def person(
    name: str,
    usually: frozenset[str],
    teams: Mapping[str, frozenset[str]],
    outside: frozenset[str],
) -> Person:
    """Return somebody of an example, whose name stands for nobody."""
    if name in outside:
        return Person(id="", address=f"{name}@outside.invalid", inside=False)
    return Person(
        id=name,
        address=f"{name}@inside.invalid",
        teams=usually | teams.get(name, frozenset()),
    )
