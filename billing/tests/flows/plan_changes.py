"""Other plans: at once, at the end of the period, undone, by the portal."""

from __future__ import annotations

from typing import Any

from billing.tests.flows.steps import (
    BROKE,
    MONTH_AND_A_DAY,
    Flow,
    advance,
    keep,
    price,
    subscribe,
)
from stripe_sandbox.tests.portal import hidden_fields
from stripe_sandbox.tests.shop import Json, Shop

NOW = {"proration_behavior": "always_invoice", "payment_behavior": "pending_if_incomplete"}


def change(shop: Shop, subscription: Json, cents: int, **more: Any) -> None:
    """Change the price of a subscription's only item."""
    (item,) = subscription["items"]["data"]
    wishes: Any = {"items": [{"id": item["id"], "price": price(shop, cents)}]}
    shop.stripe.subscriptions.update(subscription["id"], wishes | more)


def upgraded(shop: Shop) -> None:
    subscription = subscribe(shop)
    advance(shop, 10)
    change(shop, subscription, 9999, **NOW)
    shop.wait_for_event("invoice_payment.paid", 2)


def upgrade_not_paid(shop: Shop) -> None:
    subscription = subscribe(shop)
    keep(shop, subscription["customer"], BROKE)
    change(shop, subscription, 9999, **NOW)
    advance(shop, 2)
    shop.wait_for_event("customer.subscription.pending_update_expired")


def upgrade_paid_later(shop: Shop) -> None:
    subscription = subscribe(shop)
    keep(shop, subscription["customer"], BROKE)
    change(shop, subscription, 9999, **NOW)
    keep(shop, subscription["customer"], "pm_card_visa")
    newest = shop.stripe.invoices.list({"subscription": subscription["id"]}).data[0]
    shop.stripe.invoices.pay(newest.id)
    shop.wait_for_event("customer.subscription.pending_update_applied")


def changed_on_the_next_invoice(shop: Shop) -> None:
    subscription = subscribe(shop)
    advance(shop, 10)
    change(shop, subscription, 4999, proration_behavior="create_prorations")
    shop.wait_for_event("invoiceitem.created", 2)
    advance(shop, 25)
    shop.wait_for_event("invoice_payment.paid", 2)


def items_changed(shop: Shop) -> None:
    subscription = subscribe(shop)
    items = shop.stripe.subscription_items
    added = items.create({"subscription": subscription["id"], "price": price(shop, 500)})
    items.update(added.id, {"quantity": 3})
    items.delete(added.id)
    shop.wait_for_event("customer.subscription.updated", 3)


def schedule(shop: Shop, subscription: Json, cents: int) -> str:
    """Plan another price for the end of the period, and return the schedule's id."""
    schedules = shop.stripe.subscription_schedules
    made = schedules.create({"from_subscription": subscription["id"]}).to_dict()
    (now,) = made["phases"]
    (item,) = now["items"]
    first = {"items": [{"price": item["price"], "quantity": 1}]}
    first |= {name: now[name] for name in ("start_date", "end_date")}
    second = {
        "items": [{"price": price(shop, cents), "quantity": 1}],
        "duration": {"interval": "month", "interval_count": 1},
        "proration_behavior": "none",
    }
    phases: Any = {"phases": [first, second], "end_behavior": "release"}
    schedules.update(made["id"], phases)
    return str(made["id"])


def downgraded_at_the_end_of_the_period(shop: Shop) -> None:
    schedule(shop, subscribe(shop), 999)
    advance(shop, 2 * MONTH_AND_A_DAY)
    shop.wait_for_event("subscription_schedule.released")
    shop.wait_for_event("invoice_payment.paid", 3)


def downgrade_undone(shop: Shop) -> None:
    shop.stripe.subscription_schedules.release(schedule(shop, subscribe(shop), 999))
    shop.wait_for_event("subscription_schedule.released")


def open_portal(shop: Shop, customer: str, *prices: str) -> str:
    """Open the customer's portal with everything on, and return its address."""
    chosen: Any = [
        {"product": shop.stripe.prices.retrieve(each).product, "prices": [each]} for each in prices
    ]
    features: Any = {
        "customer_update": {"enabled": True, "allowed_updates": ["name", "email"]},
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "products": chosen,
            "proration_behavior": "always_invoice",
        },
    }
    portal = shop.stripe.billing_portal
    configuration = portal.configurations.create({"features": features}).id
    portal.configurations.update(configuration, {"metadata": {"made": "once"}})
    back = {"return_url": "https://shop.example/"}
    session: Any = {"customer": customer, "configuration": configuration} | back
    return portal.sessions.create(session).url


def portal_used(shop: Shop) -> None:
    subscription = subscribe(shop)
    (item,) = subscription["items"]["data"]
    better = price(shop, 4999)
    address = open_portal(shop, subscription["customer"], item["price"]["id"], better)
    way = f"{address}/subscriptions/{subscription['id']}"
    plan = shop.http.get(f"{way}/plan/confirm", params={"price": better})
    for page, form in (
        (f"{address}/details", {"name": "Ann B", "email": "ann@shop.example"}),
        (f"{address}/card", {"test_card": "5555555555554444"}),
        (f"{way}/plan/confirm", hidden_fields(plan.text)),
        *((f"{way}/{step}", {}) for step in ("cancel", "resume", "cancel")),
    ):
        assert shop.http.post(page, data=form).status_code == 303
    shop.wait_for_event("billing_portal.session.created")
    shop.wait_for_event("invoice_payment.paid", 2)


FLOWS: list[Flow] = [
    upgraded,
    upgrade_not_paid,
    upgrade_paid_later,
    changed_on_the_next_invoice,
    items_changed,
    downgraded_at_the_end_of_the_period,
    downgrade_undone,
    portal_used,
]
