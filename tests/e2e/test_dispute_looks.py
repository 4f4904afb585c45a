"""Pages of disputes, for customers and operators: readable in both themes, never too wide."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from creditsite.accounts.models import User
from disputes import actions
from disputes.models import Dispute, RulingOutcome
from disputes.tests.cases import (
    ACTOR,
    EXPLANATION,
    charge,
    dispute,
    dispute_payment,
    give,
    make_reviewer,
    paid_invoice,
    rule,
)
from tests.e2e.looks import faults_here, faults_of
from tests.e2e.site import Site
from wallet.actions import open_wallet
from wallet.models import LedgerEntry, Wallet

LONG_NAME = f"{'a-very-long-name-' * 6}.txt"


@pytest.fixture
def page(page_in_every_look: Page) -> Page:
    return page_in_every_look


@pytest.fixture
def wallet(customer: User) -> Wallet:
    opened = open_wallet(customer=customer)
    give(opened)
    return opened


@pytest.fixture
def cases(wallet: Wallet) -> list[Dispute]:
    """Return a case in each state that looks different, with files and messages."""
    reviewer = make_reviewer("reviewer@example.com")
    fresh, asked, ruled, appealed, given, withdrawn = (
        dispute(charge(wallet, "10", job="Nightly import"), charge(wallet, "10")) for _ in range(6)
    )
    for name, body in ((LONG_NAME, b"one"), ("b.txt", b"two")):
        actions.add_evidence(dispute=fresh, name=name, body=body, actor=ACTOR)
    actions.write_in_dispute(dispute=fresh, text="Hello? " * 40, actor=wallet.customer.actor)
    actions.tell_in_dispute(dispute=fresh, text="We are looking into it.", reviewer=reviewer)
    actions.ask_customer(dispute=asked, question="Which run was it?", reviewer=reviewer)
    part: dict[LedgerEntry, str] = {ruled.charges.all()[0].entry: "4"}
    rule(ruled, reviewer, RulingOutcome.PARTIAL_REFUND, credits=part)
    rule(appealed, reviewer)
    actions.appeal_ruling(dispute=appealed, reason=EXPLANATION, actor=wallet.customer.actor)
    rule(given, reviewer, RulingOutcome.FULL_REFUND)
    actions.withdraw_dispute(dispute=withdrawn, actor=wallet.customer.actor)
    paid = dispute_payment(paid_invoice(wallet, 1999))
    rule(paid, reviewer, RulingOutcome.FULL_REFUND)
    return [fresh, asked, ruled, appealed, given, withdrawn, paid]


def test_the_customers_pages_can_be_read_and_fit(
    site: Site, page: Page, customer: User, wallet: Wallet, cases: list[Dispute]
) -> None:
    site.log_in(page, customer)
    spend, disputed = charge(wallet), cases[0].charges.all()[0].entry
    faults = []
    for path in (
        "/disputes/",
        *(f"/disputes/{case.pk}/" for case in cases),
        f"/disputes/{cases[0].pk}/withdraw/",
        f"/disputes/new/?entry={spend.pk}",
        f"/disputes/new/?entry={spend.pk}&entry={disputed.pk}",
        f"/wallet/entries/{disputed.pk}/",
        "/wallet/history/",
        "/billing/invoices/",
    ):
        faults += faults_of(site, page, path)
    late = cases[0].respond_by + timedelta(hours=1)
    with time_machine.travel(late):
        faults += faults_of(site, page, f"/disputes/{cases[0].pk}/")
    site.open(page, f"/wallet/entries/{spend.pk}/")
    page.get_by_role("link", name="Dispute this charge").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)
    faults += faults_here(page)
    assert not faults


def test_an_empty_list_says_what_to_do(site: Site, page: Page, customer: User) -> None:
    site.log_in(page, customer)
    assert not faults_of(site, page, "/disputes/")
    expect(page.get_by_text("No disputes")).to_be_visible()


def test_the_operators_pages_of_disputes_can_be_read_and_fit(
    site: Site, page: Page, operator: User, cases: list[Dispute]
) -> None:
    site.log_in(page, operator)
    here = f"/admin/disputes/dispute/{cases[0].pk}"
    faults = []
    for path in (
        "/admin/disputes/dispute/",
        "/admin/disputes/dispute/?queue=all",
        "/admin/reports/disputes/",
        "/admin/disputes/dispute/incident/",
        *(f"/admin/disputes/dispute/{case.pk}/change/" for case in cases),
        f"{here}/take/",
        f"{here}/ask/",
        f"{here}/assign/",
        f"/admin/disputes/dispute/{cases[-1].pk}/record_refund/",
        f"{here}/rule/",
    ):
        faults += faults_of(site, page, path)
    page.get_by_label("Outcome").select_option("full_refund")
    page.get_by_role("button", name="Preview").click()
    page.wait_for_load_state()
    faults += faults_here(page)
    with time_machine.travel(cases[0].respond_by + timedelta(hours=1)):
        faults += faults_of(site, page, "/admin/disputes/dispute/")
    assert not faults
