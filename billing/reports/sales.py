"""Which sale an entry's credits came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.models import Allocation, Invoice, TopUp


@dataclass(frozen=True)
class SaleOfEntry:
    """The sale that brought an entry's credits: a top-up, or a paid period of a plan.

    Of a top-up `top_up` is its id, of a plan `plan` its name and `period` how long it was paid
    for. `cents` is what was paid. `invoice` is None until Stripe has told of one.
    """

    cents: int
    currency: str
    invoice: Invoice | None
    top_up: UUID | None = None
    plan: str = ""
    subscription: UUID | None = None
    period: tuple[datetime, datetime] | None = None


def sale_of_entry(entry_id: int) -> SaleOfEntry | None:
    """Return the sale behind an entry, None where its credits were not sold. Three queries."""
    top_up = TopUp.objects.filter(entry=entry_id).first()
    if top_up:
        invoice = Invoice.objects.filter(top_up=top_up).order_by("-pk").first()
        return SaleOfEntry(top_up.total_cents, top_up.currency, invoice, top_up=top_up.pk)
    found = Allocation.objects.filter(entry=entry_id).select_related("version__package").first()
    if found is None:
        return None
    return SaleOfEntry(
        found.paid_cents,
        found.currency,
        Invoice.objects.filter(stripe_id=found.stripe_invoice_id).first(),
        plan=found.version.package.name,
        subscription=found.subscription_id,
        period=(found.period_start, found.period_end),
    )
