"""The plain-text part: the same words, each link told whole."""

from policy_agent.messages.plain import plain


def page(body: str) -> str:
    return f"<!doctype html><html><head><title>T</title></head><body>{body}</body></html>"


def test_a_link_is_its_words_and_where_it_leads() -> None:
    text = plain(
        page('<p>You can <a href="https://n.example/a?b=1&amp;c=2">turn it off</a>, now.</p>')
    )
    assert text == "You can turn it off: https://n.example/a?b=1&c=2 , now.\n"


def test_a_mail_address_that_is_its_own_words_is_told_once() -> None:
    assert plain(page('<a href="mailto:hr@n.example">hr@n.example</a>.')) == "hr@n.example.\n"
    assert plain(page('<a href="mailto:hr@n.example">HR</a>')) == "HR: hr@n.example\n"


def test_headings_paragraphs_and_lists_stand_apart() -> None:
    text = plain(page("<h1>Head</h1><p>One<br>two</p><ul><li>a</li><li>b</li></ul><p>End</p>"))
    assert text == "Head\n\nOne\ntwo\n\n* a\n* b\n\nEnd\n"


def test_lines_are_short_but_no_address_is_broken() -> None:
    long = "https://n.example/" + "x" * 100
    text = plain(page(f'<p>{"word " * 40}<a href="{long}">here</a></p>'))
    assert max(len(line) for line in text.splitlines() if "https" not in line) <= 76
    assert long in text.splitlines()


def test_letters_of_any_language_stay() -> None:
    assert plain(page("<p>Siân &amp; José, 家族 «ŵ»</p>")) == "Siân & José, 家族 «ŵ»\n"


def test_what_looks_like_markup_in_a_subject_stays_text() -> None:
    assert plain(page("<p>&lt;b&gt;Rota&lt;/b&gt;</p>")) == "<b>Rota</b>\n"
