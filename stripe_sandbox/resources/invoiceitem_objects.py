"""The shape of invoice items: amounts that wait for an invoice."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.resources.invoice_objects import pricing_of


def new_invoice_item(customer: Object, terms: Object, now: int) -> Object:
    """Return an item of no invoice yet.

    Args:
        terms: what differs from the ordinary, by the names of the item's attributes.
    """
    item = {
        "id": new_id("invoiceitem"),
        "object": "invoiceitem",
        "amount": 0,
        "currency": "usd",
        "customer": customer["id"],
        "customer_account": None,
        "date": now,
        "description": None,
        "discountable": True,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": None,
        "period": {"end": now, "start": now},
        "pricing": None,
        "proration": False,
        "quantity": 1,
        "quantity_decimal": "1",
        "tax_rates": [],
        "test_clock": customer["test_clock"],
    } | terms
    return item | {"net_amount": item["amount"], "quantity_decimal": str(item["quantity"])}


def new_proration(
    subscription: Object, item: Object, amount: int, description: str, period: tuple[int, int]
) -> Object:
    """Return a credit or a charge for a part of a subscription item's period."""
    start, end = period
    owner = {"id": subscription["customer"], "test_clock": subscription["test_clock"]}
    terms = {
        "amount": amount,
        "currency": item["price"]["currency"],
        "description": description,
        "discountable": False,
        "metadata": merged_metadata({}, item["metadata"]),
        "parent": item_parent(subscription["id"], item["id"]),
        "period": {"end": end, "start": start},
        "pricing": pricing_of(item["price"]),
        "proration": True,
        "proration_details": {"credited_items": None, "discount_amounts": []},
        "quantity": item["quantity"],
    }
    return new_invoice_item(owner, terms, start)


def item_parent(subscription_id: str, subscription_item_id: str | None = None) -> Object:
    """Return what an invoice item says of the subscription it belongs to."""
    details = {"subscription": subscription_id}
    if subscription_item_id:
        details["subscription_item"] = subscription_item_id
    return {"subscription_details": details, "type": "subscription_details"}
