"""An entry leads to the sale that brought its credits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from billing.tests.subscribers import Subscriber
from creditsite.accounts.models import User
from wallet.actions import grant_credits
from wallet.models import GrantSource, LedgerEntry
from wallet.tests.conftest import ACTOR

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def buyer(subscriber: Subscriber) -> Subscriber:
    """A customer with a paid top-up and a paid period of a plan."""
    subscriber.buy()
    subscriber.begin()
    subscriber.hear()
    return subscriber


def customers_page(person: User, entry: LedgerEntry) -> str:
    client = Client()
    client.force_login(person)
    page = client.get(reverse("wallet:entry", args=[entry.pk])).content.decode()
    return " ".join(page.split())


def operators_page(person: User, entry: LedgerEntry) -> str:
    client = Client()
    client.force_login(person)
    page = client.get(reverse("admin:wallet_ledgerentry_change", args=[entry.pk]))
    return page.content.decode()


def test_the_entry_of_a_top_up_leads_to_it_and_its_invoice(
    buyer: Subscriber, operator: User
) -> None:
    entry = LedgerEntry.objects.get(top_up__isnull=False)
    invoice = Invoice.objects.get(top_up=entry.top_up)
    page = customers_page(buyer.customer, entry)
    assert "Paid: <strong>$9.50</strong>" in page
    assert reverse("billing:top_up_detail", args=[entry.top_up.pk]) in page
    assert f'href="{invoice.page_url}">Invoice {invoice.number}' in page
    page = operators_page(operator, entry)
    assert reverse("admin:billing_topup_change", args=[entry.top_up.pk]) in page
    assert reverse("admin:billing_invoice_change", args=[invoice.pk]) in page


def test_the_entry_of_a_period_leads_to_the_plan_and_its_invoice(
    buyer: Subscriber, operator: User
) -> None:
    entry = LedgerEntry.objects.get(allocation__isnull=False)
    invoice = Invoice.objects.get(subscription=buyer.subscription)
    page = customers_page(buyer.customer, entry)
    assert "Paid: <strong>$29.99</strong>" in page
    assert f"Invoice {invoice.number}" in page
    page = operators_page(operator, entry)
    assert reverse("admin:billing_subscription_change", args=[buyer.subscription.pk]) in page
    assert f"{entry.allocation.period_start:%Y-%m-%d}" in page
    assert reverse("admin:billing_invoice_change", args=[invoice.pk]) in page


def test_a_sale_without_its_invoice_is_told_all_the_same(buyer: Subscriber) -> None:
    Invoice.objects.update(top_up=None)
    page = customers_page(buyer.customer, LedgerEntry.objects.get(top_up__isnull=False))
    assert "Paid: <strong>$9.50</strong>" in page
    assert "Invoice " not in page


def test_credits_that_were_given_name_no_sale(buyer: Subscriber, operator: User) -> None:
    entry = grant_credits(
        wallet=buyer.wallet,
        credits=Decimal(5),
        source=GrantSource.PROMOTION,
        idempotency_key="given",
        actor=ACTOR,
    ).entry
    assert "Paid: <strong>" not in customers_page(buyer.customer, entry)
    assert "<h2>Sale</h2>" not in operators_page(operator, entry)
