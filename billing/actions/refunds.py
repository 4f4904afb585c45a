"""Keep what was paid back through Stripe."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from billing.actions.stripe_customers import wallet_of
from billing.gateway import StripeRefund
from billing.models import Refund


@transaction.atomic
def sync_refund(*, told: StripeRefund, customer_id: str, told_at: datetime) -> Refund | None:
    """Keep a refund as it was at a moment of Stripe's, unless something later is known.

    `customer_id` is who paid, as Stripe names them; where that is nobody here, nothing is kept:
    None. Repeating it changes nothing. No credits are taken: that is for an operator to do.
    """
    wallet = wallet_of(customer_id)
    if wallet is None:
        return None
    facts = {
        "status": told.status,
        "total_cents": told.cents,
        "reason": told.reason,
        "told_at": told_at,
    }
    refund, made = Refund.objects.select_for_update(no_key=True).get_or_create(
        stripe_id=told.id,
        defaults=facts
        | {
            "wallet": wallet,
            "stripe_charge_id": told.charge_id,
            "currency": told.currency,
            "created_at": told.created_at,
        },
    )
    if not made and refund.is_older_than(told_at, told.status):
        for name, value in facts.items():
            setattr(refund, name, value)
        refund.save(update_fields=list(facts))
    return refund
