"""Examples beside a rulebook: files `*.examples.yaml`, which only `policy-agent test` reads.

Many examples need not make a rulebook long, and one that fails here keeps no rulebook from loading.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from policy_agent.domain.meeting_rules import (
    KeepMeeting,
    MeetingEtiquette,
    MeetingRule,
    ProtectTime,
)
from policy_agent.domain.rules import Rule, Rulebook
from policy_agent.domain.where import Where
from policy_agent.rulebook.draft import node_at
from policy_agent.rulebook.example_shapes import (
    ExampleFileShape,
    FiledClashShape,
    FiledExampleShape,
    FiledNudgeShape,
)
from policy_agent.rulebook.examples import ExampleResult, effort, run_rule
from policy_agent.rulebook.files import gather_examples
from policy_agent.rulebook.given import example_of, judge_people, judge_working_days
from policy_agent.rulebook.meeting_given import judge_meeting, meeting_example_of
from policy_agent.rulebook.nodes import Mapping, Node, Scalar, Sequence, is_empty
from policy_agent.rulebook.problems import MOST_FOUND, Problem, RulebookError
from policy_agent.rulebook.reading import Budget, read
from policy_agent.rulebook.references import Names
from policy_agent.rulebook.rules import MOST_EFFORT
from policy_agent.rulebook.shaping import Shaped, shape

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
    rules = {rule.name: rule for rule in rulebook.rules}
    names = Names(known={"team": frozenset(rulebook.teams), "rule": frozenset(rules)})
    problems = [*files.problems]
    budget = Budget()
    found: list[Rule] = []  # each with the one example that is to be tried on it
    for name, text in files.texts.items():
        reading = read(text, name, budget)
        problems += reading.problems
        if reading.node is not None and not is_empty(reading.node) and len(problems) <= MOST_FOUND:
            found += _examples(reading.node, rules, names, problems)
    spent = 0
    for rule in found:
        spent += effort(rule)
        if spent > MOST_EFFORT:
            what = "trying the examples takes too long; write fewer, or with fewer people in each"
            problems.append(Problem(where=rule.examples[0].where, text=what))
            break
    if problems:
        raise RulebookError(problems)
    return tuple(result for rule in found for result in run_rule(rule))


def _examples(
    root: Node, rules: dict[str, Rule], names: Names, problems: list[Problem]
) -> Iterator[Rule]:
    """Yield for each example of a file its rule, with that example alone."""
    if not isinstance(root, Mapping):
        problems.append(Problem(where=root.where, text=_NO_MAPPING))
        return
    shaped = shape(ExampleFileShape, root, names, problems, place=root.where)
    items = None if shaped is None else node_at(shaped.node, "examples")
    for item in items.items if isinstance(items, Sequence) else ():
        if len(problems) > MOST_FOUND:
            return
        found = _example(item, rules, names, problems)
        if found is not None:
            yield found


def _example(
    item: Node, rules: dict[str, Rule], names: Names, problems: list[Problem]
) -> Rule | None:
    def say(where: Where, what: str) -> None:
        problems.append(Problem(where=where, text=what))

    rule = rules.get(_text_at(item, "rule"))
    place = item.where
    if isinstance(rule, ProtectTime):
        clash = shape(FiledClashShape, item, names, problems, place=place)
        return _of_meeting(rule, clash, place, names, say)
    if isinstance(rule, MeetingEtiquette | KeepMeeting):
        nudge = shape(FiledNudgeShape, item, names, problems, place=place)
        return _of_meeting(rule, nudge, place, names, say)
    mail = shape(FiledExampleShape, item, names, problems, place=place)
    if mail is None or rule is None:
        return None
    judge_people(mail.shape, mail.node, names.suggestions, say)
    own_days = rule.release.calendar == "recipient"
    judge_working_days(mail.shape, mail.node, names.suggestions, say, counted=own_days)
    return replace(rule, examples=(example_of(mail.shape, place),))


def _of_meeting(
    rule: MeetingRule,
    shaped: Shaped[FiledClashShape] | Shaped[FiledNudgeShape] | None,
    where: Where,
    names: Names,
    say: Callable[[Where, str], None],
) -> Rule | None:
    if shaped is None:
        return None
    judge_meeting(shaped.shape, shaped.node, names.suggestions, say)
    return replace(rule, examples=(meeting_example_of(shaped.shape, where),))


def _text_at(item: Node, key: str) -> str:
    found = item.entries.get(key) if isinstance(item, Mapping) else None
    return found.value.text.strip() if found and isinstance(found.value, Scalar) else ""
