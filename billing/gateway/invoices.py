"""Invoices at Stripe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.gateway.client import client, refusals
from billing.gateway.reading import id_of, moment

PAGE = 100


@dataclass(frozen=True)
class InvoiceLine:
    """One thing an invoice bills. `paid_cents` is its amount less its discounts.

    Only one that `is_period` stands for a whole period of a subscription. One that
    `is_proration` bills the rest of a period, or gives back what was not used of it; others
    are something else.
    """

    id: str
    price_id: str
    quantity: int
    is_period: bool
    is_proration: bool
    paid_cents: int
    period_start: datetime
    period_end: datetime

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> InvoiceLine:
        parent = thing.get("parent") or {}
        period = parent.get("subscription_item_details") or {}
        details = period or parent.get("invoice_item_details") or {}
        price = ((thing.get("pricing") or {}).get("price_details") or {}).get("price")
        discounts = sum(each["amount"] for each in thing.get("discount_amounts") or [])
        is_proration = bool(details.get("proration"))
        return cls(
            id=thing["id"],
            price_id=id_of(price),
            quantity=thing.get("quantity") or 0,
            is_period=bool(period) and not is_proration,
            is_proration=is_proration,
            paid_cents=thing["amount"] - discounts,
            period_start=moment(thing["period"]["start"]),
            period_end=moment(thing["period"]["end"]),
        )


@dataclass(frozen=True)
class SubscriptionInvoice:
    """A subscription's invoice as Stripe tells it; `page_url` is where it can be paid."""

    id: str
    status: str
    subscription_id: str
    reference: str
    billing_reason: str
    currency: str
    livemode: bool
    page_url: str
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
            status=thing["status"] or "",
            subscription_id=id_of(parent["subscription"]),
            reference=(parent.get("metadata") or {}).get("subscription", ""),
            billing_reason=thing.get("billing_reason") or "",
            currency=thing["currency"],
            livemode=thing["livemode"],
            page_url=thing.get("hosted_invoice_url") or "",
            lines=tuple(InvoiceLine.of(line) for line in (*lines["data"], *rest)),
        )

    @property
    def is_paid(self) -> bool:
        return self.status == "paid"

    @property
    def is_open(self) -> bool:
        return self.status == "open"

    @property
    def is_of_change(self) -> bool:
        """Whether a change of the subscription caused it, in the middle of a period."""
        return self.billing_reason == "subscription_update"


def list_subscription_invoices(subscription_id: str) -> Iterator[SubscriptionInvoice]:
    """Return all invoices of a subscription, newest first, page by page as they are read."""
    with refusals():
        page = client().v1.invoices.list({"subscription": subscription_id, "limit": PAGE})
        for invoice in page.auto_paging_iter():
            found = SubscriptionInvoice.of(invoice.to_dict())
            if found:
                yield found


def void_invoice(invoice_id: str) -> None:
    """Declare an open invoice void: nobody owes it any more."""
    with refusals():
        client().v1.invoices.void_invoice(invoice_id)


def _later_lines(invoice_id: str, last: str) -> Iterator[Mapping[str, Any]]:
    with refusals():
        page = client().v1.invoices.line_items.list(
            invoice_id, {"limit": PAGE, "starting_after": last}
        )
        for line in page.auto_paging_iter():
            yield line.to_dict()
