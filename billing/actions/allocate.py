"""Grant the credits of paid periods."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from billing.actions.promotions import grant_bonus_credits
from billing.actions.sync import locked_subscription, version_of_price
from billing.actions.upgrades import Upgrade
from billing.gateway import InvoiceLine, SubscriptionInvoice
from billing.models import Allocation, AllocationKind, PackageVersion, PromotionUse, Subscription
from creditsite.kernel import clock
from creditsite.kernel.actor import Actor
from creditsite.kernel.idempotency import internal_key
from wallet.actions import Posting, grant_credits
from wallet.models import Grant, GrantSource

STRIPE = Actor.system("stripe")


@transaction.atomic
def allocate_credits(
    *, invoice: SubscriptionInvoice, upgrade: Upgrade | None = None
) -> list[Allocation]:
    """Grant the credits of every period that a paid invoice bills, and of its upgrade, each once,
    and with the first payment the bonus of its promotion.

    Allocated credits last until `ALLOCATION_GRACE` after the end of their period, or from now
    where that is over, so that nobody is without while the next invoice is on its way.
    Repeating it changes nothing and returns the same allocations. Does not depend on how the
    subscription stands by now.

    Raises `SubscriptionNotFound`, `PriceUnknown`.
    """
    subscription = locked_subscription(invoice.subscription_id, invoice.reference)
    grant_bonus_credits(
        uses=PromotionUse.objects.filter(subscription=subscription).select_related(
            "promotion", "wallet"
        ),
        expires_at=clock.now() + settings.TOP_UP_LIFETIME,
    )
    periods = [
        _allocate_line(subscription, invoice, line) for line in invoice.lines if line.is_period
    ]
    return [*periods, _allocate_upgrade(subscription, invoice, upgrade)] if upgrade else periods


def _allocate_line(
    subscription: Subscription, invoice: SubscriptionInvoice, line: InvoiceLine
) -> Allocation:
    found = Allocation.objects.filter(stripe_line_id=line.id).first()
    if found:
        return found
    version = version_of_price(line.price_id)
    return _grant(
        subscription,
        version,
        key=internal_key("stripe", "line", line.id),
        kind=AllocationKind.PERIOD,
        credits=version.credits * line.quantity,
        invoice=invoice,
        line_id=line.id,
        paid_cents=max(line.paid_cents, 0),
        period=(line.period_start, line.period_end),
    )


def _allocate_upgrade(
    subscription: Subscription, invoice: SubscriptionInvoice, upgrade: Upgrade
) -> Allocation:
    found = Allocation.objects.filter(
        kind=AllocationKind.UPGRADE, stripe_invoice_id=invoice.id
    ).first()
    if found:
        return found
    return _grant(
        subscription,
        upgrade.version,
        key=internal_key("stripe", "upgrade", invoice.id),
        kind=AllocationKind.UPGRADE,
        credits=upgrade.credits,
        invoice=invoice,
        line_id="",
        paid_cents=upgrade.paid_cents,
        period=(upgrade.starts_at, upgrade.ends_at),
    )


def _grant(
    subscription: Subscription,
    version: PackageVersion,
    *,
    key: str,
    kind: AllocationKind,
    credits: Decimal,
    invoice: SubscriptionInvoice,
    line_id: str,
    paid_cents: int,
    period: tuple[datetime, datetime],
) -> Allocation:
    start, end = period
    posting = grant_credits(
        wallet=subscription.wallet,
        credits=credits,
        source=GrantSource.SUBSCRIPTION,
        idempotency_key=key,
        actor=STRIPE,
        cost_cents=paid_cents,
        currency=invoice.currency,
        expires_at=max(end, clock.now()) + settings.ALLOCATION_GRACE,
        reference=line_id or invoice.id,
    )
    return Allocation.objects.create(
        subscription=subscription,
        version=version,
        kind=kind,
        stripe_invoice_id=invoice.id,
        stripe_line_id=line_id,
        period_start=start,
        period_end=end,
        credits=credits,
        paid_cents=paid_cents,
        currency=invoice.currency,
        entry=posting.entry,
        grant=_lot_of(posting),
        created_at=clock.now(),
    )


def _lot_of(posting: Posting) -> Grant:
    return Grant.objects.get(pk=posting.entry.draws[0][0])
