"""Keep what Stripe told us."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from billing import jobs
from billing.models import StripeEvent, StripeEventState
from creditsite.kernel import clock
from creditsite.kernel.sql import fetch_prepared

LONGEST_ID = 255
COLUMNS = (
    *("event_id", "type", "created", "livemode", "api_version", "stripe_customer_id", "payload"),
    *("state", "received_at", "processed_at", "attempts", "error", "mirror_error", "replayed_by"),
)
# Event and job in one statement: Stripe waits for the answer, and so does whoever pays.
KEEP = f"""
    WITH kept AS (
        INSERT INTO {StripeEvent._meta.db_table} ({", ".join(COLUMNS)})
        VALUES ({", ".join(["%s"] * len(COLUMNS))})
        ON CONFLICT (event_id) DO NOTHING
        RETURNING id
    )
    SELECT {jobs.DEFERRED_FOR.format(event="kept.id")} FROM kept
"""


def receive_stripe_event(*, payload: Mapping[str, Any], text: str, handled: bool) -> bool:
    """Put a verified event into the inbox with the job it needs, once per event id.

    `text` is the payload as JSON. `handled` says whether anything of ours is to be done about
    events of its type; of others only dj-stripe's copies are brought up to date. Returns
    whether the event is new. One round trip; makes no call to Stripe.
    """
    now = clock.now()
    customer = _customer_of(payload["data"]["object"])
    job = jobs.processing if handled else jobs.mirroring
    values = (
        payload["id"],
        payload["type"],
        datetime.fromtimestamp(payload["created"], UTC),
        payload["livemode"],
        payload.get("api_version") or "",
        customer,
        text,
        StripeEventState.RECEIVED if handled else StripeEventState.IGNORED,
        now,
        None if handled else now,
        *(0, "", "", ""),
    )
    return bool(fetch_prepared(KEEP, [*values, *job(lane=customer or payload["id"])]))


def _customer_of(subject: Mapping[str, Any]) -> str:
    customer = subject.get("id") if subject.get("object") == "customer" else subject.get("customer")
    if isinstance(customer, Mapping):
        customer = customer.get("id")
    return str(customer or "")[:LONGEST_ID]
