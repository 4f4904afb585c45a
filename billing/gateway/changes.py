"""Changes of what a subscription at Stripe is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from billing.gateway.client import client, refusals
from billing.gateway.reading import moment
from billing.gateway.subscriptions import StripeSubscription

if TYPE_CHECKING:
    from stripe.params import SubscriptionScheduleUpdateParams


@dataclass(frozen=True)
class PreviewedChange:
    """What a change made at a moment of Stripe's would bill.

    `unused_cents` is given back for the rest of the period on the old terms, `rest_cents`
    billed for it on the new; `due_cents` is charged.
    """

    at: datetime
    unused_cents: int
    rest_cents: int
    due_cents: int
    currency: str


@dataclass(frozen=True)
class PreviewedRenewal:
    """What the next renewal will charge, with all discounts and what is planned."""

    due_cents: int
    currency: str


def preview_renewal(subscription_id: str) -> PreviewedRenewal:
    """Return what a subscription's next renewal will charge."""
    with refusals():
        found = client().v1.invoices.create_preview({"subscription": subscription_id})
    return PreviewedRenewal(found.amount_due, found.currency)


def preview_change(subscription: StripeSubscription, *, price_id: str) -> PreviewedChange:
    """Return what changing to another price now would bill; nothing is changed."""
    with refusals():
        found = client().v1.invoices.create_preview(
            {
                "subscription": subscription.id,
                "subscription_details": {
                    "items": [{"id": subscription.item_id, "price": price_id}],
                    "proration_behavior": "always_invoice",
                },
            }
        )
    told = found.to_dict()
    amounts = [line["amount"] for line in told["lines"]["data"]]
    return PreviewedChange(
        at=moment(told["parent"]["subscription_details"]["subscription_proration_date"]),
        unused_cents=sum(amount for amount in amounts if amount < 0),
        rest_cents=sum(amount for amount in amounts if amount > 0),
        due_cents=told["amount_due"],
        currency=told["currency"],
    )


def change_price(
    subscription: StripeSubscription, *, price_id: str, at: datetime, key: str
) -> None:
    """Change the price now, counting time from `at` on, and charge the difference.

    Where the charge does not succeed, the change waits at Stripe for its invoice to be paid.
    The same `key` makes the change once.
    """
    with refusals(when_lost="The change may have been made; it is made once at most."):
        client().v1.subscriptions.update(
            subscription.id,
            {
                "items": [{"id": subscription.item_id, "price": price_id}],
                "proration_behavior": "always_invoice",
                "proration_date": int(at.timestamp()),
                "payment_behavior": "pending_if_incomplete",
            },
            {"idempotency_key": key},
        )


def schedule_price(subscription: StripeSubscription, *, price_id: str, interval: str) -> None:
    """Have the subscription go on at another price from its next period.

    Goes on with a schedule that is there already. Repeating it changes nothing.
    """
    schedules = client().v1.subscription_schedules
    with refusals():
        schedule = (
            schedules.retrieve(subscription.schedule_id)
            if subscription.schedule_id
            else schedules.create({"from_subscription": subscription.id})
        ).to_dict()
        now = next(
            phase
            for phase in schedule["phases"]
            if phase["start_date"] == schedule["current_phase"]["start_date"]
        )
        phases = [
            {
                "items": [{"price": subscription.price_id, "quantity": 1}],
                "start_date": now["start_date"],
                "end_date": int(subscription.period_end.timestamp()),
                "proration_behavior": "none",
            },
            {
                "items": [{"price": price_id, "quantity": 1}],
                "duration": {"interval": interval, "interval_count": 1},
                "proration_behavior": "none",
            },
        ]
        params = {"phases": phases, "end_behavior": "release", "proration_behavior": "none"}
        schedules.update(schedule["id"], cast("SubscriptionScheduleUpdateParams", params))


def release_schedule(schedule_id: str) -> None:
    """Let a subscription go on as it is, without what its schedule had in mind."""
    with refusals():
        client().v1.subscription_schedules.release(schedule_id)
