"""A real browser for the tests that need one: the system's Chromium, else Playwright's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOW_TO_GET_ONE = (
    "no browser: install Chromium (apt-get install chromium) or run `playwright install chromium`"
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return Playwright, started once for this test process."""
    # Playwright keeps an event loop in this thread; Django takes its queries for async ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Return a Chromium without a window; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    try:
        started = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
    except Error as error:
        if "Executable doesn't exist" in str(error):
            pytest.skip(HOW_TO_GET_ONE)
        raise
    yield started
    started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page without history, cookies or storage."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
