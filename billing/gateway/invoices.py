"""Invoices at Stripe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.gateway.client import client, id_of, refusals
from billing.gateway.subscriptions import moment

PAGE = 100


@dataclass(frozen=True)
class InvoiceLine:
    """One thing an invoice bills. `paid_cents` is its amount less its discounts.

    Only one that `is_period` stands for a whole period of a subscription; others are parts of
    one, credits for what was not used, or something else.
    """

    id: str
    price_id: str
    quantity: int
    is_period: bool
    paid_cents: int
    period_start: datetime
    period_end: datetime

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> InvoiceLine:
        details = (thing.get("parent") or {}).get("subscription_item_details") or {}
        price = ((thing.get("pricing") or {}).get("price_details") or {}).get("price")
        discounts = sum(each["amount"] for each in thing.get("discount_amounts") or [])
        return cls(
            id=thing["id"],
            price_id=id_of(price),
            quantity=thing.get("quantity") or 0,
            is_period=bool(details) and not details["proration"],
            paid_cents=thing["amount"] - discounts,
            period_start=moment(thing["period"]["start"]),
            period_end=moment(thing["period"]["end"]),
        )


@dataclass(frozen=True)
class SubscriptionInvoice:
    """A subscription's invoice as Stripe tells it."""

    id: str
    subscription_id: str
    reference: str
    billing_reason: str
    currency: str
    livemode: bool
    lines: tuple[InvoiceLine, ...]

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> SubscriptionInvoice | None:
        """Read an invoice, with all its lines; None where it is no subscription's.

        More lines than the object brings are asked for, over the network.
        """
        parent = (thing.get("parent") or {}).get("subscription_details")
        if not parent:
            return None
        lines = thing["lines"]
        rest = _later_lines(thing["id"], lines["data"][-1]["id"]) if lines["has_more"] else ()
        return cls(
            id=thing["id"],
            subscription_id=id_of(parent["subscription"]),
            reference=(parent.get("metadata") or {}).get("subscription", ""),
            billing_reason=thing.get("billing_reason") or "",
            currency=thing["currency"],
            livemode=thing["livemode"],
            lines=tuple(InvoiceLine.of(line) for line in (*lines["data"], *rest)),
        )


def _later_lines(invoice_id: str, last: str) -> Iterator[Mapping[str, Any]]:
    with refusals():
        page = client().v1.invoices.line_items.list(
            invoice_id, {"limit": PAGE, "starting_after": last}
        )
        for line in page.auto_paging_iter():
            yield line.to_dict()
