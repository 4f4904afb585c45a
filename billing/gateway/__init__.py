"""Stripe's API, as far as this product uses it: plain values in, plain values out.

The only importer of `stripe`. Calls go over the network: never make one inside a transaction.
Every call raises `StripeUnavailable` or `StripeRefused`.
"""

from billing.gateway.catalogue import (
    PriceRequest,
    create_price,
    create_product,
    rename_product,
)
from billing.gateway.checkout import (
    CheckoutRequest,
    CheckoutSession,
    SubscribeRequest,
    create_checkout_session,
    create_subscription_session,
    expire_checkout_session,
    retrieve_checkout_session,
)
from billing.gateway.client import limit_default_timeouts
from billing.gateway.customers import create_customer
from billing.gateway.endpoints import (
    Endpoint,
    create_webhook_endpoint,
    delete_webhook_endpoint,
    retrieve_webhook_endpoint,
    update_webhook_endpoint,
    verify_signature,
)
from billing.gateway.invoices import InvoiceLine, SubscriptionInvoice
from billing.gateway.subscriptions import StripeSubscription, retrieve_subscription

__all__ = [
    "CheckoutRequest",
    "CheckoutSession",
    "Endpoint",
    "InvoiceLine",
    "PriceRequest",
    "StripeSubscription",
    "SubscribeRequest",
    "SubscriptionInvoice",
    "create_checkout_session",
    "create_customer",
    "create_price",
    "create_product",
    "create_subscription_session",
    "create_webhook_endpoint",
    "delete_webhook_endpoint",
    "expire_checkout_session",
    "limit_default_timeouts",
    "rename_product",
    "retrieve_checkout_session",
    "retrieve_subscription",
    "retrieve_webhook_endpoint",
    "update_webhook_endpoint",
    "verify_signature",
]
