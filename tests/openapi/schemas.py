"""Schemas of Graph made strict: closed objects, and derived types by `@odata.type`.

Microsoft's description lets unknown properties pass and knows nothing of derived types on the
wire. Here both are checked, and what the documentation pages say beyond the description is added
(`BEYOND`), each with its source.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import jsonschema_rs

GRAPH: Final = "microsoft.graph."
REF: Final = "#/components/schemas/"
ANY: Final = "-or-derived"
REMOVED: Final = "-or-removed"
ERROR: Final = f"{GRAPH}ODataErrors.ODataError"

_LOCAL_TIME: Final = r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,7})?)?$"
_CHANGE_TYPES: Final = r"^(created|updated|deleted)(, ?(created|updated|deleted))*$"
_INNER_ERROR: Final[dict[str, Any]] = {
    "code": {"type": "string"},
    "message": {"type": "string"},
    "date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?$"},
    "request-id": {"type": "string", "format": "uuid"},
    "client-request-id": {"type": "string"},
    "innerError": {"$ref": f"{REF}{GRAPH}ODataErrors.InnerError"},
    "innererror": {"$ref": f"{REF}{GRAPH}ODataErrors.InnerError"},
}
# Properties that the description leaves wider or narrower than the pages do.
BEYOND: Final[Mapping[str, Mapping[str, Any]]] = {
    # R/event: wall time in `timeZone`, never with an offset
    "dateTimeTimeZone": {"dateTime": {"type": "string", "pattern": _LOCAL_TIME}},
    # comes on the wire and is in no schema (msgraph-metadata issue 827)
    "event": {"occurrenceId": {"type": "string", "nullable": True}},
    # R/subscription: a comma list
    "subscription": {"changeType": {"type": "string", "pattern": _CHANGE_TYPES}},
    # C/errors: both spellings are on the wire, and these are all the members
    "ODataErrors.InnerError": _INNER_ERROR,
    "ODataErrors.MainError": {"innererror": {"$ref": f"{REF}{GRAPH}ODataErrors.InnerError"}},
}
OPEN_TYPES: Final = {f"{GRAPH}openTypeExtension", f"{GRAPH}customSecurityAttributeValue"}  # CSDL
_ANNOTATIONS: Final[dict[str, Any]] = {
    "@odata.context": {"type": "string"},
    "@odata.count": {"type": "integer"},
    "@odata.deltaLink": {"type": "string", "pattern": "^https://"},
    "@odata.etag": {"type": "string"},
    "@odata.id": {"type": "string"},
    "@odata.nextLink": {"type": "string", "pattern": "^https://"},
}
_KEPT: Final = ("enum", "maximum", "minimum", "pattern", "required")
_UNDERSTOOD: Final = {
    *("$ref", "allOf", "anyOf", "default", "enum", "format", "isFlags", "items", "maximum"),
    *("minimum", "nullable", "pattern", "properties", "required", "title", "type"),
    *("description", "uniqueItems"),
}
_CLOCK_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,12})?")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_FORMATS: Final[dict[str, Callable[[str], bool]]] = {
    "time": lambda text: _CLOCK_TIME.fullmatch(text) is not None,  # Edm.TimeOfDay has no offset
    "base64url": lambda text: (
        _BASE64.fullmatch(text) is not None
    ),  # Exchange pads, and uses + and /
}
_DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
_QUOTED: Final = 120


class StrictSchemas:
    """The named schemas, made strict, and validators for them.

    Takes the `components.schemas` mapping of an OpenAPI 3.0 document. A schema keyword that is
    not understood here raises ValueError, so that nothing is silently not checked.
    """

    def __init__(self, named: Mapping[str, Any]) -> None:
        self.named = named
        self._merged: dict[str, dict[str, Any]] = {}
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def properties(self, name: str) -> Mapping[str, Any]:
        """Return the properties of a named schema with those it inherits."""
        if name in self._merged:
            return self._merged[name]
        schema = self.named[name]
        merged: dict[str, Any] = {}
        for part in schema.get("allOf", [schema]):
            base = part.get("$ref")
            merged.update(
                self.properties(base.removeprefix(REF)) if base else part.get("properties", {})
            )
        merged.update(BEYOND.get(name.removeprefix(GRAPH), {}))
        self._merged[name] = merged
        return self._merged[name]

    def derived(self, name: str) -> list[str]:
        """Return the schemas derived from this one, at any depth."""
        direct = [
            other
            for other, schema in self.named.items()
            if any(part.get("$ref") == REF + name for part in schema.get("allOf", []))
        ]
        return direct + [further for child in direct for further in self.derived(child)]

    def is_entity(self, name: str) -> bool:
        return "id" in self.properties(name) and f"{GRAPH}entity" in self._bases(name)

    def _bases(self, name: str) -> set[str]:
        parts = self.named[name].get("allOf", [])
        direct = {part["$ref"].removeprefix(REF) for part in parts if "$ref" in part}
        return direct | {base for parent in direct for base in self._bases(parent)}

    @cached_property
    def definitions(self) -> dict[str, Any]:
        """JSON Schema definitions: each type alone, with its derived types, and with removals."""
        made: dict[str, Any] = {}
        for name, schema in self.named.items():
            if "enum" in schema or schema.get("type") == "string":
                made[name] = made[name + ANY] = self.strict(schema)
                continue
            made[name] = self._closed(name)
            made[name + ANY] = self._with_derived(name)
            made[name + REMOVED] = {
                "if": {"type": "object", "required": ["@removed"]},
                "then": {
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "string"},
                        "@removed": {
                            "required": ["reason"],
                            "properties": {"reason": {"enum": ["changed", "deleted"]}},
                            "additionalProperties": False,
                        },
                    },
                    "patternProperties": {r"^@odata\.": True},
                    "additionalProperties": False,
                },
                "else": {"$ref": f"#/$defs/{name}{ANY}"},
            }
        return made

    def _closed(self, name: str) -> dict[str, Any]:
        schema = self.named[name]
        required = {word for part in [schema, *schema.get("allOf", [])] for word in _required(part)}
        if name.endswith("CollectionResponse"):
            required.add("value")
        properties = self.properties(name)
        type_name = re.escape(name)
        return self._object(properties, required=sorted(required), is_open=name in OPEN_TYPES) | {
            "if": {"required": ["@odata.type"]},
            "then": True
            if "@odata.type" in properties
            else {"properties": {"@odata.type": {"pattern": f"(?i)^#?{type_name}$"}}},
        }

    def _with_derived(self, name: str) -> dict[str, Any]:
        derived = self.derived(name)
        if not derived:
            return {"$ref": f"#/$defs/{name}"}
        branch: dict[str, Any] = {"$ref": f"#/$defs/{name}"}
        for child in derived:
            says_so = {"properties": {"@odata.type": {"pattern": f"(?i)^#?{re.escape(child)}$"}}}
            branch = {
                "if": {"type": "object", "required": ["@odata.type"], **says_so},
                "then": {"$ref": f"#/$defs/{child}"},
                "else": branch,
            }
        return branch

    def _object(
        self, properties: Mapping[str, Any], *, required: list[str], is_open: bool = False
    ) -> dict[str, Any]:
        names = "|".join(re.escape(name) for name in properties)
        return {
            "type": "object",
            "properties": {name: self.strict(part) for name, part in properties.items()}
            | _ANNOTATIONS,
            "patternProperties": {
                r"^@(odata|microsoft\.graph)\.": True,
                rf"^({names})@(odata\.|microsoft\.graph\.|delta$)": True,
            },
            "additionalProperties": is_open,
            "required": required,
        }

    def strict(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """Translate one OpenAPI schema into a strict JSON Schema (2020-12)."""
        unknown = {key for key in schema if not key.startswith("x-")} - _UNDERSTOOD
        if unknown:
            raise ValueError(f"cannot check the schema keywords {sorted(unknown)}")
        if "$ref" in schema:
            return {"$ref": f"#/$defs/{schema['$ref'].removeprefix(REF)}{ANY}"}
        if "anyOf" in schema:
            return self._reference_or_null(schema["anyOf"])
        if "allOf" in schema:  # an item of a delta: the entity, or `@removed`
            return {"$ref": f"#/$defs/{schema['allOf'][0]['$ref'].removeprefix(REF)}{REMOVED}"}
        if schema.get("type") == "object":
            return self._inline_object(schema)
        made = {key: schema[key] for key in _KEPT if key in schema}
        made["type"] = schema["type"]
        if schema.get("format") in {"date-time", "date", "uuid", "duration", *_FORMATS}:
            made["format"] = schema["format"]
        if "items" in schema:
            made["items"] = self.strict(schema["items"])
        if schema.get("x-ms-enum-flags"):
            words = "|".join(made.pop("enum"))
            made["pattern"] = f"^({words})(, ?({words}))*$"
        return _nullable(made) if schema.get("nullable") else made

    def _inline_object(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        properties = schema.get("properties", {})
        if not properties:  # pruned, or a stub of a navigation property
            return {"type": "object"}
        required = list(_required(schema))
        if "value" in properties and properties["value"].get("type") == "array":
            required.append("value")
        return self._object(properties, required=required)

    def _reference_or_null(self, options: list[Mapping[str, Any]]) -> dict[str, Any]:
        reference, null = options
        if null.get("enum") != [None]:
            raise ValueError(f"cannot check the alternatives {options}")
        # not `anyOf`: its errors would not say which property of the object is wrong
        return {"if": {"type": "null"}, "then": True, "else": self.strict(reference)}

    def problems(self, schema: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str]]:
        """Yield where and what for each deviation of `value` from a schema, made strict."""
        key = json.dumps(schema, sort_keys=True)
        validator = self._validators.get(key)
        if validator is None:
            validator = self._validators[key] = jsonschema_rs.validator_for(
                {"$schema": _DRAFT, "$defs": self.definitions, **self.strict(schema)},
                validate_formats=True,
                formats=_FORMATS,
                ignore_unknown_formats=False,
            )
        if validator.is_valid(value):
            return
        for error in validator.iter_errors(value):
            yield from _in_words(error)


def _required(part: Mapping[str, Any]) -> list[str]:
    return list(part.get("required", []))


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    made = schema | {"type": [schema["type"], "null"]}
    if "enum" in made:
        made["enum"] = [*made["enum"], None]
    return made


def _in_words(error: jsonschema_rs.ValidationError) -> Iterator[tuple[str, str]]:
    where = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path
    )
    steps = [str(step) for step in error.schema_path]
    at = max((place for place, step in enumerate(steps) if step == "$defs"), default=None)
    owner = "what the operation takes or gives" if at is None else steps[at + 1]
    owner = owner.removesuffix(ANY).removesuffix(REMOVED)
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.AdditionalProperties):
        for name in error.kind.unexpected:
            yield f"{where}.{name}", f"not a property of {owner}"
        return
    text = error.message
    shortened = text if len(text) <= _QUOTED else f"{text[:60]} … {text[-58:]}"
    yield where, f"{shortened} ({owner})"
