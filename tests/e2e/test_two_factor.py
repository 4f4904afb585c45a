"""Two-factor log-in by hand: an operator sets it up and reaches the admin; every page of it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect
from pytest_django import Settings

from creditsite.accounts.models import User
from creditsite.tests.codes import code_of
from creditsite.tests.people import PASSWORD, make_operator
from tests.e2e.looks import faults_here, faults_of
from tests.e2e.site import Site

WANTED = "/admin/wallet/wallet/"


@pytest.fixture(autouse=True)
def factor_required(settings: Settings) -> None:
    """Switch on what the other browser tests do without; no tries are counted yet."""
    settings.STAFF_MFA_REQUIRED = True
    cache.clear()


def give_password(site: Site, page: Page, person: User, wanted: str) -> None:
    site.open(page, f"/account/login/?next={wanted}")
    page.get_by_label("Email").fill(person.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()


def begin_set_up(page: Page) -> str:
    """Go from the page that says why to the one with the key; return the key."""
    expect(page.get_by_role("heading", name="Set up two-factor log-in first")).to_be_visible()
    page.get_by_role("link", name="Set it up").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("img", name="A code to scan")).to_be_visible()
    return page.locator("#totp-key").inner_text()


def test_an_operator_sets_it_up_and_reaches_the_admin(
    site: Site, page: Page, operator: User
) -> None:
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if said.type == "error" else None)
    give_password(site, page, operator, WANTED)
    key = begin_set_up(page)
    page.get_by_label("Authenticator code").fill(code_of(key))
    page.get_by_role("button", name="Set up").click()
    codes = page.locator("#recovery-codes").inner_text().split()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().read_text().split() == codes
    page.get_by_role("link", name="Go on to the operator admin").click()
    page.wait_for_url(f"{site.url}{WANTED}")
    assert not refused, "the content security policy lets the page be as it is"
    page.context.clear_cookies()
    give_password(site, page, operator, WANTED)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{site.url}{WANTED}")


def test_it_works_without_javascript(site: Site, plain_page: Page, operator: User) -> None:
    give_password(site, plain_page, operator, WANTED)
    key = begin_set_up(plain_page)
    plain_page.get_by_label("Authenticator code").fill("000000")
    plain_page.get_by_role("button", name="Set up").click()
    expect(plain_page.get_by_text("Incorrect code.")).to_be_visible()
    assert plain_page.locator("#totp-key").inner_text() == key
    plain_page.get_by_label("Authenticator code").fill(code_of(key))
    plain_page.get_by_role("button", name="Set up").click()
    plain_page.get_by_role("link", name="Go on to the operator admin").click()
    plain_page.wait_for_url(f"{site.url}{WANTED}")


def test_a_customer_finds_it_in_the_menu(site: Site, page: Page, customer: User) -> None:
    site.log_in(page, customer)
    page.get_by_text(customer.email).click()
    page.get_by_role("link", name="Two-factor log-in").click()
    page.get_by_role("link", name="Set up").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()


def test_every_page_can_be_read_and_fits(
    site: Site, page_in_every_look: Page, operator: User
) -> None:
    page, faults = page_in_every_look, list[str]()
    colleague = make_operator("colleague@example.com")
    give_password(site, page, operator, WANTED)
    faults += faults_here(page)
    faults += faults_of(site, page, "/account/two-factor/")
    site.open(page, "/settings/second-factor/")
    key = begin_set_up(page)
    faults += faults_here(page)
    page.get_by_label("Authenticator code").fill(code_of(key))
    page.get_by_role("button", name="Set up").click()
    faults += faults_here(page)
    for path in ("", "recovery-codes/generate/", "totp/deactivate/", "reauthenticate/"):
        faults += faults_of(site, page, f"/account/two-factor/{path}")
    faults += faults_of(site, page, f"/admin/accounts/user/{colleague.pk}/reset-factors/")
    page.context.clear_cookies()
    give_password(site, page, operator, WANTED)
    expect(page.get_by_label("Code")).to_be_visible()
    faults += faults_here(page)
    assert not faults
