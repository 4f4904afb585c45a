"""Bring our rows of subscriptions up to date with what Stripe tells."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from billing.actions.tell import Standing, tell_of_change
from billing.errors import PriceUnknown, SubscriptionNotFound
from billing.gateway import StripeSubscription
from billing.models import PackageVersion, StripePrice, Subscription, SubscriptionStatus

# Ours for Stripe's; a paused one goes on, a trial counts as begun.
STATUSES = {
    "incomplete": SubscriptionStatus.INCOMPLETE,
    "incomplete_expired": SubscriptionStatus.EXPIRED,
    "trialing": SubscriptionStatus.ACTIVE,
    "active": SubscriptionStatus.ACTIVE,
    "paused": SubscriptionStatus.ACTIVE,
    "past_due": SubscriptionStatus.PAST_DUE,
    "unpaid": SubscriptionStatus.UNPAID,
    "canceled": SubscriptionStatus.ENDED,
}
TOLD = (
    "status",
    "version",
    "stripe_id",
    "stripe_item_id",
    "period_start",
    "period_end",
    "cancels_at",
    "next_version",
    "waiting_version",
    "stripe_schedule_id",
    "pay_url",
    "ended_at",
    "end_reason",
    "told_at",
)


@transaction.atomic
def sync_subscription(*, told: StripeSubscription, asked_at: datetime) -> Subscription:
    """Let our row stand as Stripe told when asked at a moment, and tell the customer what is new.
    Repeating it changes nothing.

    What an earlier look saw does not undo what a later one brought. Credits are not touched.

    Raises `SubscriptionNotFound` where no row of ours began it, `PriceUnknown` where it is for
    no package of ours.
    """
    row = locked_subscription(told.id, told.reference)
    if row.told_at and asked_at < row.told_at:
        return row
    before = Standing.of(row)
    invoice = told.latest_invoice
    row.status = STATUSES[told.status]
    row.version = version_of_price(told.price_id)
    row.next_version = _other_version(told.next_price_id, told)
    row.waiting_version = _other_version(told.waiting_price_id, told)
    row.stripe_id = told.id
    row.stripe_item_id = told.item_id
    row.period_start = told.period_start
    row.period_end = told.period_end
    row.cancels_at = told.cancels_at
    row.stripe_schedule_id = told.schedule_id
    row.pay_url = invoice.page_url if invoice and invoice.is_open else ""
    row.ended_at = told.ended_at
    row.end_reason = told.end_reason if told.ended_at else ""
    row.told_at = asked_at
    row.save(update_fields=TOLD)
    tell_of_change(before=before, subscription=row)
    return row


def _other_version(price_id: str, told: StripeSubscription) -> PackageVersion | None:
    if not price_id or price_id == told.price_id or told.ended_at:
        return None
    return version_of_price(price_id)


def locked_subscription(stripe_id: str, reference: str) -> Subscription:
    """Return our row of a subscription at Stripe, locked. Raises `SubscriptionNotFound`."""
    row = (
        Subscription.objects.named_by(stripe_id, reference)
        .select_for_update(no_key=True, of=("self",))
        # No join over what can change: a row that changed while it was waited for would be lost.
        .select_related("wallet")
        .first()
    )
    if row is None:
        raise SubscriptionNotFound("No subscription of ours has this id.", subscription=stripe_id)
    return row


def version_of_price(price_id: str) -> PackageVersion:
    """Return the version that a price at Stripe is of. Raises `PriceUnknown`."""
    price = (
        StripePrice.objects.filter(stripe_id=price_id, livemode=settings.STRIPE_LIVE_MODE)
        .select_related("version__package")
        .first()
    )
    if price is None:
        raise PriceUnknown("No package of ours has this price.", price=price_id)
    return price.version
