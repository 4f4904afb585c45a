"""Subscriptions at Stripe: how they stand, and their ends."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.errors import StripeObjectMissing
from billing.gateway.client import client, refusals
from billing.gateway.invoices import SubscriptionInvoice
from billing.gateway.reading import id_of, moment, optional_moment


@dataclass(frozen=True)
class StripeSubscription:
    """A subscription as Stripe tells it, as far as it is ours to know.

    `reference` is the id of our row, where we began it. `cancels_at` is set however the end
    was decided; `cancels_by_flag` says that it was at the period's end, not for a moment.
    `waiting_price_id` is of a change that waits for its invoice to be paid, `next_price_id` of
    one that a schedule makes at the period's end. The newest invoice, and what a schedule
    holds, are there only where Stripe was asked; see `retrieve_subscription`.
    """

    id: str
    status: str
    reference: str
    item_id: str
    price_id: str
    period_start: datetime
    period_end: datetime
    cancels_at: datetime | None
    cancels_by_flag: bool
    schedule_id: str
    next_price_id: str
    waiting_price_id: str
    ended_at: datetime | None
    end_reason: str
    livemode: bool
    latest_invoice: SubscriptionInvoice | None

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> StripeSubscription:
        """Read the object of an API answer; those of events may be old."""
        item = thing["items"]["data"][0]
        period_end = moment(item["current_period_end"])
        cancels_at = optional_moment(thing.get("cancel_at"))
        by_flag = bool(thing.get("cancel_at_period_end"))
        details = thing.get("cancellation_details") or {}
        invoice = thing.get("latest_invoice")
        return cls(
            id=thing["id"],
            status=thing["status"],
            reference=(thing.get("metadata") or {}).get("subscription", ""),
            item_id=item["id"],
            price_id=id_of(item["price"]),
            period_start=moment(item["current_period_start"]),
            period_end=period_end,
            cancels_at=cancels_at or (period_end if by_flag else None),
            cancels_by_flag=by_flag,
            schedule_id=id_of(thing.get("schedule")),
            next_price_id=_next_price(thing.get("schedule")),
            waiting_price_id=_waiting_price(thing.get("pending_update")),
            ended_at=optional_moment(thing.get("ended_at")),
            end_reason=details.get("reason") or "",
            livemode=thing["livemode"],
            latest_invoice=SubscriptionInvoice.of(invoice)
            if isinstance(invoice, Mapping)
            else None,
        )


def _next_price(schedule: Any) -> str:
    """Return the price of a schedule's next phase."""
    if not isinstance(schedule, Mapping) or schedule["current_phase"] is None:
        return ""
    now_ends = schedule["current_phase"]["end_date"]
    later = [phase for phase in schedule["phases"] if phase["start_date"] >= now_ends]
    return id_of(later[0]["items"][0]["price"]) if later else ""


def _waiting_price(update: Mapping[str, Any] | None) -> str:
    items = (update or {}).get("subscription_items")
    return id_of(items[0]["price"]) if items else ""


def retrieve_subscription(subscription_id: str) -> StripeSubscription:
    """Return the subscription as it stands at Stripe now, with its newest invoice."""
    with refusals():
        found = client().v1.subscriptions.retrieve(
            subscription_id, {"expand": ["schedule", "latest_invoice"]}
        )
    return StripeSubscription.of(found.to_dict())


def cancel_at_period_end(subscription_id: str) -> None:
    """Have the subscription end with its period. No schedule may be in force."""
    with refusals():
        client().v1.subscriptions.update(subscription_id, {"cancel_at_period_end": True})


def keep_going(subscription: StripeSubscription) -> None:
    """Take back a decided end, however it was decided."""
    with refusals():
        client().v1.subscriptions.update(
            subscription.id,
            {"cancel_at_period_end": False} if subscription.cancels_by_flag else {"cancel_at": ""},
        )


def cancel_now(subscription_id: str) -> None:
    """End the subscription at once; nothing is paid back. Repeating it changes nothing."""
    with suppress(StripeObjectMissing), refusals():
        client().v1.subscriptions.cancel(subscription_id, {"prorate": False})
