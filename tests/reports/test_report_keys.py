"""Keys of tables and sections: short, plain, and each of them once."""

from policy_agent.reports.document import Chart, Column, Draws, Row, Section, Table, Unit
from policy_agent.reports.keys import slug, with_short_keys


def section(*keys: str) -> Section:
    tables = tuple(
        Table(
            key=key,
            title=key,
            columns=(Column(key="head", title="Head", unit=Unit.TEXT), Column(key="n", title="N")),
            rows=(Row(values=("one", 1)),),
        )
        for key in keys
    )
    charts = tuple(
        Chart(table=key, title=key, draws=Draws.BARS, columns=("n",), unit="n", along="head")
        for key in keys
    )
    return Section(key=keys[0], title=keys[0], tables=tables, charts=charts)


def keys(*sections: Section) -> list[str]:
    return [table.key for one in with_short_keys(sections) for table in one.tables]


def test_a_short_key_stays_as_it_is() -> None:
    assert keys(section("mail-weekend-email-months")) == ["mail-weekend-email-months"]


def test_a_long_key_keeps_its_end_which_says_which_table_it_is() -> None:
    found = keys(section("windows-protected-lunch-of-the-service-months"))
    assert found == ["windows-protected-lunch-months"]


def test_keys_that_would_be_alike_are_numbered() -> None:
    long = "mail-weekend-email-of-the-whole-service"
    found = keys(section(f"{long}-east-teams"), section(f"{long}-west-teams"))
    assert found == ["mail-weekend-email-of-the-teams", "mail-weekend-email-of-t-teams-2"]


def test_a_chart_follows_its_table_and_a_section_has_a_key_of_its_own() -> None:
    first, second = with_short_keys([section("Rules"), section("rules")])
    assert [first.key, second.key] == ["rules", "rules-2"]
    assert second.charts[0].table == second.tables[0].key == "rules-2"


def test_a_name_without_a_letter_has_a_key_too() -> None:
    assert slug("Überstunden & mehr") == "berstunden-mehr"
    assert slug("…") == "none"
