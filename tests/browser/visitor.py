"""Somebody at a browser: signs in, looks, presses, by keyboard or by mouse, with no scripts run."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

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
        """Click the first button of that name."""
        self.page.get_by_role("button", name=name).first.click()

    def tab_to(self, name: str) -> None:
        """Go by Tab alone to the link, button or field whose text or label begins so."""
        for _ in range(_TABS):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            words = " ".join((focused.text_content() or "").split()) if focused.count() else ""
            if words.startswith(name):
                return
        raise AssertionError(f"{name!r} cannot be reached by keyboard on {self.page.url}")

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
