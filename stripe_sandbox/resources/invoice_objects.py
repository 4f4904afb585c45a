"""The shapes of invoices, their lines, and what pays them."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.pagination import as_list

# Parts of Stripe that the sandbox does not have.
OF_NO_USE_HERE = (
    "account_tax_ids",
    "application",
    "custom_fields",
    "customer_account",
    "customer_shipping",
    "default_source",
    "footer",
    "from_invoice",
    "last_finalization_error",
    "latest_revision",
    "on_behalf_of",
    "receipt_number",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "total_taxes",
    "webhooks_delivered_at",
)


def new_invoice(customer: Object, terms: Object, now: int) -> Object:
    """Return a draft without lines.

    Args:
        terms: what differs from the ordinary: ``billing_reason``, ``currency``, ``parent``,
            ``period_start`` and so on, by the names of the invoice's attributes.
    """
    return (
        dict.fromkeys(OF_NO_USE_HERE)
        | _nothing_yet()
        | {
            "id": new_id("invoice"),
            "object": "invoice",
            "account_country": "US",
            "account_name": "Stripe sandbox",
            "auto_advance": True,
            "automatic_tax": _no_tax(),
            "automatically_finalizes_at": None,
            "billing_reason": "manual",
            "collection_method": "charge_automatically",
            "created": now,
            "currency": "usd",
            "customer": customer["id"],
            "customer_address": customer["address"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_phone": customer["phone"],
            "customer_tax_exempt": customer["tax_exempt"],
            "customer_tax_ids": [],
            "default_payment_method": None,
            "default_tax_rates": [],
            "description": None,
            "discounts": [],
            "issuer": {"type": "self"},
            "livemode": False,
            "metadata": {},
            "parent": None,
            "payment_settings": {
                "default_mandate": None,
                "payment_method_options": None,
                "payment_method_types": None,
            },
            "period_end": now,
            "period_start": now,
            "status": "draft",
            "test_clock": customer["test_clock"],
        }
        | terms
    )


def _nothing_yet() -> Object:
    """Return the attributes that finalizing and paying fill in."""
    amounts = (
        "amount_due",
        "amount_overpaid",
        "amount_paid",
        "amount_paid_off_stripe",
        "amount_remaining",
        "amount_shipping",
        "attempt_count",
        "post_payment_credit_notes_amount",
        "pre_payment_credit_notes_amount",
        "starting_balance",
        "subtotal",
        "subtotal_excluding_tax",
        "total",
        "total_excluding_tax",
    )
    later = (
        "due_date",
        "effective_at",
        "ending_balance",
        "hosted_invoice_url",
        "invoice_pdf",
        "next_payment_attempt",
        "number",
    )
    moments = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
    return (
        dict.fromkeys(amounts, 0)
        | dict.fromkeys(later)
        | {
            "attempted": False,
            "lines": as_list([], ""),
            "status_transitions": dict.fromkeys(moments),
            "total_discount_amounts": [],
            "total_pretax_credit_amounts": [],
        }
    )


def _no_tax() -> Object:
    return {
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "provider": None,
        "status": None,
    }


def subscription_parent(subscription: Object, proration_date: int | None = None) -> Object:
    """Return what an invoice says of the subscription it is for."""
    details: Object = {
        "metadata": dict(subscription["metadata"]),
        "subscription": subscription["id"],
    }
    if proration_date is not None:
        details["subscription_proration_date"] = proration_date
    return {
        "quote_details": None,
        "subscription_details": details,
        "type": "subscription_details",
    }


def new_line(
    *,
    amount: int,
    currency: str,
    description: str | None,
    period: tuple[int, int],
    parent: Object,
    price: Object | None,
    quantity: int,
    metadata: Object,
    subscription: str | None = None,
    discountable: bool = True,
) -> Object:
    """Return an invoice line that belongs to no invoice yet; discounts are added later."""
    return {
        "id": new_id("line_item"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": discountable,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": dict(metadata),
        "parent": parent,
        "period": {"end": period[1], "start": period[0]},
        "pretax_credit_amounts": [],
        "pricing": price and pricing_of(price),
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription,
        "subtotal": amount,
        "taxes": [],
    }


def subscription_item_parent(
    subscription: Object, item: Object, *, proration: bool, invoice_item: str | None = None
) -> Object:
    """Return what a line says of the subscription item it bills."""
    details = {
        "invoice_item": invoice_item,
        "proration": proration,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    return {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }


def invoice_item_parent(invoice_item: Object) -> Object:
    """Return what a line says of the invoice item it comes from."""
    owner: Any = invoice_item["parent"]
    details = {
        "invoice_item": invoice_item["id"],
        "proration": invoice_item["proration"],
        "proration_details": {"credited_items": None},
        "subscription": owner and owner["subscription_details"]["subscription"],
    }
    return {
        "invoice_item_details": details,
        "subscription_item_details": None,
        "type": "invoice_item_details",
    }


def pricing_of(price: Object) -> Object:
    """Return the pricing that lines and invoice items show."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def product_of(line: Object) -> str | None:
    """Return the product that a line or an invoice item sells."""
    pricing: Any = line["pricing"]
    return str(pricing["price_details"]["product"]) if pricing else None


def invoice_item_of(line: Object) -> str | None:
    """Return the id of the invoice item that a line bills, if it bills one."""
    parent: Any = line["parent"]
    details = parent[parent["type"]]
    return details["invoice_item"] and str(details["invoice_item"])


def subscription_of(account: Account, invoice: Object) -> Object | None:
    """Return the subscription that an invoice is for, if it is for one."""
    parent: Any = invoice["parent"]
    if not parent:
        return None
    return account.of_kind("subscription").get(parent["subscription_details"]["subscription"])


def new_invoice_payment(invoice: Object, intent: Object, now: int) -> Object:
    """Return the link between an invoice and the intent that is to pay it."""
    return {
        "id": new_id("invoice_payment"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
