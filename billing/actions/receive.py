"""Keep what Stripe told us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from billing.jobs import defer_mirroring, defer_processing
from billing.models import StripeEvent, StripeEventState
from creditsite.kernel import clock

LONGEST_ID = 255


@transaction.atomic
def receive_stripe_event(*, payload: Mapping[str, Any], handled: bool) -> tuple[StripeEvent, bool]:
    """Put a verified event into the inbox with the job it needs, once per event id.

    `handled` says whether anything of ours is to be done about events of its type; of others
    only dj-stripe's copies are brought up to date. Returns the row and whether it is new.
    Makes no call to Stripe.
    """
    event, made = StripeEvent.objects.get_or_create(
        event_id=payload["id"],
        defaults={
            "type": payload["type"],
            "created": datetime.fromtimestamp(payload["created"], UTC),
            "livemode": payload["livemode"],
            "api_version": payload.get("api_version") or "",
            "stripe_customer_id": _customer_of(payload["data"]["object"]),
            "payload": payload,
            "state": StripeEventState.RECEIVED if handled else StripeEventState.IGNORED,
            "processed_at": None if handled else clock.now(),
        },
    )
    if made and handled:
        defer_processing(event)
    elif made:
        defer_mirroring(event)
    return event, made


def _customer_of(subject: Mapping[str, Any]) -> str:
    customer = subject.get("id") if subject.get("object") == "customer" else subject.get("customer")
    if isinstance(customer, Mapping):
        customer = customer.get("id")
    return str(customer or "")[:LONGEST_ID]
