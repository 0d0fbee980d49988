"""Texts: courteous, whole, harmless whatever stands in a subject, and theirs before ours."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from policy_agent.messages.samples import SAMPLES
from policy_agent.messages.words import cut, sentence
from policy_agent.messages.write import TEXTS, Messages

FIRST: dict[str, Any] = dict(SAMPLES["etiquette"][0])
PLAIN = """\
A friendly note about your meeting on Monday 1 June
Hello. This is a friendly note from Northshire Children's Services. No reply is needed.
A small change could make this meeting kinder to the people in it. You can also leave it as it is: \
nothing has been moved or declined.
Team catch-up
Monday 1 June, 09:00 to 11:00, and 11 more times
It has no agenda yet. A line or two in the invitation helps people to come prepared.
It was booked 20 minutes before it starts. People can plan better with 4 hours or more.
It lasts 2 hours. People take in more when it is 1 hour 30 minutes or less.
It starts less than 5 minutes after your meeting before it. Could that one end a little sooner, \
or this one start a little later?
26 people are invited. With 12 or fewer, everyone can have a say. Could some read the notes \
instead?
Why you are getting this
Meetings should leave people time to think.
It is our rule “kind-meetings”. Questions? Ask hr@northshire.example.
You get at most one of these notes a day. If they do not help, you can turn them off, and turn \
them on again whenever you like.
"""
TURNED_ROUND = "\N{RIGHT-TO-LEFT OVERRIDE}"


class Reader(HTMLParser):
    """Reads a page as a program that shows plain text does, and checks that it is well made."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag in {"p", "li", "h1", "h2", "br"}:
            self.text += "\n"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open and "title" not in self.open:
            self.text += re.sub(r"\s+", " ", data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def etiquette(language: str = "en-GB", folder: Path | None = None, **changed: Any) -> Reader:
    return read(Messages(folder).write("etiquette", language, {**FIRST, **changed}).html)


def meeting(**changed: Any) -> dict[str, Any]:
    return {**FIRST["meetings"][0], **changed}


def test_it_reads_well_as_plain_text() -> None:
    lines = [line.strip() for line in etiquette().text.splitlines() if line.strip()]
    assert lines == PLAIN.splitlines()


def test_the_subject_says_the_day_or_how_many_and_never_what_a_meeting_is_called() -> None:
    messages = Messages()
    first, second = (messages.write("etiquette", "", values) for values in SAMPLES["etiquette"])
    assert first.subject == "A friendly note about your meeting on Monday 1 June"
    assert second.subject == "A friendly note about 5 of your meetings"


def test_a_message_needs_nothing_from_anywhere_and_runs_nothing() -> None:
    for values in SAMPLES["etiquette"]:
        page = Messages().write("etiquette", "en", values).html
        assert not {tag for tag, _ in read(page).tags} & {"script", "img", "link", "style", "form"}
        links = {attrs["href"] for tag, attrs in read(page).tags if tag == "a"}
        assert links == {"mailto:hr@northshire.example", values["off_url"]}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_every_text_can_be_written_with_each_of_its_samples(name: str) -> None:
    for values in SAMPLES[name]:
        written = Messages().write(name, "en", values)
        assert written.subject
        assert read(written.html).tags[0] == ("html", {"lang": "en"})


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "</td></table>\"'><a href='https://bad.example'>",
        f"{TURNED_ROUND}gnp.exe",
        "x" * 10_000,
        "a" + "\N{COMBINING ACUTE ACCENT}" * 10_000,
        "one\r\nBcc: everyone@bad.example\r\n\r\ntwo",
        "{{ 7 * 7 }}{% raw %}",
        "\N{NULL}\N{BELL}\N{ZERO WIDTH SPACE}\N{LINE SEPARATOR}",
        "\ud800",
    ],
)
def test_a_hostile_subject_or_name_is_harmless_and_cut(hostile: str) -> None:
    rule = {"name": hostile, "because": hostile, "owner": hostile}
    written = Messages().write(
        "etiquette",
        "en",
        {
            **FIRST,
            "organisation": hostile,
            "zone": hostile,
            "rules": (rule,),
            "meetings": (meeting(subject=hostile),),
        },
    )
    found = read(written.html)
    plain = etiquette()
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in plain.tags]
    assert len(found.text) < len(plain.text) + 800
    assert TURNED_ROUND not in written.html
    assert "49" not in found.text
    assert "\n" not in written.subject
    written.html.encode()


def test_a_meeting_without_a_title_has_words_for_it() -> None:
    assert "A meeting without a title" in etiquette(meetings=(meeting(subject=" \n "),)).text


def test_another_zone_is_named_by_its_town() -> None:
    assert "09:00 to 11:00 (New York time)" in etiquette(zone="America/New_York").text


@given(st.text(max_size=400), st.integers(1, 100))
def test_what_is_cut_is_one_line_of_letters_that_can_be_seen(text: str, limit: int) -> None:
    line = cut(text, limit)
    assert len(line) <= limit
    assert line == " ".join(line.split())
    assert line.isprintable()
    assert cut(line, limit) == line


