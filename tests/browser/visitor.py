"""Somebody at a browser: signs in, looks, presses, by keyboard alone, with no scripts run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from demo.stage import Stage

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 740}
ARTEFACTS = Path("build/screenshots")
_TABS = 120  # times that Tab is pressed at most before something should have been reached


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """One person's browser window."""

    page: Page
    address: str  # of the pages

    def go(self, path: str) -> None:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status < 500, f"{path}: {answer.status}"

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def press(self, name: str | re.Pattern[str]) -> None:
        """Go to the first button or link of that name by Tab alone, and press Enter."""
        link = self.page.get_by_role("link", name=name)
        self.reach(self.page.get_by_role("button", name=name).or_(link).first)
        self.enter()

    def enter(self) -> None:
        """Press Enter where the keyboard is, and wait for the page that comes."""
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def fill(self, field: Locator, text: str) -> None:
        """Go to a field by Tab alone and type over what it has."""
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def tick(self, box: Locator) -> None:
        """Go to a checkbox by Tab alone and tick it."""
        self.reach(box)
        self.page.keyboard.press("Space")

    def choose(self, option: Locator) -> None:
        """Go to the group of a radio button by Tab alone and to the button by arrow."""
        name = option.get_attribute("name")
        self.reach(self.page.locator(f"input[name={name}]:checked"))
        for _ in range(_TABS):
            if option.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError("the choice cannot be reached by keyboard")

    def reach(self, wanted: Locator) -> None:
        """Press Tab until that is where the keyboard is."""
        for _ in range(_TABS):
            if wanted.evaluate("e => e === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{wanted} cannot be reached by keyboard on {self.page.url}")

    def keep(self, name: str) -> None:
        """Keep a picture of the whole page."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)

    def fits(self) -> None:
        """Make sure that the page does not scroll sideways."""
        wide = self.page.locator("html").evaluate("e => e.scrollWidth - e.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"

    def accessible(self) -> None:
        """Make sure that axe-core finds nothing against the page."""
        found = Axe().run(self.page)
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"


@contextmanager
def visitor(
    chromium: Browser,
    stage: Stage,
    person: str,
    *,
    size: dict[str, int] = DESKTOP,
    scripts: bool = False,
) -> Iterator[Visitor]:
    """Open a window and sign in as that person of the stage; empty: nobody."""
    context = chromium.new_context(
        ignore_https_errors=True,
        java_script_enabled=scripts,
        viewport={"width": size["width"], "height": size["height"]},
    )
    context.set_default_timeout(15_000)
    found = Visitor(page=context.new_page(), address=stage.daemon.address)
    try:
        if person:
            found.go("/sign-in")
            found.press(person)
            expect(found.page.get_by_role("button", name="Sign out")).to_be_visible()
        yield found
    finally:
        context.close()
