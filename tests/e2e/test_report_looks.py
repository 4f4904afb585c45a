"""The front of the admin and the reports: readable in both themes, never too wide."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from billing.models import Invoice, Refund, StripeEvent
from creditsite.accounts.models import User
from creditsite.kernel import clock
from disputes.tests.cases import charge, dispute, make_reviewer, rule
from tests.e2e.looks import faults_of
from tests.e2e.site import Site
from wallet.actions import adjust_wallet, claw_back, grant_credits, open_wallet, reverse_spend
from wallet.actions.usage import roll_up_usage
from wallet.models import GrantSource, Wallet
from wallet.tests.conftest import ACTOR
from wallet.tests.older import make_older

SERVICES = ("runs", "scans", "a-service-with-a-rather-long-name", "mails", "texts", "videos")


@pytest.fixture
def page(page_in_every_look: Page) -> Page:
    return page_in_every_look


@pytest.fixture
def busy_weeks(customer: User) -> Wallet:
    """Three weeks in which every kind of movement came about."""
    wallet = open_wallet(customer=customer)
    for day in range(20):
        source = (GrantSource.TOP_UP, GrantSource.PROMOTION, GrantSource.SUBSCRIPTION)[day % 3]
        grant_credits(
            wallet=wallet,
            credits=Decimal(223_456),
            source=source,
            cost_cents=1_234_567,
            idempotency_key=f"g{day}",
            actor=ACTOR,
        )
        spends = [charge(wallet, str(4_000 + 900 * day), service=name) for name in SERVICES]
        if day % 4 == 0:
            reverse_spend(spend=spends[0], reason="Failed", idempotency_key=f"r{day}", actor=ACTOR)
            claw_back(
                wallet=wallet,
                credits=Decimal(900),
                reference="re_1",
                reason="Paid back",
                idempotency_key=f"c{day}",
                actor=ACTOR,
            )
        make_older(1)
    adjust_wallet(
        wallet=wallet, credits=Decimal(-7), reason="Twice", idempotency_key="a", actor=ACTOR
    )
    rule(dispute(charge(wallet)), make_reviewer("reviewer@example.com"))
    roll_up_usage()
    return wallet


def test_the_front_and_every_report_can_be_read_and_fit(
    site: Site, page: Page, operator: User, busy_weeks: Wallet
) -> None:
    site.log_in(page, operator)
    faults = faults_of(site, page, "/admin/")
    page.get_by_role("link", name="Reports").click()
    expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    for name in ("revenue", "credit-flow", "liability", "usage", "disputes"):
        faults += faults_of(site, page, f"/admin/reports/{name}/")
        faults += faults_of(site, page, f"/admin/reports/{name}/?start=2026-02-30&end=&step=day")
    faults += faults_of(site, page, "/admin/reports/")
    assert not faults


def test_billing_issues_can_be_read_and_fit(
    site: Site, page: Page, operator: User, customer: User
) -> None:
    now, wallet = clock.now(), open_wallet(customer=customer)
    sale = {"wallet": wallet, "total_cents": 1_234_599, "currency": "usd", "told_at": now}
    Invoice.objects.create(
        **sale, stripe_id="in_1", number="CREDITS-0001", status="open", attempts=2, issued_at=now
    )
    Refund.objects.create(
        **sale, stripe_id="re_1", stripe_charge_id="ch_1", status="succeeded", created_at=now
    )
    StripeEvent.objects.create(
        event_id="evt_1",
        type="invoice.paid",
        created=now,
        livemode=False,
        payload={},
        state="dead",
        error=f"billing.errors.StripeObjectMissing: There is no such plan: price_{'x' * 60}",
    )
    site.log_in(page, operator)
    page.get_by_role("link", name="Billing issues").click()
    expect(page.get_by_role("heading", name="Billing issues")).to_be_visible()
    expect(page.get_by_role("link", name="CREDITS-0001")).to_be_visible()
    assert not faults_of(site, page, "/admin/billing-issues/")


def test_a_table_is_downloaded_as_it_is_shown(
    site: Site, plain_page: Page, operator: User, busy_weeks: Wallet
) -> None:
    site.log_in(plain_page, operator)
    site.open(plain_page, "/admin/reports/credit-flow/")
    plain_page.get_by_label("By:").select_option("month")
    plain_page.get_by_role("button", name="Show").click()
    first = plain_page.get_by_role("region", name="Credits by month").get_by_role("row")
    shown = first.count()
    with plain_page.expect_download() as download:
        plain_page.get_by_role("link", name="Download as CSV").first.click()
    assert download.value.suggested_filename.startswith("credit-flow-")
    lines = download.value.path().read_text().splitlines()
    assert (len(lines), lines[0].split(",")[0]) == (shown, "Month")
