"""Customers at Stripe."""

from __future__ import annotations

from django.conf import settings

from billing.gateway.client import client, refusals


def create_customer(*, email: str, user_id: int, key: str) -> str:
    """Make a customer at Stripe and return its id; the same `key` returns the first one."""
    with refusals():
        made = client().v1.customers.create(
            {
                "email": email,
                # By this dj-stripe links its copy to the log-in.
                "metadata": {settings.DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY: str(user_id)},
            },
            {"idempotency_key": key},
        )
    return made.id
