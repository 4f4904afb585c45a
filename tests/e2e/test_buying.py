"""Buying credits by hand, from log-in to the balance."""

from __future__ import annotations

import re
from decimal import Decimal

from playwright.sync_api import Page, expect
from pytest_django import Settings

from billing.models import TopUp
from creditsite.accounts.models import User
from tests.e2e.site import Site
from wallet.models import Wallet

PAID, DECLINED, THREE_D_SECURE = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0000 0000 3220"


def go_to_checkout(site: Site, page: Page, credits: str) -> None:
    site.open(page, "/billing/top-up/")
    page.get_by_label("Credits", exact=True).fill(credits)
    page.get_by_role("button", name="Continue to payment").click()
    page.wait_for_url(f"{site.sandbox_url}/**")


def pay(page: Page, card: str) -> None:
    page.get_by_label("Or a card number").fill(card)
    page.get_by_role("button", name=re.compile("^Pay")).click()


def balance(person: User) -> Decimal:
    return Wallet.objects.get(customer=person).balance


def test_a_customer_sees_the_price_pays_and_finds_the_credits(
    site: Site, page: Page, customer: User
) -> None:
    site.log_in(page, customer)
    site.open(page, "/billing/top-up/")
    page.get_by_label("Credits", exact=True).fill("250")
    expect(page.locator("#quote")).to_contain_text("$25.00")
    page.get_by_label("Credits", exact=True).fill("3")
    expect(page.locator("#quote")).to_contain_text("10")
    go_to_checkout(site, page, "500")
    expect(page.locator("#total")).to_contain_text("45.00")
    pay(page, PAID)
    expect(page.get_by_text("500.00 credits are in your wallet")).to_be_visible()
    page.get_by_role("link", name="Open your wallet").click()
    expect(page.get_by_role("main")).to_contain_text("+500.00")
    page.get_by_role("link", name="Top-up", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("0.00")
    assert balance(customer) == Decimal(500)


def test_a_declined_card_charges_nothing_and_another_may_be_tried(
    site: Site, page: Page, customer: User
) -> None:
    site.log_in(page, customer)
    go_to_checkout(site, page, "100")
    pay(page, DECLINED)
    expect(page.locator("#refusal")).to_contain_text("not been charged")
    assert balance(customer) == 0
    pay(page, PAID)
    expect(page.get_by_text("100.00 credits are in your wallet")).to_be_visible()
    assert balance(customer) == Decimal(100)


def test_a_card_with_3d_secure_is_paid_after_the_bank_said_yes(
    site: Site, page: Page, customer: User
) -> None:
    site.log_in(page, customer)
    go_to_checkout(site, page, "100")
    pay(page, THREE_D_SECURE)
    page.get_by_role("button", name="Fail authentication").click()
    expect(page.locator("#refusal")).to_be_visible()
    assert balance(customer) == 0
    pay(page, THREE_D_SECURE)
    page.get_by_role("button", name="Complete authentication").click()
    expect(page.get_by_text("100.00 credits are in your wallet")).to_be_visible()


def test_a_customer_who_turns_back_can_go_on_later(site: Site, page: Page, customer: User) -> None:
    site.log_in(page, customer)
    go_to_checkout(site, page, "100")
    page.get_by_role("link", name="Cancel and go back").click()
    page.wait_for_url(f"{site.url}/billing/top-ups/**")
    assert balance(customer) == 0
    page.get_by_role("link", name="payment page").click()
    pay(page, PAID)
    expect(page.get_by_text("100.00 credits are in your wallet")).to_be_visible()


def test_everything_works_without_javascript(site: Site, plain_page: Page, customer: User) -> None:
    site.log_in(plain_page, customer)
    site.open(plain_page, "/billing/top-up/")
    plain_page.get_by_label("Credits", exact=True).fill("200")
    plain_page.get_by_role("button", name="Update price").click()
    expect(plain_page.locator("#quote")).to_contain_text("$19.00")
    plain_page.get_by_role("button", name="Continue to payment").click()
    pay(plain_page, PAID)
    expect(plain_page.get_by_text("200.00 credits are in your wallet")).to_be_visible()
    assert TopUp.objects.get().total_cents == 1900


def test_a_refusal_is_a_dialog_that_says_how_to_go_on(
    site: Site, page: Page, customer: User, settings: Settings
) -> None:
    site.log_in(page, customer)
    site.open(page, "/billing/top-up/?credits=100")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    button = page.get_by_role("button", name="Continue to payment")
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing was charged", timeout=20_000)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert balance(customer) == 0
    settings.STRIPE_API_BASE = site.sandbox_url
    button.click()
    page.wait_for_url(f"{site.sandbox_url}/**")
    assert TopUp.objects.count() == 1


def test_an_amount_that_is_not_for_sale_is_explained_in_the_form(
    site: Site, page: Page, customer: User
) -> None:
    site.log_in(page, customer)
    site.open(page, "/billing/top-up/")
    page.get_by_label("Credits", exact=True).fill("3")
    page.get_by_role("button", name="Continue to payment").click()
    expect(page.get_by_label("Credits", exact=True)).to_have_attribute("aria-invalid", "true")
    go_to_checkout(site, page, "30")
