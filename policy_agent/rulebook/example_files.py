"""Examples beside a rulebook: files `*.examples.yaml`, which only `policy-agent test` reads.

Many examples need not make a rulebook long, and one that fails here keeps no rulebook from loading.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from policy_agent.domain.rules import DeferEmail, Rulebook
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import node_at
from policy_agent.rulebook.example_shapes import ExampleFileShape
from policy_agent.rulebook.examples import ExampleResult, effort, run_rule
from policy_agent.rulebook.files import gather_examples
from policy_agent.rulebook.given import example_of, judge_people
from policy_agent.rulebook.nodes import Mapping, Node, is_empty
from policy_agent.rulebook.problems import MOST_FOUND, Problem, RulebookError
from policy_agent.rulebook.reading import Budget, read
from policy_agent.rulebook.references import Names
from policy_agent.rulebook.rules import MOST_EFFORT
from policy_agent.rulebook.shaping import shape

_NO_MAPPING = (
    "a file of examples is a mapping; write examples: and below it a list such as"
    " - { rule: weekend-email, title: …, given: { … }, expect: deliver }"
)


def run_example_files(path: Path, rulebook: Rulebook) -> tuple[ExampleResult, ...]:
    """Try the examples of all files beside the rulebook, in the order of files and lines.

    `path` is what the rulebook was loaded from. Raises `RulebookError` with every problem that was
    found; that an example comes out otherwise is none. Takes as long as a load at most.
    """
    files = gather_examples(path)
    rules = {rule.name: rule for rule in rulebook.mail_rules}
    names = Names(known={"team": frozenset(rulebook.teams), "rule": frozenset(rules)})
    problems = [*files.problems]
    budget = Budget()
    found: list[DeferEmail] = []  # each with the one example that is to be tried on it
    for name, text in files.texts.items():
        reading = read(text, name, budget)
        problems += reading.problems
        if reading.node is not None and not is_empty(reading.node) and len(problems) <= MOST_FOUND:
            found += _examples(reading.node, rules, names, problems)
    spent = 0
    for rule in found:
        spent += effort(rule)
        if spent > MOST_EFFORT:
            what = "trying the examples takes too long; write fewer, or with fewer people on a mail"
            problems.append(Problem(where=rule.examples[0].where, text=what))
            break
    if problems:
        raise RulebookError(problems)
    return tuple(result for rule in found for result in run_rule(rule))


def _examples(
    root: Node, rules: dict[str, DeferEmail], names: Names, problems: list[Problem]
) -> Iterator[DeferEmail]:
    """Yield for each example of a file its rule, with that example alone."""
    if not isinstance(root, Mapping):
        problems.append(Problem(where=root.where, text=_NO_MAPPING))
        return
    shaped = shape(ExampleFileShape, root, names, problems, place=root.where)
    if shaped is None:
        return

    def say(where: Where, what: str) -> None:
        problems.append(Problem(where=where, text=what))

    for number, example in enumerate(shaped.shape.examples):
        node = node_at(shaped.node, "examples", number)
        judge_people(example, node, names.suggestions, say)
        yield replace(rules[example.rule], examples=(example_of(example, node.where),))
