"""Invoices made by hand."""

from __future__ import annotations

from typing import Any

from billing.tests.flows.steps import Flow, new_customer
from stripe_sandbox.tests.shop import Shop


def invoice_draft(shop: Shop, **more: Any) -> str:
    """Draft an invoice with one item, and return its id."""
    paying = new_customer(shop, "pm_card_visa")
    wishes: Any = {"customer": paying, "auto_advance": False}
    invoice = shop.stripe.invoices.create(wishes | more)
    item: Any = {"customer": paying, "invoice": invoice.id, "amount": 1500, "currency": "usd"}
    shop.stripe.invoice_items.create(item | {"description": "Setting up"})
    return str(invoice.id)


def invoice_by_hand(shop: Shop) -> None:
    invoices = shop.stripe.invoices
    paid = invoice_draft(shop)
    invoices.update(paid, {"description": "Thank you", "metadata": {"by": "hand"}})
    invoices.finalize_invoice(paid)
    invoices.pay(paid)
    shop.wait_for_event("invoice_payment.paid")


def invoices_that_are_never_paid(shop: Shop) -> None:
    invoices = shop.stripe.invoices
    voided, lost = invoice_draft(shop), invoice_draft(shop)
    for each in (voided, lost):
        invoices.finalize_invoice(each)
    invoices.void_invoice(voided)
    invoices.mark_uncollectible(lost)
    invoices.delete(invoice_draft(shop))
    shop.wait_for_event("invoice.voided")
    shop.wait_for_event("invoice.marked_uncollectible")


def invoice_items_waiting(shop: Shop) -> None:
    items = shop.stripe.invoice_items
    paying = new_customer(shop, "pm_card_visa")
    wishes: Any = {"customer": paying, "amount": 700, "currency": "usd"}
    kept, gone = items.create(wishes), items.create(wishes)
    items.update(kept.id, {"description": "Setting up"})
    items.delete(gone.id)
    shop.wait_for_event("invoiceitem.deleted")


FLOWS: list[Flow] = [
    invoice_by_hand,
    invoices_that_are_never_paid,
    invoice_items_waiting,
]
