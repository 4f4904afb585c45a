"""A whole site for browser tests: real server, real database, the sandbox over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page

from creditsite.accounts.models import User
from creditsite.tests.people import PASSWORD


@dataclass(frozen=True)
class Site:
    """Where the site of this test answers, and how a person gets in."""

    url: str
    sandbox_url: str

    def open(self, page: Page, path: str) -> None:
        page.goto(f"{self.url}{path}")

    def log_in(self, page: Page, person: User) -> None:
        """Log in through the page, as a person does."""
        self.open(page, "/account/login/")
        page.get_by_label("Email").fill(person.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{self.url}{'/admin/' if person.is_staff else '/wallet/'}")

    def is_here(self, page: Page) -> bool:
        return urlsplit(page.url).netloc == urlsplit(self.url).netloc
