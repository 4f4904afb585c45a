"""Stripe's API, as far as this product uses it: plain values in, plain values out.

The only importer of `stripe`. Calls go over the network: never make one inside a transaction.
Every call raises `StripeUnavailable` or `StripeRefused`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import stripe
from django.conf import settings

from billing.errors import (
    CheckoutExpiryRefused,
    StripeObjectMissing,
    StripeRefused,
    StripeUnavailable,
    WebhookRefused,
)

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointCreateParams, WebhookEndpointUpdateParams
    from stripe.params.checkout import SessionCreateParams

logger = logging.getLogger(__name__)

# Together well below the minute after which the page gives up.
CONNECT_SECONDS, READ_SECONDS = 3, 10
NETWORK_RETRIES = 1
RETRY_AFTER_SECONDS = 5
SIGNATURE_TOLERANCE_SECONDS = 300
UNIX_TIME = re.compile(r"[0-9]{1,12}")
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
class CheckoutSession:
    """A Checkout Session as Stripe tells it.

    `reference` is the id of our top-up, where we started the session; others may carry
    references of their own, so only `is_ours` says that it must be known here.
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
        return cls(
            id=thing["id"],
            mode=thing["mode"],
            status=thing.get("status") or "",
            payment_status=thing["payment_status"],
            amount_total=thing.get("amount_total"),
            currency=thing.get("currency") or "",
            livemode=thing["livemode"],
            url=thing.get("url") or "",
            payment_intent=_id_of(thing.get("payment_intent")),
            reference=metadata.get("top_up") or thing.get("client_reference_id") or "",
            is_ours="top_up" in metadata,
        )


@dataclass(frozen=True)
class Endpoint:
    """A webhook endpoint at Stripe; `secret` is known only from its creation."""

    id: str
    url: str
    api_version: str
    enabled_events: tuple[str, ...]
    enabled: bool
    as_told: Mapping[str, Any]


def create_customer(*, email: str, user_id: int, key: str) -> str:
    """Make a customer at Stripe and return its id; the same `key` returns the first one."""
    with _refusals():
        made = _client().v1.customers.create(
            {
                "email": email,
                # By this dj-stripe links its copy to the log-in.
                "metadata": {settings.DJSTRIPE_SUBSCRIBER_CUSTOMER_KEY: str(user_id)},
            },
            {"idempotency_key": key},
        )
    return made.id


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
    with _refusals():
        made = _client().v1.checkout.sessions.create(params, {"idempotency_key": request.key})
    return CheckoutSession.of(made.to_dict())


def retrieve_checkout_session(session_id: str) -> CheckoutSession:
    """Return the session as it stands at Stripe now."""
    with _refusals():
        found = _client().v1.checkout.sessions.retrieve(session_id)
    return CheckoutSession.of(found.to_dict())


def create_webhook_endpoint(*, url: str, events: Sequence[str], uuid: str) -> Endpoint:
    """Have Stripe deliver `events` to `url`; `as_told` holds the secret, this once."""
    params = {
        "url": url,
        "enabled_events": list(events),
        "api_version": settings.STRIPE_API_VERSION,
        "description": "Creditsite",
        "metadata": {"djstripe_uuid": uuid},
    }
    with _refusals():
        made = _client().v1.webhook_endpoints.create(cast("WebhookEndpointCreateParams", params))
    return _endpoint(made)


def retrieve_webhook_endpoint(endpoint_id: str) -> Endpoint:
    """Return the endpoint; raises `StripeObjectMissing` where Stripe has lost it."""
    with _refusals():
        return _endpoint(_client().v1.webhook_endpoints.retrieve(endpoint_id))


def update_webhook_endpoint(endpoint_id: str, *, events: Sequence[str]) -> Endpoint:
    """Change which events are delivered, and have them delivered again where it was off."""
    params = {"enabled_events": list(events), "disabled": False}
    with _refusals():
        changed = _client().v1.webhook_endpoints.update(
            endpoint_id, cast("WebhookEndpointUpdateParams", params)
        )
    return _endpoint(changed)


def delete_webhook_endpoint(endpoint_id: str) -> None:
    """Have Stripe deliver no more to the endpoint."""
    with _refusals():
        _client().v1.webhook_endpoints.delete(endpoint_id)


def verify_signature(*, body: bytes, header: str, secrets: Sequence[str]) -> None:
    """Raise `WebhookRefused` unless one of `secrets` signed `body` within five minutes of now.

    No network. Stripe's own check knows no future: a clock set wrong would let a caught
    delivery be sent again for as long as it is wrong.
    """
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    # Exactly one, so that the time checked here is the time that was signed.
    if not header.isascii() or len(times) != 1 or not UNIX_TIME.fullmatch(times[0]):
        raise WebhookRefused("The signature is missing or can't be read.")
    if abs(time.time() - int(times[0])) > SIGNATURE_TOLERANCE_SECONDS:
        raise WebhookRefused("The signature is too old or from the future.")
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, SIGNATURE_TOLERANCE_SECONDS)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return
    raise WebhookRefused("The signature is not Stripe's for this endpoint.")


def limit_default_timeouts() -> None:
    """Bound the calls dj-stripe makes through stripe's module-wide client (80 s by default)."""
    stripe.default_http_client = stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS))
    stripe.max_network_retries = NETWORK_RETRIES


def _client() -> stripe.StripeClient:
    return _made_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@lru_cache(maxsize=4)
def _made_client(secret_key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base} if api_base else None,
        stripe_version=settings.STRIPE_API_VERSION,
        max_network_retries=NETWORK_RETRIES,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what stripe raises into refusals of ours."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.APIError, stripe.RateLimitError) as error:
        logger.warning("Stripe can't be reached: %s", error)
        raise StripeUnavailable(
            "Nothing was charged. It is safe to try again in a moment.",
            retry_after=RETRY_AFTER_SECONDS,
        ) from error
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            raise StripeObjectMissing(f"Stripe says: {error.user_message}") from error
        if error.param == "expires_at":
            raise CheckoutExpiryRefused(f"Stripe says: {error.user_message}") from error
        raise _refused(error) from error
    except stripe.StripeError as error:
        raise _refused(error) from error


def _refused(error: stripe.StripeError) -> StripeRefused:
    # Not the customer's fault and not for the customer's eyes: keys and settings are ours.
    logger.error("Stripe refused a request: %s", error)
    return StripeRefused("Nothing was charged. Please tell us that this happened.")


def _endpoint(thing: stripe.WebhookEndpoint) -> Endpoint:
    told = thing.to_dict()
    return Endpoint(
        id=told["id"],
        url=told["url"],
        api_version=told.get("api_version") or "",
        enabled_events=tuple(told["enabled_events"]),
        enabled=told["status"] == "enabled",
        as_told=told,
    )


def _id_of(thing: Any) -> str:
    """Return the id of a reference, which Stripe may send expanded or not at all."""
    if isinstance(thing, Mapping):
        return str(thing["id"])
    return thing or ""
