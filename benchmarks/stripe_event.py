"""An event as Stripe delivers it: of the usual size, each with an id of its own."""

from __future__ import annotations

import json
import time
from typing import Any

SUBJECT: dict[str, Any] = {
    "id": "cs_test_ID",
    "object": "checkout.session",
    "adaptive_pricing": {"enabled": False},
    "after_expiration": None,
    "allow_promotion_codes": None,
    "amount_subtotal": 5000,
    "amount_total": 5000,
    "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
    "billing_address_collection": None,
    "cancel_url": "https://credits.example.com/billing/top-ups/1/",
    "client_reference_id": "top-up-1",
    "consent": None,
    "created": 1_700_000_000,
    "currency": "usd",
    "custom_fields": [],
    "custom_text": {"after_submit": None, "shipping_address": None, "submit": None},
    "customer": "cus_0123456789abcd",
    "customer_creation": None,
    "customer_details": {
        "address": {
            "city": "Springfield",
            "country": "US",
            "line1": "742 Evergreen Terrace",
            "line2": None,
            "postal_code": "49007",
            "state": "OR",
        },
        "email": "customer@example.com",
        "name": "A Customer",
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    },
    "discounts": [],
    "expires_at": 1_700_086_400,
    "invoice": None,
    "livemode": False,
    "locale": None,
    "metadata": {"top_up": "1", "credits": "500.0000"},
    "mode": "payment",
    "payment_intent": "pi_0123456789abcdefghijklmn",
    "payment_method_collection": "if_required",
    "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
    "payment_method_types": ["card"],
    "payment_status": "paid",
    "phone_number_collection": {"enabled": False},
    "shipping_address_collection": None,
    "shipping_options": [],
    "status": "complete",
    "submit_type": None,
    "success_url": "https://credits.example.com/billing/top-ups/1/",
    "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    "ui_mode": "hosted",
    "url": None,
}
EVENT: dict[str, Any] = {
    "id": "evt_ID",
    "object": "event",
    "api_version": "2026-08-26.dahlia",
    "created": int(time.time()),
    "data": {"object": SUBJECT},
    "livemode": False,
    "pending_webhooks": 1,
    "request": {"id": None, "idempotency_key": None},
    "type": "checkout.session.completed",
}
TEXT = json.dumps(EVENT, indent=2)


def event_text(name: str) -> str:
    """Return the event's body with ids made from the name."""
    return TEXT.replace("_ID", f"_{name}")
