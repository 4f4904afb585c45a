"""What an upgrade in the middle of a period brings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from billing import gateway
from billing.actions.sync import version_of_price
from billing.errors import UpgradePeriodUnknown
from billing.gateway import InvoiceLine, SubscriptionInvoice
from billing.models import Allocation, AllocationKind, PackageVersion, Subscription
from creditsite.kernel.credits import ZERO, floor_credits


@dataclass(frozen=True)
class Upgrade:
    """The rest of a period on better terms: `credits` are those that come on top."""

    version: PackageVersion
    credits: Decimal
    paid_cents: int
    starts_at: datetime
    ends_at: datetime


def find_upgrade(*, invoice: SubscriptionInvoice) -> Upgrade | None:
    """Return the upgrade that an invoice bills; None where it bills none that brings credits.

    Asks Stripe for the period that the change is in where no allocation tells it. Not for use
    inside a transaction. Raises `PriceUnknown`, `UpgradePeriodUnknown`, `StripeUnavailable`,
    `StripeRefused`.
    """
    billed = [line for line in invoice.lines if line.is_proration and line.paid_cents]
    if not invoice.is_of_change or not any(line.paid_cents > 0 for line in billed):
        return None
    rest = max(billed, key=lambda line: line.paid_cents)
    whole = rest.period_end - _period_start(invoice, rest.period_end)
    credits = upgrade_credits(map(_part, billed), period=whole)
    if credits <= ZERO:
        return None
    return Upgrade(
        version=version_of_price(rest.price_id),
        credits=credits,
        paid_cents=max(sum(line.paid_cents for line in billed), 0),
        starts_at=rest.period_start,
        ends_at=rest.period_end,
    )


def upgrade_credits(parts: Iterable[tuple[Decimal, timedelta]], *, period: timedelta) -> Decimal:
    """Return what a change brings: so many credits more, or fewer, for a whole period, each for
    the part of it that it covers; rounded down together."""
    weighted = sum((credits * _seconds(covered) for credits, covered in parts), Decimal(0))
    return floor_credits(weighted / _seconds(period))


def _part(line: InvoiceLine) -> tuple[Decimal, timedelta]:
    credits = version_of_price(line.price_id).credits * line.quantity
    return credits if line.paid_cents > 0 else -credits, line.period_end - line.period_start


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _period_start(invoice: SubscriptionInvoice, period_end: datetime) -> datetime:
    """Return when the period began that ends at a moment."""
    allocated = Allocation.objects.filter(
        subscription__in=Subscription.objects.named_by(invoice.subscription_id, invoice.reference),
        kind=AllocationKind.PERIOD,
        period_end=period_end,
    ).first()
    if allocated:
        return allocated.period_start
    for other in gateway.list_subscription_invoices(invoice.subscription_id):
        for line in other.lines:
            if line.is_period and line.period_end == period_end:
                return line.period_start
    raise UpgradePeriodUnknown("No invoice bills the period of this upgrade.", invoice=invoice.id)
