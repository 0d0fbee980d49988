"""The shape of a file of examples, `*.examples.yaml`."""

from pydantic import Field

from policy_agent.rulebook.rule_shapes import ExampleShape
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.values import RuleName


class FiledExampleShape(ExampleShape):
    """An example that stands in a file of its own, and so names its rule."""

    rule: RuleName = Field(
        description="The rule of the rulebook that it is about.", examples=["weekend-email"]
    )


class ExampleFileShape(Shape):
    """A file of examples."""

    examples: list[FiledExampleShape] = Field(
        description="Mails and what becomes of them, each with the name of its rule.",
        examples=["[ { rule: weekend-email, title: …, given: { … }, expect: deliver } ]"],
    )
