"""The shapes carry what editors and the documentation of keys are made from."""

from collections.abc import Iterator
from typing import Any

import pytest

from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.shapes import FileShape


def below(shape: type[Shape]) -> Iterator[type[Shape]]:
    for one in shape.__subclasses__():
        yield one
        yield from below(one)


SHAPES = sorted(set(below(Shape)), key=lambda shape: shape.__name__)


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