def test_what_is_short_stays_as_it_is() -> None:
    assert cut("Panel: Siân & José (14:00), 家族", 80) == "Panel: Siân & José (14:00), 家族"
    assert cut("abcdef", 4) == "abc…"


def test_a_reason_ends_with_one_full_stop() -> None:
    assert sentence("A real break", 80) == "A real break."
    assert sentence("A real break.", 80) == "A real break."
    assert sentence("A break?", 80) == "A break?"


def test_a_language_that_we_do_not_have_is_english() -> None:
    assert etiquette("fr-FR").text == etiquette("en-GB").text == etiquette("").text


def test_welsh_is_english_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policy_agent.messages.write.OTHER_LANGUAGES", ("cy", "gd"))
    assert etiquette("gd-GB").text == etiquette("en-GB").text


def test_their_text_is_taken_in_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text((TEXTS / "base.html").read_text().replace("Hello.", "Hi!"))
    assert "Hi! This is a friendly note" in etiquette(folder=tmp_path).text


def test_a_welsh_text_is_for_those_whose_mailbox_speaks_welsh(tmp_path: Path) -> None:
    (tmp_path / "cy").mkdir()
    ours = (TEXTS / "base.html").read_text()
    (tmp_path / "cy" / "base.html").write_text(ours.replace("Hello.", "(Welsh greeting)"))
    assert "(Welsh greeting)" in etiquette("cy-GB", tmp_path).text
    assert "Hello." in etiquette("en-GB", tmp_path).text


@pytest.mark.parametrize(
    "broken",
    [
        "{% block nothing",
        "{{ no_such_value }}",
        "{{ meetings.nothing.nothing }}",
        "{{ 1 / 0 }}",
        "no title and no link",
        "<title>A subject</title> and no link to turn it off",
        "<title></title>{{ off_url }}",
        "{% extends 'no_such.html' %}",
        "{{ ''.__class__.__mro__ }}{{ cycler.__init__.__globals__ }}",
        "<title>x</title>{{ off_url }}{% for a in range(90000) %}{{ 'xxxxxxxxxx' }}{% endfor %}",
        "{% for a in range(999999999) %}x{% endfor %}",
        b"\xff\xfe not UTF-8",
    ],
)
def test_a_broken_text_of_theirs_falls_back_to_ours_and_is_logged_without_values(
    tmp_path: Path, broken: str | bytes
) -> None:
    file = tmp_path / "etiquette.html"
    file.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    with capture_logs() as logs:
        assert etiquette(folder=tmp_path).text == etiquette().text
    assert [(line["event"], line["text"]) for line in logs] == [
        ("message_override_broken", "etiquette")
    ]
    assert "Team catch-up" not in repr(logs)


def test_a_slip_in_their_layout_is_no_slip_in_ours(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("{{ oh no")
    with capture_logs():
        assert etiquette(folder=tmp_path).text == etiquette().text


def test_a_text_that_was_mended_is_used_without_a_restart(tmp_path: Path) -> None:
    messages = Messages(tmp_path)
    ours = (TEXTS / "etiquette.html").read_text()
    (tmp_path / "etiquette.html").write_text(ours + "{{ oh no")
    with capture_logs() as logs:
        messages.write("etiquette", "en", FIRST)
        (tmp_path / "etiquette.html").write_text(ours.replace("no agenda yet", "no plan yet"))
        again = messages.write("etiquette", "en", FIRST).html
    assert len(logs) == 1
    assert "no plan yet" in again


def test_the_signs_of_html_in_a_subject_line_are_shown_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "etiquette.html").write_text("<title>{{ organisation }}</title>{{ off_url }}")
    written = Messages(tmp_path).write("etiquette", "en", {**FIRST, "organisation": "A <b> & 'C'"})
    assert written.subject == "A <b> & 'C'"
    assert html.escape("A <b>") in written.html


def test_whoever_called_a_meeting_off_is_asked_in_few_words() -> None:
    first, second = SAMPLES["rebook"]
    written = Messages().write("rebook", "en-GB", first)
    assert written.subject == "Could the meeting on Tuesday 9 June be booked again?"
    lines = [line.strip() for line in read(written.html).text.splitlines() if line.strip()]
    assert lines[2:5] == [
        "A meeting that you organised will not take place, and it is one of those that should:",
        "Tuesday 9 June, 10:00 to 11:30",
        "Could you book another time for it, up to Tuesday 16 June? Things come up, and a meeting \
that is moved is as good as one that was never called off. If you have booked it meanwhile, thank \
you: there is nothing left to do.",
    ]
    assert lines[-1] == "You get one note about this meeting, and no other."
    declined = read(Messages().write("rebook", "en-GB", second).html).text
    assert "You declined a meeting, or took it out of your calendar" in declined
    assert "10:00 to 11:30 (London time)" in declined
