"""Invoices at Stripe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.gateway.client import client, refusals
from billing.gateway.reading import id_of, moment, optional_moment

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


@dataclass(frozen=True)
class StripeInvoice:
    """Any invoice, as far as a customer wants to look it up; over the network nothing is asked.

    `reference` and `top_up` are the ids of our rows that it carries. `price_id` is of what it
    bills most for.
    """

    id: str
    status: str
    customer_id: str
    subscription_id: str
    reference: str
    top_up: str
    billing_reason: str
    number: str
    price_id: str
    total_cents: int
    currency: str
    page_url: str
    pdf_url: str
    issued_at: datetime
    paid_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    livemode: bool

    @classmethod
    def of(cls, thing: Mapping[str, Any]) -> StripeInvoice:
        parent = (thing.get("parent") or {}).get("subscription_details") or {}
        times = thing["status_transitions"]
        lines = [InvoiceLine.of(line) for line in thing["lines"]["data"]]
        largest = max(lines, key=lambda line: line.paid_cents, default=None)
        return cls(
            id=thing["id"],
            status=thing["status"] or "",
            customer_id=id_of(thing.get("customer")),
            subscription_id=id_of(parent.get("subscription")),
            reference=(parent.get("metadata") or {}).get("subscription", ""),
            top_up=(thing.get("metadata") or {}).get("top_up", ""),
            billing_reason=thing.get("billing_reason") or "",
            number=thing.get("number") or "",
            price_id=largest.price_id if largest else "",
            total_cents=thing["total"],
            currency=thing["currency"],
            page_url=thing.get("hosted_invoice_url") or "",
            pdf_url=thing.get("invoice_pdf") or "",
            issued_at=moment(times.get("finalized_at") or thing["created"]),
            paid_at=optional_moment(times.get("paid_at")),
            attempts=thing.get("attempt_count") or 0,
            next_attempt_at=optional_moment(thing.get("next_payment_attempt")),
            livemode=thing["livemode"],
        )

    @property
    def is_draft(self) -> bool:
        return self.status == "draft"

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
