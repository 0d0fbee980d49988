"""What is judged of rules of every kind, beside each field by itself."""

from collections.abc import Sequence
from typing import TypeVar

from policy_agent.domain.rules import Mode
from policy_agent.rulebook.draft import Draft, value_at
from policy_agent.rulebook.rule_shapes import RuleShape
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.shaping import Shaped

R = TypeVar("R", bound=RuleShape)


def refuse_untried_enforcing(draft: Draft, shaped: Shaped[R], examples: Sequence[Shape]) -> None:
    """Say that a rule which enforces shows nowhere what its writer had in mind."""
    if examples or "examples" in shaped.spared:
        return
    written = shaped.shape
    for key, modes in (("mode", [written.mode]), ("mode_for", written.mode_for.values())):
        if Mode.ENFORCE in modes:
            draft.say(
                value_at(shaped.node, key),
                f"{key}: enforce asks for at least one example; add examples: with a title,"
                " given and expect",
            )


def refuse_empty_lines(
    draft: Draft, shaped: Shaped[R], lines: Sequence[Shape], such_as: str
) -> None:
    """Say which lines of `let_through` have no condition."""
    for number, line in enumerate(lines):
        if "let_through" not in shaped.spared and not line.model_fields_set:
            draft.say(
                value_at(shaped.node, "let_through", number),
                "let_through: an empty line would let everything through; write a condition such as"
                f" {such_as}, or take the line away",
            )
