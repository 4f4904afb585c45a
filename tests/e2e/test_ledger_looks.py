"""What explains entries, and the operators' pages: readable in both themes, never too wide."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from creditsite.accounts.models import User
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.roles import FINANCE
from creditsite.tests.people import PASSWORD, make_in_role
from tests.e2e.looks import faults_here, faults_of
from tests.e2e.site import Site
from wallet.actions import (
    CreditChange,
    add_service,
    capture_hold,
    claw_back,
    compensate_some,
    grant_credits,
    note_wallet,
    open_wallet,
    pause_system,
    place_hold,
    request_change,
    request_compensation,
    reverse_spend,
    roll_over,
    spend_credits,
)
from wallet.models import (
    ApprovalRequest,
    ChangeKind,
    Compensation,
    GrantSource,
    Hold,
    Incident,
    LedgerEntry,
    Service,
    Wallet,
)

ACTOR = Actor.system("test")
LISTS = (
    *("wallet", "approvalrequest", "ledgerentry", "grant", "hold", "clawback", "walletevent"),
    *("usageday", "walletnote", "compensation"),
)


@pytest.fixture
def page(page_in_every_look: Page) -> Page:
    return page_in_every_look


@pytest.fixture
def lived_in(customer: User) -> Wallet:
    """A wallet with an entry of each kind and an open hold."""
    wallet = open_wallet(customer=customer)
    add_service(
        slug="workflow-run",
        name="Workflow runs",
        unit="run",
        credits_per_unit=Decimal("1.25"),
        minimum_credits=Decimal(5),
    )
    for number, days in enumerate((20, 365)):
        grant_credits(
            wallet=wallet,
            credits=Decimal(100),
            source=GrantSource.TOP_UP,
            cost_cents=1000,
            expires_at=clock.now() + timedelta(days=days),
            idempotency_key=f"grant-{number}",
            actor=ACTOR,
        )
    use(wallet)
    correct(wallet)
    return wallet


def use(wallet: Wallet) -> None:
    """Spend twice, one of it asked for again; hold twice, one of it captured."""
    for number in (1, 2, 2):
        spend_credits(
            wallet_id=wallet.pk,
            service="workflow-run",
            quantity=Decimal(12),
            idempotency_key=f"job-{number}",
            metadata={"job": "Nightly import"},
            actor=wallet.customer.actor,
        )
    for number in (1, 2):
        hold = place_hold(
            wallet_id=wallet.pk,
            service="workflow-run",
            credits=Decimal(20),
            expires_in=timedelta(hours=1),
            idempotency_key=f"hold-{number}",
            actor=ACTOR,
        ).hold
        if number == 1:
            capture_hold(hold=hold, credits=Decimal("12.5"), actor=ACTOR)


def correct(wallet: Wallet) -> None:
    """Give part of a spend back, roll a lot over, claw back from it."""
    asked: dict[str, Any] = {"reason": "The customer asked for it", "actor": ACTOR}
    spent, lot = wallet.entries.filter(hold=None, kind="spend")[0], wallet.grants.latest("pk")
    reverse_spend(spend=spent, credits=Decimal(6), idempotency_key="reverse", **asked)
    later = clock.now() + timedelta(days=700)
    roll_over(grant=lot, most=Decimal(40), expires_at=later, idempotency_key="roll", **asked)
    claw_back(
        wallet=wallet,
        credits=Decimal(60),
        reference="ch_1",
        idempotency_key="claw",
        grant=lot,
        **asked,
    )


def ask_for_more(wallet: Wallet) -> ApprovalRequest:
    """Let an operator ask for what another has to approve, and note why."""
    operator = make_in_role("finance-operator@example.com", FINANCE)
    note_wallet(
        wallet=wallet,
        text="Prefers mail.\n" + "Calls are not answered. " * 12,
        idempotency_key="n",
        author=operator,
    )
    asked = request_change(
        wallet=wallet,
        change=CreditChange(ChangeKind.GRANT, Decimal(2500), source=GrantSource.PROMOTION),
        reason="Three nights of failed imports, as agreed with the customer on the telephone",
        idempotency_key="request",
        operator=operator,
    )
    assert isinstance(asked, ApprovalRequest)
    return asked


def compensate(wallet: Wallet, operator: User) -> Compensation:
    """Give half of the last hour's charges back."""
    service = Service.objects.get(slug="workflow-run")
    asked = request_compensation(
        incident=Incident(service, clock.now() - timedelta(hours=1), clock.now()),
        percent=Decimal(50),
        failed_only=False,
        reason="The service was down",
        idempotency_key="compensation",
        operator=operator,
    )
    compensate_some(compensation=asked)
    return asked


def test_each_kind_of_entry_is_explained_on_a_page_that_fits(
    site: Site, page: Page, customer: User, lived_in: Wallet
) -> None:
    site.log_in(page, customer)
    faults = []
    for entry in LedgerEntry.objects.filter(wallet=lived_in):
        faults += faults_of(site, page, f"/wallet/entries/{entry.pk}/")
    pause_system(reason="The database moves", actor=ACTOR)
    faults += faults_of(site, page, "/wallet/")
    faults += faults_of(site, page, "/billing/top-up/?credits=500")
    assert not faults


def test_the_operators_pages_can_be_read_and_fit(
    site: Site, page: Page, operator: User, lived_in: Wallet
) -> None:
    site.open(page, "/account/login/")
    page.get_by_label("Email").fill(operator.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    page.wait_for_url("**/admin/")
    faults = faults_here(page)
    here = f"/admin/wallet/wallet/{lived_in.pk}"
    spend = lived_in.entries.filter(kind="spend", hold=None).latest("sequence")
    hold, request = Hold.objects.get(status="open"), ask_for_more(lived_in)
    compensation = compensate(lived_in, request.asked_by)
    for path in (
        f"/admin/wallet/approvalrequest/{request.pk}/change/",
        f"/admin/wallet/compensation/{compensation.pk}/change/",
        "/admin/wallet/compensation/compensate/",
        f"{here}/grant/",
        f"{here}/note/",
        *(f"/admin/wallet/{name}/" for name in LISTS),
        f"{here}/change/?at={spend.created_at:%Y-%m-%dT%H:%M:%S.%f}",
        f"/admin/wallet/ledgerentry/{spend.pk}/change/",
        f"/admin/wallet/service/{spend.service_id}/change/",
        "/admin/wallet/service/add/",
        "/admin/wallet/systempause/",
        "/admin/wallet/systempause/pause/",
    ):
        faults += faults_of(site, page, path)
    for path in (
        f"{here}/close/",
        f"/admin/wallet/ledgerentry/{spend.pk}/reverse/",
        f"/admin/wallet/hold/{hold.pk}/release/",
        f"/admin/wallet/approvalrequest/{request.pk}/approve/",
    ):
        faults += faults_of(site, page, path)
        page.get_by_label("Reason").fill("The customer asked for it")
        page.get_by_role("button", name="Preview").click()
        page.wait_for_load_state()
        faults += faults_here(page)
    assert not faults
