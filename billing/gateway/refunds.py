"""Refunds at Stripe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.gateway.client import client, refusals
from billing.gateway.reading import id_of, moment


@dataclass(frozen=True)
class StripeRefund:
    """Money that goes back for a card payment; `charge_id` is empty where it was none."""

    id: str
    charge_id: str
    status: str
    cents: int
    currency: str
    reason: str
    created_at: datetime

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> StripeRefund:
        return cls(
            id=thing["id"],
            charge_id=id_of(thing.get("charge")),
            # Stripe may leave it open; the money is on its way then.
            status=thing["status"] or "pending",
            cents=thing["amount"],
            currency=thing["currency"],
            reason=thing.get("reason") or "",
            created_at=moment(thing["created"]),
        )


def customer_of_charge(charge_id: str) -> str:
    """Return the id of the customer who paid a charge; empty where it was nobody known."""
    with refusals():
        return id_of(client().v1.charges.retrieve(charge_id).customer)
