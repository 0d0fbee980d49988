"""What every shape has in common."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Keys of one item of a rulebook; unknown ones are refused.

    Every field has a description and an example: descriptions become the documentation of the keys,
    and the examples are what a problem says would be right.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    later: ClassVar[Mapping[str, str]] = {}  # keys that are specified, and what to do meanwhile
