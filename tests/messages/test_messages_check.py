"""An organisation's own texts are tried before anybody gets them."""

from pathlib import Path

import pytest

from policy_agent.messages.check import problems
from policy_agent.messages.write import TEXTS


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)


def test_our_own_texts_have_no_problem(tmp_path: Path) -> None:
    for file in TEXTS.glob("*.html"):
        put(tmp_path, file.name, file.read_text())
        put(tmp_path, f"cy/{file.name}", file.read_text())
    assert problems(tmp_path) == []


def test_a_folder_that_is_not_there_or_empty_has_none(tmp_path: Path) -> None:
    assert problems(tmp_path) == []
    assert problems(tmp_path / "messages") == []


def test_a_name_that_is_none_of_ours_is_told_with_those_that_are(tmp_path: Path) -> None:
    put(tmp_path, "etiqette.html", "x")
    put(tmp_path, "fr/etiquette.html", "x")
    first, second = problems(tmp_path)
    assert first.startswith("etiqette.html: there is no text of that name; there are base.html, ")
    assert second.startswith("fr/etiquette.html: there is no text of that name")


def test_a_slip_in_the_writing_is_told_with_its_line(tmp_path: Path) -> None:
    put(tmp_path, "cy/etiquette.html", "one\n{% if %}\n")
    assert problems(tmp_path) == [
        "cy/etiquette.html:2: Expected an expression, got 'end of statement block'"
    ]


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_bytes(b"\xff")
    assert problems(tmp_path) == [
        "base.html: it cannot be read (UnicodeDecodeError); save it as UTF-8 text"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<title>A</title>{{ off_url }}{{ nobody }}", "'nobody' is undefined"),
        ("<title>A</title>", "it does not show {{ off_url }}, which people need"),
        ("{{ off_url }}", "it has no <title>, which is the subject of a message"),
        ("{{ 1 / 0 }}", "ZeroDivisionError: division by zero"),
        ("{% extends 'nothing.html' %}", "it asks for nothing.html, and there is no such text"),
    ],
)
def test_what_shows_only_when_it_is_written_is_told_too(
    tmp_path: Path, text: str, problem: str
) -> None:
    put(tmp_path, "etiquette.html", text)
    found = problems(tmp_path)
    assert found[0].startswith("etiquette.html, as it is written in en: ")
    assert problem in found[0]


def test_one_that_is_wrong_only_in_welsh_is_told(tmp_path: Path) -> None:
    put(tmp_path, "cy/nudges_page.html", "<title>A</title>")
    assert problems(tmp_path) == [
        "nudges_page.html, as it is written in cy: it does not show {{ action }}, which people need"
    ]
