"""What the shapes of all rules have in common; those of each kind stand in `kinds`."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from policy_agent.domain.rules import Mode
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.values import (
    NAME_SCHEMA,
    MailAddress,
    Name,
    PersonName,
    Prose,
    TeamName,
    filled,
    one_of,
    plain,
)

MODES = tuple(Mode)

# an editor that reads YAML 1.1 takes off for false; the loader takes it for the word that it is
ModeName = Annotated[Mode, one_of(MODES, Mode), WithJsonSchema({"enum": [*MODES, False]})]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _one_or_many(one: WithJsonSchema) -> WithJsonSchema:
    item = one.json_schema or {}
    many = {"type": "array", "items": item, "minItems": 1}
    return WithJsonSchema({"anyOf": [item, many]})


OneOrMany = Annotated[
    list[Prose], filled(such_as="[URGENT]"), BeforeValidator(_as_list), _one_or_many(plain())
]
People = Annotated[
    list[PersonName],
    filled(such_as="[bob, carol]"),
    BeforeValidator(_as_list),
    _one_or_many(NAME_SCHEMA),
]
Teams = Annotated[list[TeamName], filled(such_as="[everyone]")]


class PeopleShape(Shape):
    """Whom a rule is about."""

    include: Teams = Field(
        description="Teams; a person in any of them is meant.", examples=["[everyone]"]
    )


# `enforce` asks for an example, wherever it stands
ENFORCED: dict[str, Any] = {
    "if": {
        "anyOf": [
            {"required": ["mode"], "properties": {"mode": {"const": "enforce"}}},
            {
                "required": ["mode_for"],
                "not": {
                    "properties": {
                        "mode_for": {"additionalProperties": {"not": {"const": "enforce"}}}
                    }
                },
            },
        ]
    },
    "then": {"required": ["examples"], "properties": {"examples": {"minItems": 1}}},
}


class RuleShape(Shape):
    """What every rule has."""

    name: Name = Field(
        description="What the rule is called everywhere: letters, digits, hyphens.",
        examples=["weekend-email"],
    )
    because: Prose = Field(
        description="Why the rule is there, in words that people are shown.",
        examples=["Nobody should feel on call at the weekend"],
    )
    owner: MailAddress = Field(
        description="Mail address of whoever answers for the rule.",
        examples=["ict-policy@northshire.example"],
    )
    mode: ModeName = Field(
        default=Mode.OBSERVE,
        description="How strongly the rule acts; enforce asks for at least one example.",
        examples=["observe"],
    )
    mode_for: dict[TeamName, ModeName] = Field(
        default_factory=dict,
        description=(
            "A mode of its own by team of the sender, or of a meeting's organiser; of several the"
            " strongest wins."
        ),
        examples=["{ leadership: enforce }"],
    )
