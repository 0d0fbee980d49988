"""Chromium, and the demo's stage for it to walk over: real daemon, real tenant, real sign-in."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from demo.stage import Stage, on_stage

MISSING = (
    "Chromium is not installed, so no page was looked at: install it as your system does, such as "
    "`apt-get install chromium`"
)
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found, args=list(SWITCHES))


@pytest.fixture(scope="module")
def stage(chromium: Browser) -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="policy-agent-stage-") as folder,
        on_stage(Path(folder)) as found,
    ):
        yield found
