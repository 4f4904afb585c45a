"""Checkout Sessions: pages at Stripe where something is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billing.errors import StripeRefused
from billing.gateway.client import client, refusals
from billing.gateway.reading import id_of

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

PAID = frozenset({"paid", "no_payment_required"})


@dataclass(frozen=True)
class CheckoutRequest:
    """What a customer is to pay for. `key` makes a repetition return the first session;
    it must change whenever anything else here does."""

    key: str
    stripe_customer_id: str
    reference: str
    label: str
    total_cents: int
    currency: str
    expires_at: int
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class SubscribeRequest:
    """What a customer is to subscribe to; `key` as in `CheckoutRequest`. `coupon_id` is of what
    is taken off, if anything is."""

    key: str
    stripe_customer_id: str
    reference: str
    price_id: str
    coupon_id: str
    expires_at: int
    success_url: str
    cancel_url: str


@dataclass(frozen=True)
class CheckoutSession:
    """A Checkout Session as Stripe tells it.

    `reference` is the id of our top-up or subscription, where we started the session; others
    may carry references of their own, so only `is_ours` says that it must be known here.
    `subscription_id` is there once a subscription was paid.
    """

    id: str
    mode: str
    status: str
    payment_status: str
    amount_total: int | None
    currency: str
    livemode: bool
    url: str
    payment_intent: str
    reference: str
    is_ours: bool
    subscription_id: str

    @property
    def is_complete(self) -> bool:
        return self.status == "complete"

    @property
    def is_paid(self) -> bool:
        return self.payment_status in PAID

    @property
    def has_expired(self) -> bool:
        return self.status == "expired"

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> CheckoutSession:
        """Read the object of an API answer or of an event."""
        metadata = thing.get("metadata") or {}
        ours = metadata.get("top_up") or metadata.get("subscription")
        return cls(
            id=thing["id"],
            mode=thing["mode"],
            status=thing.get("status") or "",
            payment_status=thing["payment_status"],
            amount_total=thing.get("amount_total"),
            currency=thing.get("currency") or "",
            livemode=thing["livemode"],
            url=thing.get("url") or "",
            payment_intent=id_of(thing.get("payment_intent")),
            reference=ours or thing.get("client_reference_id") or "",
            is_ours=bool(ours),
            subscription_id=id_of(thing.get("subscription")),
        )


def create_checkout_session(request: CheckoutRequest) -> CheckoutSession:
    """Open a page at Stripe where exactly `total_cents` is paid once.

    Raises `CheckoutExpiryRefused` where it would end sooner than Stripe allows, and
    `StripeObjectMissing` where Stripe does not know the customer.
    """
    ours = {"top_up": request.reference}
    params: SessionCreateParams = {
        "mode": "payment",
        "customer": request.stripe_customer_id,
        "client_reference_id": request.reference,
        "metadata": ours,
        "payment_intent_data": {"metadata": ours},
        "invoice_creation": {"enabled": True, "invoice_data": {"metadata": ours}},
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": request.currency,
                    "unit_amount": request.total_cents,
                    "product_data": {"name": request.label},
                },
            }
        ],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": request.expires_at,
    }
    with refusals():
        made = client().v1.checkout.sessions.create(params, {"idempotency_key": request.key})
    return CheckoutSession.of(made.to_dict())


def create_subscription_session(request: SubscribeRequest) -> CheckoutSession:
    """Open a page at Stripe where a subscription is begun by paying its first period.

    Raises as `create_checkout_session` does, `StripeObjectMissing` for a lost price too.
    """
    ours = {"subscription": request.reference}
    params: SessionCreateParams = {
        "mode": "subscription",
        "customer": request.stripe_customer_id,
        "client_reference_id": request.reference,
        "metadata": ours,
        "subscription_data": {"metadata": ours},
        "line_items": [{"price": request.price_id, "quantity": 1}],
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": request.expires_at,
    }
    if request.coupon_id:
        params["discounts"] = [{"coupon": request.coupon_id}]
    with refusals():
        made = client().v1.checkout.sessions.create(params, {"idempotency_key": request.key})
    return CheckoutSession.of(made.to_dict())


def expire_checkout_session(session_id: str) -> CheckoutSession:
    """Close a session that is open, so that it can't be paid any more; return it as it stands."""
    session = retrieve_checkout_session(session_id)
    if session.status != "open":
        return session
    try:
        with refusals():
            expired = client().v1.checkout.sessions.expire(session_id)
    except StripeRefused:
        # It was paid, or ended, since the look.
        return retrieve_checkout_session(session_id)
    return CheckoutSession.of(expired.to_dict())


def retrieve_checkout_session(session_id: str) -> CheckoutSession:
    """Return the session as it stands at Stripe now."""
    with refusals():
        found = client().v1.checkout.sessions.retrieve(session_id)
    return CheckoutSession.of(found.to_dict())
