"""The shapes of a file of examples, `*.examples.yaml`."""

from typing import Any

from pydantic import Field

from policy_agent.rulebook.mail_shapes import ExampleShape
from policy_agent.rulebook.meeting_given_shapes import ClashExampleShape, NudgeExampleShape
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.values import RuleName


class FiledExampleShape(ExampleShape):
    """An example of a mail that stands in a file of its own, and so names its rule."""

    rule: RuleName = Field(
        description="The rule of the rulebook that it is about.", examples=["weekend-email"]
    )


class FiledClashShape(ClashExampleShape):
    """An example of a meeting that stands in a file of its own, of a rule that protects time."""

    rule: RuleName = Field(
        description="The rule of the rulebook that it is about.", examples=["protected-lunch"]
    )


class FiledNudgeShape(NudgeExampleShape):
    """An example of a meeting that stands in a file of its own, of a rule that only nudges."""

    rule: RuleName = Field(
        description="The rule of the rulebook that it is about.", examples=["kind-meetings"]
    )


FILED = (FiledExampleShape, FiledClashShape, FiledNudgeShape)


class ExampleFileShape(Shape):
    """A file of examples. What an example may say depends on the kind of its rule."""

    examples: list[Any] = Field(
        description="Mails or meetings and what becomes of them, each with the name of its rule.",
        examples=["[ { rule: weekend-email, title: …, given: { … }, expect: deliver } ]"],
    )
