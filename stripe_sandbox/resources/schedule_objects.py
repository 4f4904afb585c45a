"""The shapes of subscription schedules and their phases."""

from collections.abc import Sequence

from stripe_sandbox.accounts import Object
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata

# Parts of Stripe that the sandbox does not have.
UNUSED_IN_SETTINGS = (
    "application_fee_percent",
    "billing_thresholds",
    "on_behalf_of",
    "transfer_data",
)
UNUSED_IN_PHASES = (
    *UNUSED_IN_SETTINGS,
    "billing_cycle_anchor",
    "collection_method",
    "default_payment_method",
    "description",
    "invoice_settings",
    "trial_end",
)


def new_schedule(customer: Object, phases: Sequence[Object], sent: Object, now: int) -> Object:
    """Return a schedule that has not started yet."""
    return {
        "id": new_id("subscription_schedule"),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "canceled_at": None,
        "completed_at": None,
        "created": now,
        "current_phase": None,
        "customer": customer["id"],
        "customer_account": None,
        "default_settings": _no_settings() | (sent.get("default_settings") or {}),
        "end_behavior": sent.get("end_behavior") or "release",
        "livemode": False,
        "metadata": merged_metadata({}, sent.get("metadata")),
        "phases": list(phases),
        "released_at": None,
        "released_subscription": None,
        "status": "not_started",
        "subscription": None,
        "test_clock": customer["test_clock"],
    }


def _no_settings() -> Object:
    return dict.fromkeys(UNUSED_IN_SETTINGS) | {
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": "automatic",
        "collection_method": "charge_automatically",
        "default_payment_method": None,
        "description": None,
        "invoice_settings": {
            "account_tax_ids": None,
            "custom_fields": None,
            "days_until_due": None,
            "description": None,
            "footer": None,
            "issuer": {"type": "self"},
        },
    }


def new_phase(
    items: Sequence[Object], currency: str, period: tuple[int, int], sent: Object
) -> Object:
    """Return a phase.

    Args:
        items: as ``phase_item`` makes them.
        sent: its other parameters.
    """
    start, end = period
    return dict.fromkeys(UNUSED_IN_PHASES) | {
        "add_invoice_items": [],
        "currency": currency,
        "default_tax_rates": [],
        "discounts": [phase_discount(**each) for each in sent.get("discounts") or []],
        "end_date": end,
        "items": list(items),
        # As sent: an empty value takes its key from the subscription when the phase begins.
        "metadata": dict(sent.get("metadata") or {}),
        "proration_behavior": sent.get("proration_behavior", "create_prorations"),
        "start_date": start,
    }


def phase_item(price_id: str, quantity: int, metadata: Object | None) -> Object:
    """Return what a phase says of one item."""
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": dict(metadata or {}),
        "price": price_id,
        "quantity": quantity,
        "tax_rates": [],
    }


def phase_discount(
    coupon: str | None = None, discount: str | None = None, promotion_code: str | None = None
) -> Object:
    """Return how a phase names one of its discounts."""
    return {"coupon": coupon, "discount": discount, "promotion_code": promotion_code}
