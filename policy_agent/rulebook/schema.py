"""The JSON Schema of a rulebook file, for editors: made from the shapes that the loader checks by.

Draft 2020-12. It sees the shape of one file. What takes more than that, such as a name that nothing
defines, a day that no month has, or an example that comes out otherwise, only `check` sees.
"""

from typing import Any

from policy_agent.rulebook.sections import MAY_BE_EMPTY
from policy_agent.rulebook.shape import Shape
from policy_agent.rulebook.shapes import FileShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OF_OTHERS = {"title", "examples", "discriminator"}  # the last is OpenAPI's
_LENGTHS = {"spread", "overlap_at_least", "grace"}  # whose defaults pydantic writes its own way


def rulebook_schema() -> dict[str, Any]:
    """Return the schema of a rulebook file."""
    found = kind_schema(FileShape)
    for section in MAY_BE_EMPTY:
        wanted = found["properties"][section]
        description = wanted.pop("description")
        found["properties"][section] = {
            "anyOf": [wanted, {"type": "null"}],
            "description": description,
        }
    return {**found, "title": "policy_agent rulebook", "type": ["object", "null"]}


def kind_schema(shape: type[Shape]) -> dict[str, Any]:
    """Return the schema of one shape, such as that of a kind of rule."""
    made = _for_editors(shape.model_json_schema(by_alias=True))
    definitions = made.pop("$defs", {})
    found = {"$schema": DIALECT, "title": shape.__name__.removesuffix("Shape"), **made}
    if definitions:
        found["$defs"] = {name: _for_editors(one) for name, one in definitions.items()}
    return found


def _for_editors(schema: dict[str, Any], key: str = "") -> dict[str, Any]:
    """Return a schema without what pydantic has for others: titles, nulls, its own defaults.

    An example goes into the description, which is what editors show.
    """
    found = {name: value for name, value in schema.items() if name not in _OF_OTHERS}
    examples = schema.get("examples")
    if examples and key:
        said = f"{found.get('description', '')} For example {key}: {examples[0]}"
        found["description"] = said.strip()
    if not isinstance(found.get("default"), str) or key in _LENGTHS or found["default"] == "":
        found.pop("default", None)
    for name in ("properties", "patternProperties"):
        if name in found:
            found[name] = {inner: _for_editors(one, inner) for inner, one in found[name].items()}
    if "patternProperties" in found:
        found["additionalProperties"] = False
    for name in ("items", "additionalProperties"):
        if isinstance(found.get(name), dict):
            found[name] = _for_editors(found[name])
    for name in ("anyOf", "oneOf"):
        if name in found:
            found[name] = [_for_editors(one) for one in found[name] if one != {"type": "null"}]
            if len(found[name]) == 1:
                found = {**found.pop(name)[0], **found}
    return found
