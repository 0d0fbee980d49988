"""What a piece of a rulebook's text may be: text, names, addresses, references.

Each is a pydantic type whose validator takes the text as it was written and says in one sentence
what is wrong and what would be right. Each carries its own JSON Schema, for editors.
"""

import re
from collections.abc import Callable, Collection
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    GetJsonSchemaHandler,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from policy_agent.holidays.source import DIVISIONS
from policy_agent.rulebook.problems import Suggestions, listed, quoted
from policy_agent.rulebook.references import Named, Names

LONGEST_TEXT = 500  # characters
NAME_RIGHT = "write letters and digits with hyphens between, such as rest-days"


def wrong(said: str) -> PydanticCustomError:
    """Return the error a validator raises, in words that a reader gets unchanged."""
    return PydanticCustomError("rulebook", "{said}", {"said": said})


def read_text(value: Any, right: str) -> str:
    """Return what was written where one value belongs; `right` says what would be right."""
    if not isinstance(value, str):
        kind = "a list" if isinstance(value, list) else "a mapping"
        raise wrong(f"{kind} stands where one value belongs; write {right}")
    text = value.strip()
    if not text:
        raise wrong(f"nothing is written here; write {right}")
    return text


def parsed(read: Callable[[str], Any], right: str) -> PlainValidator:
    """Read one text; what `read` refuses with ValueError is no such thing, and `right` is."""

    def validate(value: Any) -> Any:
        text = read_text(value, right)
        try:
            return read(text)
        except ValueError:
            raise wrong(f"{quoted(text)} does not read; write {right}") from None

    return PlainValidator(validate)


