"""Whatever the bytes: a rulebook, or problems with places; never anything else."""

import codecs
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from policy_agent.holidays.kept import SHIPPED
from policy_agent.rulebook.coming import coming
from policy_agent.rulebook.doubts import doubts
from policy_agent.rulebook.example_files import run_example_files
from policy_agent.rulebook.load import Loaded, load, load_with_places
from policy_agent.rulebook.problems import RulebookError
from policy_agent.rulebook.readback import read_back
from policy_agent.rulebook.shape import Shape

TODAY = date(2026, 5, 22)
NORTHSHIRE_PATH = Path(__file__).parents[2] / "rules" / "northshire.yaml"
NORTHSHIRE = NORTHSHIRE_PATH.read_bytes()
PIECES = [
    b"", b" ", b"\n", b"\t", b":", b"- ", b"[", b"]", b"{", b"}", b"'", b'"', b"&a ", b"*a",
    b"!!x ", b"<<", b"#", b"|", b"%", b"0", b"\xff", b"\0", b"~", b"null", b"x" * 600,
    b"9999-12-31",
    b"everyone", b"2026-03-29 01:30", b"hold until 2000-01-01 00:00", b"enforce", b"deliver", b"5h",
    b"..", b"/etc/passwd.ics", b"tue-mon", b"all", b"52 weeks", b"\xe2\x80\xa8", b"?",
]  # fmt: skip


def says_what_it_means(found: Loaded) -> None:
    """Whatever loads can be read back, looked over, and told when it comes round."""
    for name, said in read_back(found.rulebook):
        assert name
        assert said.endswith(".")
    doubts(found, TODAY)
    for window in found.rulebook.windows.values():
        assert all(day.day >= TODAY for day in coming(window, TODAY, weeks=4))


def loads_or_says(text: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_bytes(text)
        try:
            found = load_with_places(path, SHIPPED)
        except RulebookError as refused:
            problems = refused.problems
        else:
            says_what_it_means(found)
            return
    assert problems
    for problem in problems:
        assert problem.where.line >= 1
        assert problem.where.column >= 1
        assert "\n" not in str(problem)
        assert problem.where.file.endswith("a.yaml")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes(text: bytes) -> None:
    loads_or_says(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-[]{},&*!|>'\"%@`#?~ \n\t\r<0é\u0085\u2028\ufeff", max_size=200))
def test_any_text_of_signs_that_yaml_knows(text: str) -> None:
    loads_or_says(text.encode())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(NORTHSHIRE)), st.integers(0, 40), st.sampled_from(PIECES)),
        min_size=1,
        max_size=4,
    )
)
@example([(0, 0, b"a: b\n")])
def test_the_default_rulebook_with_pieces_put_into_it(
    changes: list[tuple[int, int, bytes]],
) -> None:
    text = NORTHSHIRE
    for at, length, piece in changes:
        text = text[:at] + piece + text[at + length :]
    loads_or_says(text)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(PIECES))
def test_the_default_rulebook_with_values_swapped(seed: int, piece: bytes) -> None:
    chance = random.Random(seed)  # noqa: S311  reproducible, nothing secret
    lines = NORTHSHIRE.splitlines(keepends=True)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                key, colon, _ = lines[at].partition(b":")
                lines[at] = key + colon + b" " + piece + b"\n"
            case _:
                lines[at] = b"  " + lines[at]
    loads_or_says(b"".join(lines))


# --- no unknown key is ever taken in silence ---


def known_keys() -> frozenset[str]:
    shapes: list[type[Shape]] = [Shape]
    for shape in shapes:
        shapes += shape.__subclasses__()
    return frozenset(
        field.alias or name for shape in shapes for name, field in shape.model_fields.items()
    )


KNOWN_KEYS = sorted(known_keys())
NAMED = {"calendars", "teams", "windows", "mode_for", "champions"}  # mappings whose keys are names


def keyed(value: Any, *, by_name: bool = False) -> Iterator[dict[str, Any]]:
    """Go through the mappings whose keys a shape knows."""
    if isinstance(value, dict):
        if not by_name:
            yield value
        for key, inner in value.items():
            yield from keyed(inner, by_name=key in NAMED and not by_name)
    elif isinstance(value, list):
        for inner in value:
            yield from keyed(inner)


