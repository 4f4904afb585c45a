"""Stripe's API, as far as this product uses it: plain values in, plain values out.

The only importer of `stripe`. Calls go over the network: never make one inside a transaction.
Every call raises `StripeUnavailable` or `StripeRefused`.
"""

from billing.gateway.catalogue import (
    CouponRequest,
    PriceRequest,
    create_price,
    create_product,
    ensure_coupon,
    rename_product,
)
from billing.gateway.changes import (
    PreviewedChange,
    PreviewedRenewal,
    change_price,
    preview_change,
    preview_renewal,
    release_schedule,
    schedule_price,
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
from billing.gateway.invoices import (
    InvoiceLine,
    StripeInvoice,
    SubscriptionInvoice,
    list_subscription_invoices,
    void_invoice,
)
from billing.gateway.portal import create_portal_configuration, create_portal_session
from billing.gateway.refunds import StripeRefund, customer_of_charge
from billing.gateway.subscriptions import (
    StripeSubscription,
    cancel_at_period_end,
    cancel_now,
    keep_going,
    retrieve_subscription,
)

__all__ = [
    "CheckoutRequest",
    "CheckoutSession",
    "CouponRequest",
    "Endpoint",
    "InvoiceLine",
    "PreviewedChange",
    "PreviewedRenewal",
    "PriceRequest",
    "StripeInvoice",
    "StripeRefund",
    "StripeSubscription",
    "SubscribeRequest",
    "SubscriptionInvoice",
    "cancel_at_period_end",
    "cancel_now",
    "change_price",
    "create_checkout_session",
    "create_customer",
    "create_portal_configuration",
    "create_portal_session",
    "create_price",
    "create_product",
    "create_subscription_session",
    "create_webhook_endpoint",
    "customer_of_charge",
    "delete_webhook_endpoint",
    "ensure_coupon",
    "expire_checkout_session",
    "keep_going",
    "limit_default_timeouts",
    "list_subscription_invoices",
    "preview_change",
    "preview_renewal",
    "release_schedule",
    "rename_product",
    "retrieve_checkout_session",
    "retrieve_subscription",
    "retrieve_webhook_endpoint",
    "schedule_price",
    "update_webhook_endpoint",
    "verify_signature",
    "void_invoice",
]
