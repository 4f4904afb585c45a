"""Have Stripe tell us what happens."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from djstripe.models import APIKey, WebhookEndpoint

from billing import gateway
from billing.errors import StripeObjectMissing
from billing.gateway import Endpoint

# Rows of addresses that Stripe itself was never told.
LOCAL_PREFIX = "we_local_"


class EndpointStep(Enum):
    """What had to be done so that the endpoint stands."""

    KEPT = "The webhook endpoint stands already."
    MADE = "The webhook endpoint was made."
    CHANGED = "The webhook endpoint now gets the events of this version."
    MADE_ANEW = "The webhook endpoint was made anew."
    LOCAL = "Stripe can't reach this address from outside, so no endpoint was made there."


@dataclass(frozen=True)
class SetUpEndpoint:
    """Where events are to be delivered, and what was done about it."""

    url: str
    step: EndpointStep


def set_up_webhook_endpoint(*, base_url: str, events: Sequence[str]) -> SetUpEndpoint:
    """Make sure that Stripe delivers `events` to this site at `base_url`; repeating is harmless.

    The path stays the same for good. An endpoint that Stripe has lost, whose secret is not
    known, or with another address or API version is made anew; signatures by its old secret
    are refused from then on. For an address that only this machine can reach nothing is made
    at Stripe itself: `stripe listen` has to forward, and `SUBSCRIPTION_WEBHOOK_SECRET` to be set.

    Not for use inside a transaction. Raises `StripeUnavailable`, `StripeRefused`.
    """
    _forget_old_keys()
    row = WebhookEndpoint.objects.filter(livemode=settings.STRIPE_LIVE_MODE).order_by("pk").first()
    uuid = row.djstripe_uuid if row else uuid4()
    url = base_url.rstrip("/") + reverse("djstripe:djstripe_webhook_by_uuid", args=[uuid])
    if not settings.STRIPE_API_BASE and is_private(base_url):
        _keep_local(row, url=url, uuid=uuid, events=events)
        return SetUpEndpoint(url, EndpointStep.LOCAL)
    known = _known_to_stripe(row)
    if row and known and row.secret and _is_right(known, url):
        if known.enabled and set(known.enabled_events) == set(events):
            return SetUpEndpoint(url, EndpointStep.KEPT)
        changed = gateway.update_webhook_endpoint(known.id, events=events)
        WebhookEndpoint.sync_from_stripe_data(dict(changed.as_told))
        return SetUpEndpoint(url, EndpointStep.CHANGED)
    if known:
        gateway.delete_webhook_endpoint(known.id)
    made = gateway.create_webhook_endpoint(url=url, events=events, uuid=str(uuid))
    _replace(row, made)
    return SetUpEndpoint(url, EndpointStep.MADE_ANEW if row else EndpointStep.MADE)


def is_private(url: str) -> bool:
    """Whether an address can't be reached from the internet, as far as its text tells."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal", ".test"))


def _forget_old_keys() -> None:
    # dj-stripe goes on using the first key it ever saw, from its table, after a change of keys.
    APIKey.objects.filter(livemode=settings.STRIPE_LIVE_MODE).exclude(
        secret=settings.STRIPE_SECRET_KEY
    ).delete()


def _known_to_stripe(row: WebhookEndpoint | None) -> Endpoint | None:
    if row is None or row.id.startswith(LOCAL_PREFIX):
        return None
    try:
        return gateway.retrieve_webhook_endpoint(row.id)
    except StripeObjectMissing:
        return None


def _is_right(known: Endpoint, url: str) -> bool:
    return known.url == url and known.api_version == settings.STRIPE_API_VERSION


@transaction.atomic
def _replace(row: WebhookEndpoint | None, made: Endpoint) -> None:
    if row:
        WebhookEndpoint.objects.filter(pk=row.pk).delete()
    WebhookEndpoint.sync_from_stripe_data(dict(made.as_told))


@transaction.atomic
def _keep_local(
    row: WebhookEndpoint | None, *, url: str, uuid: UUID, events: Sequence[str]
) -> None:
    if row:
        WebhookEndpoint.objects.filter(pk=row.pk).delete()
    WebhookEndpoint.objects.create(
        id=f"{LOCAL_PREFIX}{uuid.hex}",
        djstripe_uuid=uuid,
        url=url,
        enabled_events=list(events),
        api_version=settings.STRIPE_API_VERSION,
        status="enabled",
        livemode=settings.STRIPE_LIVE_MODE,
        metadata={},
    )
