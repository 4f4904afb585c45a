"""Recommendations and the table of plans: readable in both themes, never too wide."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from tests.e2e.looks import faults_here, faults_of
from tests.e2e.site import Site
from wallet.actions import BatchItem, add_service, grant_credits, open_wallet, spend_batch
from wallet.models import GrantSource, Wallet
from wallet.tests.older import make_older

ACTOR = Actor.system("test")


@pytest.fixture
def page(page_in_every_look: Page) -> Page:
    return page_in_every_look


@pytest.fixture
def advised(customer: User) -> Wallet:
    """A wallet to which three kinds of recommendations are made."""
    wallet = open_wallet(customer=customer)
    grant_credits(
        wallet=wallet,
        credits=Decimal(4000),
        source=GrantSource.TOP_UP,
        cost_cents=34_000,
        expires_at=clock.now() + timedelta(days=20),
        idempotency_key="grant",
        actor=ACTOR,
    )
    for slug, name in (("imports", "Nightly imports of supplier invoices"), ("maps", "Maps")):
        add_service(slug=slug, name=name, unit="run", credits_per_unit=Decimal(20))
    for week in range(12):
        items = [
            BatchItem(
                wallet.pk,
                ("imports", "maps")[number % 2],
                Decimal(1),
                f"{week}-{number}",
                {
                    "job": week if number % 4 == 1 else number,
                    "outcome": ("failed", "ok")[number % 4 > 0],
                },
            )
            for number in range(12)
        ]
        spend_batch(items=items, actor=ACTOR)
        make_older(7)
    return wallet


def test_what_is_recommended_can_be_read_and_fits(
    site: Site, page: Page, customer: User, advised: Wallet
) -> None:
    site.log_in(page, customer)
    faults = faults_here(page)
    assert page.locator(".advice__item").count() == 2
    page.get_by_role("link", name="See all").click()
    page.wait_for_url("**/wallet/usage/#recommendations")
    faults += faults_here(page)
    assert page.locator(".advice__item").count() > 2
    page.get_by_text("would have cost on each plan").click()
    assert page.get_by_role("rowheader", name="No plan, top-ups alone").is_visible()
    faults += faults_here(page)
    faults += faults_of(site, page, "/wallet/usage/?days=90")
    assert not faults
