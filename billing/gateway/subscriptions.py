"""Subscriptions at Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.gateway.client import client, id_of, refusals


@dataclass(frozen=True)
class StripeSubscription:
    """A subscription as Stripe tells it, as far as it is ours to know.

    `reference` is the id of our row, where we began it. `cancels_at` is set however the end
    was decided: by the API at the period's end, or by the portal for a moment.
    """

    id: str
    status: str
    reference: str
    item_id: str
    price_id: str
    period_start: datetime
    period_end: datetime
    cancels_at: datetime | None
    schedule_id: str
    has_pending_update: bool
    ended_at: datetime | None
    end_reason: str
    livemode: bool

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> StripeSubscription:
        """Read the object of an API answer; those of events may be old."""
        item = thing["items"]["data"][0]
        period_end = moment(item["current_period_end"])
        cancels_at = optional_moment(thing.get("cancel_at"))
        if thing.get("cancel_at_period_end"):
            cancels_at = cancels_at or period_end
        details = thing.get("cancellation_details") or {}
        return cls(
            id=thing["id"],
            status=thing["status"],
            reference=(thing.get("metadata") or {}).get("subscription", ""),
            item_id=item["id"],
            price_id=id_of(item["price"]),
            period_start=moment(item["current_period_start"]),
            period_end=period_end,
            cancels_at=cancels_at,
            schedule_id=id_of(thing.get("schedule")),
            has_pending_update=bool(thing.get("pending_update")),
            ended_at=optional_moment(thing.get("ended_at")),
            end_reason=details.get("reason") or "",
            livemode=thing["livemode"],
        )


def retrieve_subscription(subscription_id: str) -> StripeSubscription:
    """Return the subscription as it stands at Stripe now."""
    with refusals():
        found = client().v1.subscriptions.retrieve(subscription_id)
    return StripeSubscription.of(found.to_dict())


def moment(seconds: int) -> datetime:
    """Return a time of Stripe's."""
    return datetime.fromtimestamp(seconds, UTC)


def optional_moment(seconds: int | None) -> datetime | None:
    """Return a time of Stripe's, if it is one."""
    return None if seconds is None else moment(seconds)
