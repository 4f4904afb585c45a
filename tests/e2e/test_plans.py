"""A plan by hand, with and without JavaScript: begun with a code, changed, cancelled, resumed."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import Page, expect

from billing.models import Subscription
from billing.tests.promotions import make_promotion
from creditsite.accounts.models import User
from tests.e2e.site import Site
from wallet.models import Wallet


def begin(site: Site, page: Page) -> None:
    """Choose Starter with a code and pay its first month."""
    make_promotion(applies_to="packages", bonus_credits=Decimal(30), off_cents=500, percent=None)
    site.open(page, "/billing/plans/")
    page.get_by_label("Code").fill("spring")
    page.get_by_role("button", name="Show prices with it").click()
    expect(page.get_by_role("article", name="Starter")).to_contain_text("$14.99")
    page.get_by_role("button", name="Choose Starter").click()
    expect(page.locator("#total")).to_contain_text("14.99")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", name="Your plan: Starter")).to_be_visible()
    expect(page.get_by_role("region", name="Your plan")).to_contain_text("Active")


def test_a_customer_begins_betters_cancels_and_resumes_a_plan(
    site: Site, page: Page, customer: User
) -> None:
    site.log_in(page, customer)
    begin(site, page)
    change = page.get_by_role("link", name="Change to Professional")
    change.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Change to Professional now?")
    expect(dialog).to_contain_text("Charged now")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(change).to_be_focused()
    assert Subscription.objects.get().version.package.slug == "starter"
    change.click()
    dialog.get_by_role("button", name="and change").click()
    expect(page.get_by_role("heading", name="Your plan: Professional")).to_be_visible()
    page.get_by_role("link", name="Cancel plan").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel Professional").click()
    expect(page.get_by_role("region", name="Your plan")).to_contain_text("Cancelled")
    page.get_by_role("link", name="Resume").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume Professional").click()
    expect(page.get_by_role("region", name="Your plan")).to_contain_text("Active")
    balance = Wallet.objects.get(customer=customer).balance
    assert Decimal(250) < balance <= Decimal(250 + 355)


def test_a_plan_works_without_javascript(site: Site, plain_page: Page, customer: User) -> None:
    site.log_in(plain_page, customer)
    begin(site, plain_page)
    plain_page.get_by_role("link", name="Change to Professional").click()
    expect(plain_page.get_by_role("heading", name="Change to Professional now?")).to_be_visible()
    plain_page.get_by_role("button", name="and change").click()
    expect(plain_page.get_by_role("heading", name="Your plan: Professional")).to_be_visible()
    plain_page.get_by_role("link", name="Invoices", exact=True).click()
    plain_page.get_by_role("button", name="Card and billing details").click()
    plain_page.wait_for_url(f"{site.sandbox_url}/**")
