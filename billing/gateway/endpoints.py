"""Where Stripe delivers events, and how to tell that they are Stripe's."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import stripe
from django.conf import settings

from billing.errors import WebhookRefused
from billing.gateway.client import client, refusals

if TYPE_CHECKING:
    from stripe.params import WebhookEndpointCreateParams, WebhookEndpointUpdateParams

SIGNATURE_TOLERANCE_SECONDS = 300
UNIX_TIME = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Endpoint:
    """A webhook endpoint at Stripe; `secret` is known only from its creation."""

    id: str
    url: str
    api_version: str
    enabled_events: tuple[str, ...]
    enabled: bool
    as_told: Mapping[str, Any]


def create_webhook_endpoint(*, url: str, events: Sequence[str], uuid: str) -> Endpoint:
    """Have Stripe deliver `events` to `url`; `as_told` holds the secret, this once."""
    params = {
        "url": url,
        "enabled_events": list(events),
        "api_version": settings.STRIPE_API_VERSION,
        "description": "Creditsite",
        "metadata": {"djstripe_uuid": uuid},
    }
    with refusals():
        made = client().v1.webhook_endpoints.create(cast("WebhookEndpointCreateParams", params))
    return _endpoint(made)


def retrieve_webhook_endpoint(endpoint_id: str) -> Endpoint:
    """Return the endpoint; raises `StripeObjectMissing` where Stripe has lost it."""
    with refusals():
        return _endpoint(client().v1.webhook_endpoints.retrieve(endpoint_id))


def update_webhook_endpoint(endpoint_id: str, *, events: Sequence[str]) -> Endpoint:
    """Change which events are delivered, and have them delivered again where it was off."""
    params = {"enabled_events": list(events), "disabled": False}
    with refusals():
        changed = client().v1.webhook_endpoints.update(
            endpoint_id, cast("WebhookEndpointUpdateParams", params)
        )
    return _endpoint(changed)


def delete_webhook_endpoint(endpoint_id: str) -> None:
    """Have Stripe deliver no more to the endpoint."""
    with refusals():
        client().v1.webhook_endpoints.delete(endpoint_id)


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
