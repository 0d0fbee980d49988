"""`/it/rules`: the rulebook in force, read back with its places."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.test_bad_starts import RULES
from tests.web.it_site import it_site
from tests.web.signed_in import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with it_site(tmp_path) as made:
        yield made


def page_of(site: Site) -> str:
    answer = site.visit("ivy", roles=["IT"]).get("/it/rules")
    assert answer.status_code == 200
    return answer.text


def test_each_rule_says_what_it_means_and_where_it_stands(site: Site) -> None:
    page = page_of(site)
    for said in (
        "mail between everyone is held in Outlook, Drafts or the recipient&#39;s Inbox until",
        "northshire.yaml:40",
        "observe; for leadership: enforce",
        "ict-policy@northshire.example",
        "Nobody should feel on call at the weekend",
        "supervision-happens",
    ):
        assert said in page
    assert page.count("<h1") == 1


def test_warnings_are_those_of_check_with_the_store(site: Site) -> None:
    page = page_of(site)
    assert "northshire.yaml:49:17: weekend-email is enforced for leadership, whose mail it" in page
    assert "What could not be looked at" not in page


def test_a_rulebook_whose_places_are_not_at_hand_is_shown_without_doubts(site: Site) -> None:
    site.written = None
    page = page_of(site)
    assert "is not known just now" in page
    assert "weekend-email" in page


def test_places_of_another_rulebook_are_not_shown_as_this_one_s(site: Site) -> None:
    assert site.written is not None
    other = replace(site.written.rulebook, hash="another")
    site.written = replace(site.written, rulebook=other)
    assert "is not known just now" in page_of(site)


def test_words_of_the_rulebook_s_writer_are_shown_harmlessly(tmp_path: Path) -> None:
    hostile = "'<img src=x onerror=alert(1)> {{ 7 * 7 }}'"
    rules = RULES.replace("because: ", f"because: {hostile} # ")
    assert hostile in rules
    (tmp_path / "rules.yaml").write_text(rules)
    with ExitStack() as stack:
        page = page_of(stack.enter_context(it_site(tmp_path, tmp_path / "rules.yaml")))
    assert "<img" not in page
    assert "{{ 7 * 7 }}" in page
