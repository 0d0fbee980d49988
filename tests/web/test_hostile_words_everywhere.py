"""Words of others are harmless on every page, in every download and in every message.

Each page is written with subjects, names and typed words that want to be markup, turn the reading
direction, be a formula, begin a header, or be endless.
"""

import csv
import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

from policy_agent.messages.samples import SAMPLES
from policy_agent.messages.words import LONGEST
from policy_agent.messages.write import OTHER_LANGUAGES, Message, Messages
from policy_agent.reports.tables import safe_cell
from policy_agent.store.store import Store
from tests.web.signed_in import Browser, Site
from tests.web.test_every_path import PLACES, routes, seer
from tests.web.whole_site import Tenant, enter, fill, open_site

MARK = "Qzj7"  # by which a page shows that the words were on it
HOSTILE: Mapping[str, str] = {
    "markup": f"{MARK}<script>alert(1)</script><img src=x onerror=alert(1)>",
    "out of an attribute": f'{MARK}" onmouseover="alert(1)" \'><svg onload=alert(1)>',
    "template": f"{MARK}{{{{ 7 * 7191 }}}}{{% raw %}}",
    "direction": f"{MARK}\u202egnp.exe\u2066\u200f\u061c",
    "endless": MARK + "x" * 10_000,
    "combining": MARK + "e" + "\u0301" * 10_000,
    "formula": f"=cmd|' /C calc'!A0{MARK}",
    "header": f"{MARK}\r\nX-Evil: yes\r\n\r\n<script>alert(1)</script>",
    "odd": f"{MARK}\0\x1b[2J\u2028\ufeff\udb40\ud800",
}
# What no page may show: a worked-out template, marks that turn the direction, letters that nobody
# sees, a word without an end, and a letter that grows over the lines above.
NEVER = re.compile(
    "50337|[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff\0\x1b\u2028\ud800-\udfff]|"
    f"x{{{LONGEST + 1}}}|\u0301{{3}}"
)
TAGS = frozenset({"script", "svg", "img", "iframe", "object", "embed", "base"})  # none has them
LONGEST_PAGE = 150_000  # characters; ours have at most 20 rows of such words in a list
# Values of a message that the program itself writes: addresses of pages, and words of closed sets.
OURS = re.compile(r"(?:\w+_)?url|action|state|problem|zone|checks|attached|not_made|too_large")
REPORTS = "/leadership/reports/{file}"  # has charts, and no words of others; see tests/reports


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        yield store


def pages(site: Site, names: Mapping[str, str], words: str) -> Iterator[tuple[str, str, Browser]]:
    """Return every path that shows something, as it is asked for, and the browser that may."""
    browsers = {who: enter(site, who, name=words) for who in ("alice", "bob", "ina", "lea")}
    for path, methods in routes(site.app):
        if "GET" in methods:
            place = PLACES.get(path, (path, ""))[0].format(**names)
            yield path, place, browsers[seer(path)]
            if path.startswith("/my-"):
                yield path, place, browsers["alice"]
            if path.startswith("/it"):
                yield path, f"{place}?done={MARK}&rule={MARK}", browsers["ina"]
    yield "/no-such-page", "/no-such-page", browsers["bob"]


@pytest.mark.parametrize("what", HOSTILE)
def test_no_page_and_no_download_is_harmed(store: Store, what: str) -> None:
    words = HOSTILE[what]
    typed = words.replace("\0", "").encode(errors="ignore").decode()  # else no database takes it
    names = fill(store, typed=typed)
    tenant = Tenant(words=words)
    site = open_site(store, tenant, organisation=words)
    seen = set()
    for path, place, browser in pages(site, names, words):
        if path == REPORTS:
            continue
        answer = browser.get(place)
        assert answer.status_code < 500, path
        assert "X-Evil" not in answer.headers, path
        if answer.headers.get("Content-Type", "").startswith("text/csv"):
            check_cells(answer.text)
            continue
        check_text(answer.text, path)
        if MARK in answer.text:
            seen.add(path)
    assert seen >= {"/my-mail", "/my-time", "/send-now/{token}", "/nudges/{token}"}
    assert tenant.changes == []


@pytest.mark.parametrize("what", HOSTILE)
def test_no_subject_and_no_name_is_on_a_page_for_it_or_leaders(store: Store, what: str) -> None:
    names = fill(store)
    site = open_site(store, Tenant(words=HOSTILE[what]))
    for path, place, browser in pages(site, names, "Somebody"):
        if seer(path) in {"ina", "lea"}:
            assert HOSTILE[what][:20] not in html.unescape(browser.get(place).text), path


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("text", SAMPLES)
def test_no_message_and_no_text_of_a_link_is_harmed(text: str, what: str) -> None:
    for sample in SAMPLES[text]:
        values = hostile(sample, HOSTILE[what])
        assert isinstance(values, Mapping)
        for language in ("en", *OTHER_LANGUAGES):
            check_message(Messages().write(text, language, values))


@pytest.mark.parametrize("what", HOSTILE)
def test_a_cell_of_a_download_begins_no_formula(what: str) -> None:
    for cell in (HOSTILE[what], HOSTILE[what].replace(MARK, ""), f"\t{HOSTILE[what]}"):
        check_cells(safe_cell(cell).encode(errors="replace").decode())


class Tags(HTMLParser):
    """Finds tags and attributes that only words of others can have brought in."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            if tag in {"a", "form"} and name in {"href", "action"}:
                assert (value or "").startswith(("https://", "mailto:", "/", "#", "?")) or (
                    re.fullmatch(r"[\w./-]*", value or "")
                ), (tag, value)


def check_text(text: str, where: str) -> None:
    Tags().feed(text)
    found = NEVER.search(text)
    assert found is None, (where, ascii(text[max(0, found.start() - 200) : found.end() + 50]))
    assert len(text) < LONGEST_PAGE, where


def check_cells(text: str) -> None:
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), ascii(cell[:50])


def check_message(message: Message) -> None:
    check_text(message.html, message.subject)
    assert NEVER.search(message.text) is None, message.subject
    assert message.subject.isprintable()
    assert len(message.subject) <= 150


def hostile(value: object, words: str) -> object:
    """Return the value with these words wherever words of others may stand."""
    if isinstance(value, str):
        return words
    if isinstance(value, Mapping):
        return {
            key: one if OURS.fullmatch(key) else hostile(one, words) for key, one in value.items()
        }
    if isinstance(value, Sequence):
        return tuple(hostile(one, words) for one in value)
    return value
