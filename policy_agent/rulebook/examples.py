"""Examples in rules: mails and meetings that the writer had in mind, tried on the rule itself.

An example shows what its own rule says, as if it were on: its mode, dated exemptions and the other
rules are left out. Otherwise rolling a rule out, or an exemption in an emergency, would turn a
rulebook into one that does not load.

People in examples are names that stand for nobody. They are in the teams that the rule is about,
but for exempt ones where others are left; `teams` adds to that, and `outside` puts a name outside
the organisation.
"""

from policy_agent.domain.rules import DeferEmail, Rule, Rulebook
from policy_agent.rulebook.mail_examples import mail_effort, run_mail_rule
from policy_agent.rulebook.meeting_examples import meeting_effort, run_meeting_rule
from policy_agent.rulebook.trying import ExampleResult


def run_examples(rulebook: Rulebook) -> tuple[ExampleResult, ...]:
    """Try every example of every rule, in the order of the rulebook."""
    return tuple(result for rule in rulebook.rules for result in run_rule(rule))


def run_rule(rule: Rule) -> tuple[ExampleResult, ...]:
    """Try every example of one rule."""
    return run_mail_rule(rule) if isinstance(rule, DeferEmail) else run_meeting_rule(rule)


def effort(rule: Rule) -> int:
    """Return about how many steps trying the rule's examples takes, a microsecond or two each."""
    return mail_effort(rule) if isinstance(rule, DeferEmail) else meeting_effort(rule)


__all__ = ["ExampleResult", "effort", "run_examples", "run_rule"]