def written(pattern: str) -> WithJsonSchema:
    """Return the JSON Schema of a text that matches a pattern."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


def plain(pattern: str = r"\S", *, at_most: int = LONGEST_TEXT) -> WithJsonSchema:
    """Return the JSON Schema of text that YAML may take for a number or a boolean."""
    return WithJsonSchema(
        {"type": ["string", "number", "boolean"], "pattern": pattern, "maxLength": at_most}
    )


def one_of(names: Collection[str], make: Callable[[str], Any] = str) -> PlainValidator:
    """Read one of a few words; `make` turns it into the member that it names."""

    def validate(value: Any, info: ValidationInfo) -> Any:
        return make(read_word(value, info, names))

    return PlainValidator(validate)


def read_word(value: Any, info: ValidationInfo, names: Collection[str]) -> str:
    """Return what was written where one of a few words belongs."""
    text = read_text(value, listed(names))
    if text not in names:
        meant = suggestions(info).meant(text, names)
        raise wrong(f"{quoted(text)} is not known; write {listed(names)}{meant}")
    return text


def words(names: Collection[str]) -> WithJsonSchema:
    """Return the JSON Schema of one of a few words."""
    return WithJsonSchema({"type": "string", "enum": list(names)})


def _flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


def suggestions(info: ValidationInfo) -> Suggestions:
    """Return what finds the word that was meant."""
    return info.context.suggestions if isinstance(info.context, Names) else Suggestions()


def _reference(named: Named) -> PlainValidator:
    def validate(value: Any, info: ValidationInfo) -> str:
        text = read_text(value, f"the name of a {named}")
        problem = info.context.unknown(named, text) if isinstance(info.context, Names) else None
        if problem is not None:
            raise wrong(problem)
        return text

    return PlainValidator(validate)


def _prose(value: Any) -> str:
    text = read_text(value, "a few words")
    if len(text) > LONGEST_TEXT:
        raise wrong(f"the text has {len(text):,} characters; at most {LONGEST_TEXT} are right")
    return " ".join(text.split())


def is_name(text: str) -> bool:
    """Whether a text can name a team, a window, a calendar, a rule or an exemption."""
    fits = len(text) <= 64  # noqa: PLR2004  names stand in columns and on labels
    return fits and re.fullmatch(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*", text) is not None


def _name(text: str) -> str:
    if not is_name(text):
        raise ValueError
    return text


def _address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if not local or len(text) > 254 or re.search(r"[\s@<>,;:\"]", local):  # noqa: PLR2004  RFC 5321
        raise ValueError
    return f"{local}@{_domain(domain)}".lower()


def is_address(text: str) -> bool:
    """Whether a text can be a mail address, in lower case and without anything that is not seen."""
    try:
        return text.isprintable() and _address(text) == text
    except ValueError:
        return False


def _domain(text: str) -> str:
    label = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    if len(text) > 253 or not re.fullmatch(rf"{label}(?:\.{label})+", text):  # noqa: PLR2004
        raise ValueError
    return text.lower()


def _count(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII):
        raise ValueError
    return int(text)


# Patterns for editors: as near to the loader as is worth it, and never stricter.
_NAME = r"^[A-Za-z0-9]+([-_][A-Za-z0-9]+)*$"
_DOMAIN = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
_ADDRESS = rf'^[^\s@<>,;:"]+@{_DOMAIN}$'
NAME_SCHEMA = plain(_NAME, at_most=64)

Prose = Annotated[str, PlainValidator(_prose), plain()]
Name = Annotated[str, parsed(_name, NAME_RIGHT.removeprefix("write ")), NAME_SCHEMA]
MailAddress = Annotated[
    str, parsed(_address, "a mail address, such as edt@northshire.example"), written(_ADDRESS)
]
Domain = Annotated[
    str, parsed(_domain, "a mail domain, such as northshire.example"), written(f"^{_DOMAIN}$")
]
Count = Annotated[
    int,
    parsed(_count, "a whole number from 1 to 999999"),
    WithJsonSchema(
        {
            "type": ["integer", "string"],
            "minimum": 1,
            "maximum": 999_999,
            "pattern": "^[1-9][0-9]{0,5}$",
        }
    ),
]
Flag = Annotated[
    bool,
    parsed(_flag, "true or false"),
    WithJsonSchema({"enum": [True, False, "true", "false"]}),
]
TeamName = Annotated[str, _reference("team"), NAME_SCHEMA]
WindowName = Annotated[str, _reference("window"), NAME_SCHEMA]
CalendarName = Annotated[str, _reference("calendar"), NAME_SCHEMA]
RuleName = Annotated[str, _reference("rule"), NAME_SCHEMA]


def _team_or_address(value: Any, info: ValidationInfo) -> str:
    text = read_text(value, "the name of a team or a mail address")
    if "@" in text:
        try:
            return _address(text)
        except ValueError:
            raise wrong(
                f"{quoted(text)} does not read as a mail address; write a team or an address such"
                " as alice@northshire.example"
            ) from None
    problem = info.context.unknown("team", text) if isinstance(info.context, Names) else None
    if problem is not None:
        raise wrong(problem)
    return text


TeamOrAddress = Annotated[
    str,
    PlainValidator(_team_or_address),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": ["string", "number", "boolean"], "pattern": _NAME, "maxLength": 64},
                {"type": "string", "pattern": _ADDRESS},
            ]
        }
    ),
]


def _holiday_list(value: Any, info: ValidationInfo) -> str:
    right = "a division such as england-and-wales, an .ics file, or { date: …, name: … }"
    text = read_text(value, right)
    if text.lower().endswith(".ics") or not isinstance(info.context, Names):
        return text
    problem = info.context.unknown("holiday list", text)
    if problem is not None:
        raise wrong(f"{problem} (or name an .ics file in the rules folder)")
    return text


HolidayListName = Annotated[
    str,
    PlainValidator(_holiday_list),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "enum": list(DIVISIONS)},
                {"type": "string", "pattern": r"\.[iI][cC][sS]$"},
            ]
        }
    ),
]


PersonName = Annotated[
    str,
    parsed(_name, "a first name such as alice, which stands for nobody"),
    NAME_SCHEMA,
]


class _Filled(AfterValidator):
    """Refuses an empty list, and says so in the JSON Schema."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        found = handler(core_schema)
        return {**found, "minItems": 1} if found.get("type") == "array" else found


def filled(*, such_as: str) -> AfterValidator:
    """Refuse an empty list."""

    def validate(value: Any) -> Any:
        if not value:
            raise wrong(f"nothing stands in it; write for example {such_as}")
        return value

    return _Filled(validate)
