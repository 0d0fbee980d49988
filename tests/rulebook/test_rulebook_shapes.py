"""The shapes carry what editors and the documentation of keys are made from."""

from typing import Any

import pytest

from policy_agent.rulebook.rule_shapes import KINDS, LATER_KINDS
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.shapes import FileShape

SHAPES = sorted(
    (shape for parent in Shape.__subclasses__() for shape in (parent, *parent.__subclasses__())),
    key=lambda shape: shape.__name__,
)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_key_says_what_it_is_for_and_what_it_looks_like(shape: type[Shape]) -> None:
    assert shape.__doc__
    for name, field in shape.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
        assert field.examples, name


def test_a_json_schema_can_be_made_that_knows_no_other_keys() -> None:
    schema: dict[str, Any] = FileShape.model_json_schema(by_alias=True)
    assert schema["additionalProperties"] is False
    rule = schema["$defs"]["DeferEmailShape"]
    assert {"from", "to", "window", "let_through"} <= rule["properties"].keys()
    assert "name" in rule["required"]


def test_a_kind_is_either_known_or_later() -> None:
    assert not KINDS.keys() & set(LATER_KINDS)
