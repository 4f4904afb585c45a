"""Keep what customers were billed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing.actions.stripe_customers import wallet_of
from billing.actions.tell import tell_of_invoice
from billing.gateway import StripeInvoice
from billing.models import Invoice, StripePrice, Subscription, TopUp
from billing.models.ids import uuid_or_none
from billing.quotes import plain


@transaction.atomic
def sync_invoice(*, told: StripeInvoice, told_at: datetime) -> Invoice | None:
    """Keep an invoice as it was at a moment of Stripe's, unless something later is known, and
    tell the customer of its payment.

    Drafts, and invoices of nobody here, are not kept: None. Repeating it changes nothing.
    """
    if told.is_draft:
        return None
    subscription = _subscription(told)
    top_up = _top_up(told)
    sale = subscription or top_up
    wallet = sale.wallet if sale else wallet_of(told.customer_id)
    if wallet is None:
        return None
    facts = {
        "number": told.number,
        "label": _label(told, top_up),
        "status": told.status,
        "total_cents": told.total_cents,
        "page_url": told.page_url,
        "pdf_url": told.pdf_url,
        "issued_at": told.issued_at,
        "paid_at": told.paid_at,
        "attempts": told.attempts,
        "next_attempt_at": told.next_attempt_at,
        "told_at": told_at,
    }
    invoice, made = Invoice.objects.select_for_update(no_key=True).get_or_create(
        stripe_id=told.id,
        defaults=facts
        | {
            "wallet": wallet,
            "subscription": subscription,
            "top_up": top_up,
            "currency": told.currency,
        },
    )
    if made:
        tell_of_invoice(invoice=invoice, was_paid=False, attempts_before=0)
    elif invoice.is_older_than(told_at, told.status, told.attempts):
        was_paid, attempts = invoice.is_paid, invoice.attempts
        for name, value in facts.items():
            setattr(invoice, name, value)
        invoice.save(update_fields=list(facts))
        tell_of_invoice(invoice=invoice, was_paid=was_paid, attempts_before=attempts)
    return invoice


def _subscription(told: StripeInvoice) -> Subscription | None:
    if not told.subscription_id:
        return None
    named = Subscription.objects.named_by(told.subscription_id, told.reference)
    return named.select_related("wallet").first()


def _top_up(told: StripeInvoice) -> TopUp | None:
    key = uuid_or_none(told.top_up)
    return TopUp.objects.filter(pk=key).select_related("wallet").first() if key else None


def _label(told: StripeInvoice, top_up: TopUp | None) -> str:
    if top_up:
        return f"{plain(top_up.credits)} credits"
    price = (
        StripePrice.objects.filter(stripe_id=told.price_id)
        .select_related("version__package")
        .first()
    )
    name = price.version.package.name if price else "Subscription"
    return f"Change to {name}" if told.is_of_change else name
