"""Reports in Chromium: on a desk, on a phone and in print, with nothing that axe-core minds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from policy_agent.reports.formats import Format, save
from tests.browser.visitor import ARTEFACTS
from tests.reports.example import DRESSED_UP, EMPTY, MONTHLY, ONE_SIDE, REPORTS

pytestmark = pytest.mark.acceptance

WIDTHS = {"desktop": 1280, "phone": 390, "small-phone": 320}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    return {key: save(report, folder, [Format.HTML])[0] for key, report in REPORTS.items()}


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    assert isinstance(request.param, str)
    return request.param


@pytest.fixture
def reader(chromium: Browser, width: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": WIDTHS[width], "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("key", [MONTHLY.key, ONE_SIDE.key, EMPTY.key, DRESSED_UP.key])
def test_a_report_fits_and_has_nothing_against_it(
    reader: Page, files: dict[str, Path], width: str, key: str
) -> None:
    asked: list[str] = []
    reader.on("request", lambda request: asked.append(request.url))
    reader.on("dialog", lambda dialog: pytest.fail(f"a word of others ran: {dialog.message}"))
    reader.goto(files[key].as_uri())
    assert asked == [files[key].as_uri()]
    expect(reader.locator("h1")).to_have_count(1)
    wide = reader.locator("html").evaluate("e => e.scrollWidth - e.clientWidth")
    assert wide <= 0, f"{key} is {wide} px too wide at {width}"
    found = Axe().run(reader)
    assert found.violations_count == 0, f"{key} at {width}\n{found.generate_report()}"
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    reader.screenshot(path=ARTEFACTS / f"report-{key}-{width}.png", full_page=True)


def test_a_keyboard_reaches_what_scrolls_and_skips_to_the_content(
    chromium: Browser, files: dict[str, Path]
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800})
    reader = context.new_page()
    reader.goto(files[MONTHLY.key].as_uri())
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("link", name="Skip to main content")).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader.locator("main")).to_be_focused()
    table = reader.get_by_role("group", name=MONTHLY.tables[0].title)
    table.focus()
    reader.keyboard.press("ArrowRight")
    reader.wait_for_function(
        "name => document.getElementById(name).closest('.scroll').scrollLeft > 0",
        arg=f"table-{MONTHLY.tables[0].key}",
    )
    context.close()


def test_a_report_is_printed_without_what_only_a_screen_needs(
    chromium: Browser, files: dict[str, Path]
) -> None:
    context = chromium.new_context()
    reader = context.new_page()
    reader.goto(files[MONTHLY.key].as_uri())
    reader.emulate_media(media="print")
    expect(reader.get_by_role("link", name="Skip to main content")).to_be_hidden()
    printed = reader.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    context.close()
