"""The HTML page: whole, ordered, harmless, and in need of nothing else."""

import re

import pytest

from policy_agent.reports.cells import words
from policy_agent.reports.formats import Format
from tests.reports.example import DRESSED_UP, EMPTY, MONTHLY, ONE_SIDE, REPORTS
from tests.reports.reading import page, written

every_report = pytest.mark.parametrize("key", REPORTS)
KNOWN = {"action", "background", "data", "formaction", "ping", "poster", "src", "srcdoc", "srcset"}


@every_report
def test_a_page_asks_for_nothing_from_elsewhere(key: str) -> None:
    told = page(key)
    assert not told.xpath("//script | //link | //iframe | //object | //embed | //img | //form")
    for element in told.iter():
        for name, value in element.attrib.items():
            assert name not in KNOWN
            assert not name.startswith("on")
            if name.endswith("href"):
                assert value.startswith("#")
            assert all(found.startswith("#") for found in re.findall(r"url\(([^)]*)", value))
    (style,) = told.xpath("//style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    (policy,) = told.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")


@every_report
def test_a_page_has_one_title_ordered_headings_and_no_id_twice(key: str) -> None:
    told, report = page(key), REPORTS[key]
    assert told.get("lang") == "en-GB"
    assert [one.text_content() for one in told.xpath("//h1")] == [report.title]
    headings = [one.text_content() for one in told.xpath("//h1 | //h2 | //h3 | //h4")]
    contents = [] if report.one_side or not report.sections else ["Contents"]
    assert headings[1:] == ["In short", *contents, *(part.title for part in report.sections)]
    ids = told.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = told.xpath("//a/@href | //*[local-name()='use']/@*[name()='xlink:href']")
    targets = [link.removeprefix("#") for link in links]
    assert targets or not report.sections
    named = " ".join(told.xpath("//@aria-labelledby")).split()
    assert {*targets, *named} <= set(ids)
    assert told.xpath("//body/*[1]/@href") == ["#main"]


def test_the_summary_comes_first_and_headlines_show_the_table_s_own_figures() -> None:
    told = page(MONTHLY.key)
    first = told.xpath("//main/section[1]")[0]
    assert [" ".join(one.text_content().split()) for one in first.xpath(".//li")] == [
        "1,087 weekend mails waited",
        "83% of lunches were free",
        "128 supervisions were held",
        "fewer than 10 weekend mails of leaders",
    ]
    assert [one.text for one in first.xpath("./p")] == list(MONTHLY.summary)


def test_each_chart_has_its_words_and_its_table_right_after() -> None:
    told = page(MONTHLY.key)
    figures = told.xpath("//figure")
    charts = [chart for section in MONTHLY.sections for chart in section.charts]
    assert len(figures) == len(charts)
    for figure in figures:
        (picture,) = figure.xpath(".//*[local-name()='svg']")
        assert picture.get("role") == "img"
        names = picture.get("aria-labelledby").split()
        title, description = (told.get_element_by_id(name).text for name in names)
        assert title == figure.xpath("./figcaption")[0].text
        assert "below has every figure" in description
        after = figure.getnext()
        assert after.tag == "figure" or after.xpath("./table")


def test_tables_say_what_is_a_head_and_scroll_by_keyboard() -> None:
    for table in page(MONTHLY.key).xpath("//table"):
        assert table.xpath("./caption")
        assert set(table.xpath("./thead/tr/th/@scope")) == {"col"}
        assert all(row.xpath("./th/@scope") == ["row"] for row in table.xpath("./tbody/tr"))
        around = table.getparent()
        assert (around.get("role"), around.get("tabindex")) == ("group", "0")
        assert around.get("aria-labelledby") == table.xpath("./caption/@id")[0]


def test_words_of_others_stay_words() -> None:
    told = page(DRESSED_UP.key)
    assert told.xpath("//h1")[0].text == DRESSED_UP.title
    assert "49" not in [one.text for one in told.xpath("//td")]
    said = [one.text_content() for one in told.xpath("//bdi")]
    for row in DRESSED_UP.tables[0].rows:
        assert isinstance(row.values[0], str)
        assert words(row.values[0]) in said
    text = written(DRESSED_UP.key, Format.HTML).decode()
    assert "\u202e" not in text
    assert "<script" not in text
    assert "onerror=alert" in told.text_content()


def test_a_report_with_nothing_in_it_says_so() -> None:
    said = page(EMPTY.key).text_content()
    assert "There is nothing to tell for this time." in said
    assert "Contents" not in said
    assert "There is nothing to show in this table." in page(DRESSED_UP.key).text_content()


def test_a_page_of_one_side_has_no_contents_list_and_narrow_charts() -> None:
    told = page(ONE_SIDE.key)
    assert told.xpath("//body/@class") == ["one-side"]
    assert not told.xpath("//nav")
    boxes = [float(box.split()[2]) for box in told.xpath("//*[local-name()='svg']/@viewbox")]
    wide = page(MONTHLY.key).xpath("//*[local-name()='svg']/@viewbox")
    assert max(boxes) < min(float(box.split()[2]) for box in wide)


def test_a_wide_table_lies_across_its_page() -> None:
    wide = page(MONTHLY.key).xpath("//table[@class='wide']/caption/@id")
    assert wide == ["table-year"]