def slips() -> st.SearchStrategy[str]:
    """Return keys that are none: any text, and known ones with a slip of the pen."""
    known = st.sampled_from(KNOWN_KEYS)
    return st.one_of(
        st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=20),
        known.map(str.upper),
        known.map(str.title),
        known.map(lambda key: f"{key} "),
        known.map(lambda key: f" {key}"),
        known.map(lambda key: key[:-1]),
        known.map(lambda key: f"{key}s"),
        known.map(lambda key: key.replace("_", "-")),
        st.sampled_from(
            [
                "x-note",
                "_",
                "true",
                "1",
                "null",
                "~",
                "<<",
                "",
                "[key]",
                "<list>",
                "<date>",
                "[",
                "<x",
            ]
        ),
    ).filter(lambda key: key not in KNOWN_KEYS)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10_000), slips(), st.sampled_from(["x", "", [], {}, ["x"], {"x": "y"}]))
def test_an_unknown_key_is_refused_wherever_it_stands(place: int, key: str, value: Any) -> None:
    document = yaml.load(NORTHSHIRE, Loader=yaml.BaseLoader)  # noqa: S506  text only
    places = list(keyed(document))
    assert len(places) > 40
    places[place % len(places)][key] = value
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=10_000)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(RulebookError) as refused:
            load(path, SHIPPED)
    said = [problem.text for problem in refused.value.problems]
    assert any("is not known here" in text or "invisible" in text or "<<" in text for text in said)


def test_the_default_rulebook_survives_the_same_way_without_a_slip(tmp_path: Path) -> None:
    document = yaml.load(NORTHSHIRE, Loader=yaml.BaseLoader)  # noqa: S506  text only
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    assert load(tmp_path, SHIPPED).rules


# --- wrong encodings ---


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(
        [
            "utf-16",
            "utf-16-le",
            "utf-16-be",
            "utf-32",
            "latin-1",
            "cp1252",
            "cp500",
            "utf-7",
            "cp437",
        ]
    ),
    st.sampled_from(["é", "ß", "£", "café"]),
    st.integers(0, 200),
)
def test_a_file_in_another_encoding_is_refused(encoding: str, sign: str, at: int) -> None:
    lines = NORTHSHIRE.decode().splitlines()
    lines[at % len(lines)] += f" # {sign}"
    text = "\n".join(lines).encode(encoding)
    try:
        assume(codecs.decode(text, "utf-8") != "\n".join(lines))
    except UnicodeDecodeError:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "a.yaml"
            path.write_bytes(text)
            with pytest.raises(RulebookError):
                load(path, SHIPPED)
    else:
        loads_or_says(text)  # its bytes are UTF-8 as well, of something else


# --- files of examples ---


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 40), st.sampled_from(PIECES)), max_size=4
    )
)
def test_examples_beside_a_rulebook_with_pieces_put_into_them(
    changes: list[tuple[int, int, bytes]],
) -> None:
    rulebook = load(NORTHSHIRE_PATH, SHIPPED)
    text = EXAMPLES
    for at, length, piece in changes:
        text = text[:at] + piece + text[at + length :]
    with TemporaryDirectory() as folder:
        (Path(folder) / "a.examples.yaml").write_bytes(text)
        try:
            results = run_example_files(Path(folder), rulebook)
        except RulebookError as refused:
            problems = refused.problems
        else:
            assert len(results) <= 2
            assert all(result.text for result in results)
            return
    assert problems
    assert all("a.examples.yaml" in str(problem) for problem in problems)


EXAMPLES = b"""\
examples:
  - rule: weekend-email
    title: a Saturday mail waits
    given: { from: alice, to: [bob, carol], at: 2026-06-06 10:00, teams: { bob: [residential] } }
    expect: deliver
  - rule: weekend-email
    title: the police gets it
    given: { from: alice, to: [bob, desk], at: 2026-06-06 10:00, outside: [desk], subject: x }
    expect: deliver
"""
