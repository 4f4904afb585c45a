"""A newcomer by hand: from the home page to the first spend, and a dispute of it."""

from __future__ import annotations

import csv
import json
import re
import urllib.request
from decimal import Decimal

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from creditsite.tests.people import PASSWORD
from disputes.models import Dispute
from tests.e2e.site import Site
from tests.e2e.test_buying import PAID, pay
from tests.page_examples import answer_of
from wallet.actions import add_service
from wallet.actions.mails import mail_events
from wallet.models import Wallet

ADDRESS = "new@example.com"
TROUBLE = "The document was read twice, and I was charged for both."


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def browsing(request: pytest.FixtureRequest) -> Page:
    """Return the page of a newcomer's browser."""
    plain = request.param == "without JavaScript"
    page: Page = request.getfixturevalue("plain_page" if plain else "page")
    return page


@pytest.fixture
def services(db: None) -> None:
    """Run two services."""
    for slug, name, unit, price in (
        ("text-extraction", "Text extraction", "document", "2.5"),
        ("workflow-run", "Workflow runs", "run", "1"),
    ):
        add_service(slug=slug, name=name, unit=unit, credits_per_unit=Decimal(price))


def sign_up(site: Site, page: Page) -> None:
    """Sign up from the home page, and confirm by the link in the mail."""
    site.open(page, "/")
    page.get_by_role("link", name="Sign up").first.click()
    fill_in_and_confirm(page)
    expect(page.get_by_role("heading", name="Three steps to your first spend")).to_be_visible()


def fill_in_and_confirm(page: Page) -> None:
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    (message,) = mail.outbox
    assert message.to == [ADDRESS]
    page.goto(next(word for word in str(message.body).split() if "/confirm-email/" in word))
    page.get_by_role("button", name="Yes, confirm it").click()


def buy(page: Page, credits: str) -> None:
    """Go where the first step leads and pay on Stripe's page."""
    page.get_by_role("link", name="Buy your first credits").click()
    page.get_by_label("Credits", exact=True).fill(credits)
    page.get_by_role("button", name="Continue to payment").click()
    pay(page, PAID)
    expect(page.get_by_text(f"{credits}.00 credits are in your wallet")).to_be_visible()
    page.get_by_role("link", name="Open your wallet").click()


def make_key(page: Page) -> tuple[str, str]:
    """Go where the second step leads; return the key and the request that the page offers."""
    steps = page.get_by_role("region", name="Three steps to your first spend")
    expect(steps.get_by_role("listitem").filter(has_text="Get credits")).to_contain_text("Done")
    steps.get_by_role("link", name="Make an API key").click()
    page.get_by_label("Name").fill("First script")
    expect(page.get_by_label("Spend credits")).to_be_checked()
    page.get_by_role("button", name="Make key").click()
    key = page.locator("#new-key-text").inner_text()
    request = page.locator("#first-spend").inner_text()
    page.get_by_role("link", name="API keys").first.click()
    expect(page.get_by_text("First script").first).to_be_visible()
    assert key not in page.content()
    return key, request


def spend(site: Site, key: str, service: str, quantity: str) -> Decimal:
    """Spend as a program does; return the balance after it."""
    request = urllib.request.Request(
        f"{site.url}/api/v1/spends",
        json.dumps({"service": service, "quantity": quantity}).encode(),
        {
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": "second",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as answer:
        return Decimal(json.load(answer)["balance_after"])


def look_at_the_spend(site: Site, page: Page) -> None:
    """See the spend on the overview and in the history; open it and read how it came about."""
    site.open(page, "/wallet/")
    expect(page.get_by_role("heading", name="Three steps to your first spend")).to_be_hidden()
    expect(page.get_by_role("region", name="Your wallet")).to_contain_text("147.50")
    expect(page.get_by_role("row", name="Text extraction")).to_contain_text("−2.50")
    page.get_by_role("link", name="History", exact=True).first.click()
    expect(page.get_by_role("row", name="Text extraction")).to_contain_text("147.50")
    page.get_by_role("link", name="Text extraction").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("1 × 2.5000 credits per document = 2.5000")
    expect(main).to_contain_text("2.5000 credits per document")
    expect(main.locator(".balance-path")).to_contain_text(re.compile(r"150\.00\s+to\s+147\.50"))
    expect(main.get_by_role("table", name="Credits moved")).to_contain_text("Top-up")
    expect(main).to_contain_text("API key “First script”")


def export(page: Page) -> list[dict[str, str]]:
    """Filter the history to what was spent on documents; return the lines of its CSV."""
    page.get_by_role("link", name="History", exact=True).first.click()
    page.get_by_label("Kind").select_option("spend")
    page.get_by_label("Service").select_option("text-extraction")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row", name="Workflow runs")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    return list(csv.DictReader(download.value.path().read_text().splitlines()))


def test_a_newcomer_gets_to_the_first_spend_and_beyond(
    site: Site, browsing: Page, services: None
) -> None:
    page = browsing
    sign_up(site, page)
    buy(page, "150")
    key, request = make_key(page)
    status, answered = answer_of(request, site.url)
    assert (status, answered["credits"]) == (201, "-2.5000")
    look_at_the_spend(site, page)
    set_alert(page, "100")
    assert spend(site, key, "workflow-run", "50") == Decimal("97.5")
    mail.outbox.clear()
    mail_events()
    assert "Your credits are running low" in {message.subject for message in mail.outbox}
    page.get_by_role("link", name="Overview", exact=True).first.click()
    expect(page.get_by_role("main")).to_contain_text("Fewer than 100 credits are left.")
    (line,) = export(page)
    assert (line["number"], line["service"], line["credits"], line["balance_after"]) == (
        "2",
        "text-extraction",
        "-2.5000",
        "147.5000",
    )
    dispute(page)


def set_alert(page: Page, below: str) -> None:
    page.get_by_role("link", name="Alerts and limits").first.click()
    page.get_by_label("Warn when fewer credits").fill(below)
    page.get_by_role("button", name="Save alerts").click()
    expect(page.get_by_text("Your alerts are saved.")).to_be_visible()


def dispute(page: Page) -> None:
    """Open the charge from the filtered history, dispute it, and see the case."""
    page.get_by_role("link", name="Text extraction").click()
    page.get_by_role("link", name="Dispute this charge").click()
    page.get_by_label("What is wrong?").select_option("duplicate")
    page.get_by_label("What happened?").fill(TROUBLE)
    page.get_by_role("button", name="Send dispute").click()
    expect(page.get_by_text("An operator looks into this")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("2.50 credits")
    case = Dispute.objects.get(wallet=Wallet.objects.get(customer__email=ADDRESS))
    page.get_by_role("link", name="Disputes").first.click()
    expect(page.get_by_role("main")).to_contain_text("2.50")
    assert f"/disputes/{case.pk}/" in page.content()


def test_a_form_that_came_back_is_gone_on_with_where_it_is_wrong(site: Site, page: Page) -> None:
    site.open(page, "/account/signup/")
    page.get_by_label("Email").fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill("short")
    page.get_by_label("Password (again)").fill("short")
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("This password is too short")).to_be_visible()
    expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_an_amount_of_the_home_page_outlasts_the_sign_up(site: Site, page: Page) -> None:
    site.open(page, "/")
    page.get_by_role("link", name="Buy 500 credits").click()
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    fill_in_and_confirm(page)
    expect(page.get_by_label("Credits", exact=True)).to_have_value("500")
