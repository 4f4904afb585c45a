"""The shapes of subscriptions and their items."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.pagination import as_list

# What begins as null; most of it are parts of Stripe that the sandbox does not have.
NULL_AT_FIRST = (
    "application",
    "application_fee_percent",
    "billing_cycle_anchor_config",
    "billing_thresholds",
    "customer_account",
    "default_source",
    "managed_payments",
    "next_pending_invoice_item_invoice",
    "on_behalf_of",
    "pause_collection",
    "pending_invoice_item_interval",
    "pending_setup_intent",
    "pending_update",
    "transfer_data",
)


def new_subscription(customer: Object, sent: Object, now: int) -> Object:
    """Return a subscription without items; status and periods are the caller's to set."""
    return dict.fromkeys(NULL_AT_FIRST) | {
        "id": new_id("subscription"),
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": now,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "cancellation_details": no_cancellation(),
        "collection_method": sent.get("collection_method") or "charge_automatically",
        "created": now,
        "currency": "usd",
        "customer": customer["id"],
        "days_until_due": sent.get("days_until_due"),
        "default_payment_method": sent.get("default_payment_method"),
        "default_tax_rates": [],
        "description": sent.get("description"),
        "discounts": [],
        "ended_at": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
        "items": as_list([], ""),
        "latest_invoice": None,
        "livemode": False,
        "metadata": merged_metadata({}, sent.get("metadata")),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": _kept_method(sent),
        },
        "schedule": None,
        "start_date": now,
        "status": "incomplete",
        "test_clock": customer["test_clock"],
        "trial_end": None,
        "trial_settings": sent.get("trial_settings")
        or {"end_behavior": {"missing_payment_method": "create_invoice"}},
        "trial_start": None,
    }


def _kept_method(sent: Object) -> str:
    settings = sent.get("payment_settings") or {}
    return settings.get("save_default_payment_method") or "off"


def no_cancellation() -> Object:
    """Return the details of a subscription that nobody cancelled."""
    return dict.fromkeys(("comment", "feedback", "feedback_option", "reason"))


def new_item(
    subscription_id: str, price: Object, quantity: int, metadata: Object | None, now: int
) -> Object:
    """Return an item; its period is the caller's to set."""
    return {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "billed_until": now,
        "billing_thresholds": None,
        "created": now,
        "current_period_end": now,
        "current_period_start": now,
        "discounts": [],
        "metadata": merged_metadata({}, metadata),
        "price": dict(price),
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }


def items_of(subscription: Object) -> list[Object]:
    """Return a subscription's items; change them by ``put_items`` only."""
    items: list[Object] = subscription["items"]["data"]
    return items


def put_items(
    subscription: Object, items: list[Object], period: tuple[int, int] | None = None
) -> None:
    """Give a subscription its items, perhaps in a new period.

    The list is replaced, so that a shallow copy made before still shows the old one.
    """
    if period:
        start, end = period
        times = {"billed_until": end, "current_period_end": end, "current_period_start": start}
        items = [item | times for item in items]
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    subscription["items"] = as_list(items, url)
    subscription["currency"] = items[0]["price"]["currency"]


def period_of(subscription: Object) -> tuple[int, int]:
    """Return the current period, which all items share."""
    first = items_of(subscription)[0]
    return first["current_period_start"], first["current_period_end"]


def rhythm_of(subscription: Object) -> Object:
    """Return interval and count, which all items share."""
    recurring: Object = items_of(subscription)[0]["price"]["recurring"]
    return recurring


def is_live(subscription: Object) -> bool:
    """Tell whether a subscription has not ended."""
    return subscription["status"] not in ("canceled", "incomplete_expired")


def method_of(account: Account, subscription: Object | None, customer_id: str) -> Object | None:
    """Return the payment method that is charged without asking anybody."""
    customer: Any = account.of_kind("customer").get(customer_id) or {}
    settings = customer.get("invoice_settings") or {}
    for wanted in (
        subscription and subscription["default_payment_method"],
        settings.get("default_payment_method"),
    ):
        method = account.of_kind("payment_method").get(wanted or "")
        if method is not None and method["customer"] == customer_id:
            return method
    return None
