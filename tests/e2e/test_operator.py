"""A new operator by hand: finds a customer, adjusts, pauses, refunds, prices, reads, is read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from billing.tests.packages import make_package
from creditsite.accounts.models import User
from creditsite.roles import FINANCE, SUPERVISOR
from creditsite.tests.people import PASSWORD
from disputes.tests.cases import charge
from tests.e2e.site import Site
from tests.e2e.test_buying import PAID, go_to_checkout, pay
from wallet.models import Wallet

# What the operator does, with what it is done to and why, as the audit log has it.
GOODWILL = "Goodwill for a late run."
STOLEN, REPLACED = "The card was reported stolen.", "The customer has a new card."
TWICE, COSTS = "The run was started twice.", "Our own costs rose."


@pytest.fixture
def in_role(db: None) -> Callable[[str], User]:
    """Return a function that makes an operator in a role."""

    def make(role: str) -> User:
        email = f"{role.lower()}@example.com"
        person = User.objects.create_user(email, PASSWORD, is_staff=True)
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
        person.groups.add(Group.objects.get(name=role))
        return person

    return make


def buy_and_spend(site: Site, page: Page, customer: User) -> None:
    """Buy 500 credits for $45 through the page, and spend 30 of them."""
    site.log_in(page, customer)
    go_to_checkout(site, page, "500")
    pay(page, PAID)
    expect(page.get_by_text("500.00 credits are in your wallet")).to_be_visible()
    charge(Wallet.objects.get(customer=customer), "30", service="digests")
    page.context.clear_cookies()


def step(page: Page, label: str, reason: str, *, is_previewed: bool = True) -> None:
    """Fill in the reason of a step that is open, look at what it brings, and confirm."""
    page.get_by_label("Reason").fill(reason)
    if is_previewed:
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_role("list").filter(has=page.locator("li.success"))).to_be_visible()


def choose(page: Page, label: str) -> None:
    page.get_by_role("main").get_by_role("link", name=label, exact=True).click()


def find(page: Page, customer: User) -> None:
    """Find the customer's wallet from the front, and read its history."""
    page.get_by_role("searchbox", name="Find a customer").fill(customer.email)
    page.get_by_role("button", name="Find").click()
    choose(page, customer.email)
    entries = page.get_by_role("region", name="Newest entries")
    expect(entries.get_by_role("row", name="Digests")).to_contain_text("−30.00")
    expect(entries.get_by_role("row", name="Top-up")).to_contain_text("+500.00")


def adjust(page: Page, customer: User) -> None:
    choose(page, "Adjust")
    page.get_by_label("Credits").fill("25")
    page.get_by_label("Reason").fill(GOODWILL)
    page.get_by_role("button", name="Preview").click()
    lines = page.get_by_role("region", name="Lines of the ledger")
    expect(lines).to_contain_text("+25.00")
    assert Wallet.objects.get(customer=customer).balance == Decimal(470)
    page.get_by_role("button", name="Adjust").click()
    expect(page.get_by_text("Adjustment of +25.00 credits posted.")).to_be_visible()


def pause_and_resume(page: Page, customer: User) -> None:
    choose(page, "Pause")
    step(page, "Pause", STOLEN, is_previewed=False)
    assert Wallet.objects.get(customer=customer).status_reason == STOLEN
    choose(page, "Resume")
    step(page, "Resume", REPLACED, is_previewed=False)
    assert Wallet.objects.get(customer=customer).may_spend


def refund(page: Page, customer: User) -> None:
    """Reverse the spend from its own page; what is given back can't be given back again."""
    page.get_by_role("region", name="Newest entries").get_by_role("link", name="Digests").click()
    expect(page.get_by_role("region", name="Explained")).to_contain_text("30 × 1.0000")
    choose(page, "Reverse")
    step(page, "Reverse", TWICE)
    expect(page.get_by_text("Gave 30.00 credits back.")).to_be_visible()
    links = page.get_by_role("main").get_by_role("link", name="Reverse", exact=True)
    expect(links).to_have_count(0)
    assert Wallet.objects.get(customer=customer).balance == Decimal(525)


def price(site: Site, page: Page) -> None:
    """Publish new terms of a package, which customers then see."""
    site.open(page, "/admin/")
    page.get_by_role("link", name="Packages", exact=True).first.click()
    choose(page, "Team")
    choose(page, "Publish new terms")
    page.get_by_label("Price in dollars").fill("34.99")
    step(page, "Publish new terms", COSTS)
    expect(page.get_by_role("region", name="Terms")).to_contain_text("$34.99 a month")


def read_revenue(site: Site, page: Page) -> None:
    """Find the sale of this test in the report and in its file."""
    site.open(page, "/admin/")
    page.get_by_role("link", name="Revenue", exact=True).first.click()
    days = page.get_by_role("region", name="Revenue by day").get_by_role("row")
    expect(days.filter(has_text="$45.00")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="as CSV").first.click()
    lines = list(csv.DictReader(download.value.path().read_text().splitlines()))
    assert sum(Decimal(line["Top-ups (USD)"]) for line in lines) == Decimal(45)


def test_a_new_operator_finds_helps_refunds_prices_and_is_held_to_it(
    site: Site, page: Page, customer: User, in_role: Callable[[str], User]
) -> None:
    make_package()
    buy_and_spend(site, page, customer)
    site.log_in(page, in_role(FINANCE))
    find(page, customer)
    adjust(page, customer)
    pause_and_resume(page, customer)
    refund(page, customer)
    price(site, page)
    read_revenue(site, page)
    page.context.clear_cookies()
    site.log_in(page, in_role(SUPERVISOR))
    page.get_by_role("link", name="Audit log").first.click()
    rows = page.locator("#result_list tbody tr")
    told = [
        " ".join(row.locator(".field-row, .field-told").all_inner_texts()) for row in rows.all()
    ]
    wallet = Wallet.objects.get(customer=customer)
    assert told == [
        f"Team Team v2 is published. Reason: {COSTS}",
        f"Entry {wallet.pk}/2 Gave 30.00 credits back. Reason: {TWICE}",
        f"{wallet} Resumed. Reason: {REPLACED}",
        f"{wallet} Paused. Reason: {STOLEN}",
        f"{wallet} Adjustment of +25.00 credits posted. Reason: {GOODWILL}",
    ]
    expect(page.locator(".field-told").last).to_be_in_viewport(ratio=1)
