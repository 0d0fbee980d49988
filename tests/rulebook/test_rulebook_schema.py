"""The JSON Schema for editors, held against every good and every bad rulebook."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from policy_agent.rulebook.kinds import KINDS
from policy_agent.rulebook.schema import kind_schema, rulebook_schema
from tests.rulebook.core_yaml import read

HERE = Path(__file__).parent
RULES = HERE.parents[1] / "rules"
GOOD = sorted(HERE.glob("good/*"))
BAD = sorted(path for path in HERE.glob("bad/*") if path.suffix != ".txt")
SCHEMA = rulebook_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

# What a schema of one file cannot see, by reason. Each is what `policy-agent check` is for.
UNSEEN = {
    "a name that nothing defines, or that is defined twice over files": {
        "example-unknown-team", "exempt-unknown-team", "exemption-twice", "exemption-unknown-rule",
        "exemption-unknown-team", "from-unknown-team", "mode-for-unknown-team",
        "version-and-organisation-twice", "window-unknown",
        "window-unknown-calendar", "etiquette-calendar-unknown", "keep-meetings-unknown-team",
        "keep-meetings-line-unknown-team",
        "protect-people-unknown-team", "protect-window-unknown", "champions-unknown-team",
        "report-leaders-unknown-team", "report-unknown-team", "report-and-champions-twice",
    },
    "what stands once in a rulebook may stand in any of its files": {
        "version-missing", "organisation-missing", "empty-file",
    },
    "which days, times and zones there are": {
        "example-at-impossible", "exemption-impossible-date", "holidays-impossible-date",
        "protect-booked-from-impossible", "timezone-misspelt", "timezone-unlike-any",
        "window-starting-on-a-holiday", "window-starting-on-another-day",
    },
    "one value compared with another": {
        "exemption-ends-before-it-starts", "exemption-longer-than-the-rulebook-says",
        "exemption-too-long", "release-spread-past-midnight", "window-time-of-zero-length",
        "working-hours-backwards", "meeting-example-after-the-start",
        "meeting-example-all-day-with-times", "meeting-example-booked-after-start",
        "meeting-example-ends-before-start", "meeting-example-too-long", "report-team-twice",
    },
    "what another section has": {
        "champions-outside", "report-to-outside",
        "etiquette-calendar-missing-of-two", "protect-block-out-days-off",
        "protect-block-out-past-midnight",
    },
    "who is on the mail or in the meeting of an example": {
        "example-outside-in-a-team", "example-outside-unknown-person",
        "example-teams-unknown-person", "example-working-days-not-counted",
        "example-working-days-of-somebody-outside", "example-working-days-of-the-sender",
        "meeting-example-outside-in-a-team",
        "meeting-example-outside-unknown-person", "meeting-example-teams-unknown-person",
    },
    "how an example comes out": {
        "example-copies-differ", "example-delivered-instead-of-held", "example-exempt-team",
        "example-held-for-the-calendars-day", "example-held-instead-of-delivered",
        "example-held-too-short", "example-let-through",
        "example-nobody-inside", "meeting-example-cancelled-instead-of-declined",
        "meeting-example-exempt-organiser", "meeting-example-kind-after-all",
        "meeting-example-let-through", "meeting-example-no-clash",
        "meeting-example-nobody-inside", "meeting-example-not-cancelled",
    },
    "what stands in another file": {"ics-missing", "ics-not-a-calendar", "ics-outside"},
    "there is no file": {"no-yaml-file"},
    "YAML that means something, but that a rulebook has no use for": {
        "alias", "anchor", "duplicate-key", "duplicate-team", "tag", "utf-16",
    },
}  # fmt: skip
# What editors underline as YAML, before any schema.
NOT_YAML = {
    "at-sign", "invisible-character", "list-as-key", "no-colon", "not-utf-8",
    "one-file-broken", "several-documents", "stray-colon", "tab-indent", "unclosed-brace",
    "unclosed-bracket", "unclosed-quote", "wrong-indent", "zero-byte",
}  # fmt: skip


def files(path: Path) -> list[Path]:
    """Return the rulebook files of a fixture, as the loader takes them."""
    if path.is_file():
        return [path]
    return sorted(
        file
        for file in path.rglob("*.y*ml")
        if not file.name.endswith(".examples.yaml")
        and not any(part.startswith(".") or part == "messages" for part in file.parts)
    )


def refused(path: Path) -> list[str]:
    return [
        f"{error.json_path}: {error.message}"
        for file in files(path)
        for error in VALIDATOR.iter_errors(read(file.read_bytes()))
    ]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for shape in KINDS.values():
        Draft202012Validator.check_schema(kind_schema(shape))


@pytest.mark.parametrize("path", [*GOOD, RULES], ids=lambda path: path.stem)
def test_every_good_rulebook_fits(path: Path) -> None:
    assert files(path)
    assert refused(path) == []


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_mistake_of_shape_is_refused(path: Path) -> None:
    unseen = {name for names in UNSEEN.values() for name in names}
    if path.stem in NOT_YAML:
        with pytest.raises((yaml.YAMLError, UnicodeDecodeError)):
            refused(path)
    elif path.stem in unseen:
        assert refused(path) == [], "the schema sees it: take it off the list"
    else:
        assert refused(path)


def test_the_lists_name_fixtures_that_are_there() -> None:
    names = [name for group in (*UNSEEN.values(), NOT_YAML) for name in group]
    assert len(names) == len(set(names))
    assert set(names) <= {path.stem for path in BAD}
    assert len(names) < len(BAD) / 2  # most mistakes are of shape


def test_an_unknown_key_is_refused_wherever_it_stands() -> None:
    document = read((HERE / "good" / "small.yaml").read_bytes())
    places = list(mappings(document))
    assert len(places) > 20
    for place in places:
        named = place in (document["calendars"], document["teams"], document["windows"])
        key = "no such key" if named or place is document["rules"][0]["mode_for"] else "xyz"
        place[key] = "x"
        assert not VALIDATOR.is_valid(document), place
        del place[key]
    assert VALIDATOR.is_valid(document)


def mappings(value: Any) -> Any:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from mappings(inner)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at: 08:30", "at: 750"),  # 12:30
        ("mode: observe", "mode: false"),  # off
        ("title: a Saturday mail waits", "title: 42"),
        ("held_per_person: 200", "held_per_person: '200'"),
        ("version: 1", "version: '1'"),
        ("importance: high", "subject_tag: [999, URGENT]"),
    ],
)
def test_what_yaml_takes_for_something_else_fits_all_the_same(old: str, new: str) -> None:
    text = (HERE / "good" / "small.yaml").read_text(encoding="utf-8")
    assert old in text
    found = read(text.replace(old, new, 1).encode())
    assert [error.message for error in VALIDATOR.iter_errors(found)] == []


def test_sections_and_files_may_be_empty() -> None:
    for text in (b"", b"# nothing yet\n", b"exemptions:\nrules:\nteams:\nreport:\nchampions:\n"):
        assert VALIDATOR.is_valid(read(text)), text


def test_the_file_for_editors_is_up_to_date_and_named_by_the_default_rulebook() -> None:
    kept = (RULES / "rulebook.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == SCHEMA, "run make docs"
    first = (RULES / "northshire.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first.endswith("$schema=rulebook.schema.json")


def test_every_key_is_described_for_editors() -> None:
    for name, shape in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        for key, found in shape["properties"].items():
            assert found["description"], (name, key)
            assert "For example" in found["description"], (name, key)
