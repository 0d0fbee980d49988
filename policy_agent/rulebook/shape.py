"""What every shape has in common."""

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Keys of one item of a rulebook; unknown ones are refused.

    Every field has a description and an example: descriptions become the documentation of the keys,
    and the examples are what a problem says would be right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


def shape_in(annotation: Any) -> type[Shape] | None:
    """Return the shape inside an annotation such as `list[Shape] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        return annotation
    if get_origin(annotation) in {list, dict, Annotated, Union, types.UnionType}:
        inner = (shape_in(argument) for argument in get_args(annotation))
        return next((found for found in inner if found is not None), None)
    return None
