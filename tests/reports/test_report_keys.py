"""Keys of tables and sections: short, plain, and each of them once."""

from hypothesis import given
from hypothesis import strategies as st

from policy_agent.reports.keys import section_key, slug, table_key

EAST = "protected-lunch-of-the-whole-service-east"
WEST = "protected-lunch-of-the-whole-service-west"


def test_a_short_name_stays_as_it_is() -> None:
    assert table_key("mail", "weekend-email", "months", ["weekend-email"]) == (
        "mail-weekend-email-months"
    )


def test_a_long_name_is_cut_and_the_end_still_says_which_table_it_is() -> None:
    assert table_key("windows", EAST, "months", [EAST]) == "windows-protected-lunch-months"


def test_names_that_would_be_alike_are_numbered() -> None:
    rules = [EAST, WEST, "Rest", "rest"]
    assert table_key("mail", EAST, "teams", rules) == ("mail-protected-lunch-of-t-teams")
    assert table_key("mail", WEST, "teams", rules) == "mail-protected-lunch-of-2-teams"
    assert section_key("mail", "rest", rules) == "mail-rest-2"
    assert section_key("mail", EAST, rules) == f"mail-{EAST}"


def test_a_name_without_a_letter_has_a_key_too() -> None:
    assert slug("Überstunden & mehr") == "berstunden-mehr"
    assert slug("…") == "none"


@given(st.lists(st.text("abAB-2", min_size=1, max_size=40), unique=True, max_size=8))
def test_keys_of_any_rules_are_short_and_there_once(rules: list[str]) -> None:
    found = [table_key("etiquette", rule, "months", rules) for rule in rules]
    assert len(set(found)) == len(found)
    assert all(len(key) <= 31 for key in found)
    anchors = [section_key("mail", rule, rules) for rule in rules]
    assert len(set(anchors)) == len(anchors)
