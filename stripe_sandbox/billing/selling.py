"""What was sold once, on invoices: beside a subscription, or on an invoice of its own."""

from collections.abc import Sequence

from stripe_sandbox.accounts import Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.collecting import finalize_invoice
from stripe_sandbox.billing.invoicing import bill_items, draft_invoice, item_lines
from stripe_sandbox.resources.invoice_objects import pricing_of
from stripe_sandbox.resources.invoiceitem_objects import item_parent, new_invoice_item


def sold_items(
    activity: Activity,
    customer: Object,
    lines: Sequence[Object],
    subscription: Object | None = None,
) -> list[Object]:
    """Make an invoice item of each line of a Checkout session, and tell of them.

    Args:
        subscription: with whose first invoice they are billed.
    """
    items = []
    for line in lines:
        terms = {
            "amount": line["amount_subtotal"],
            "currency": line["currency"],
            "description": line["description"],
            "metadata": dict(line["metadata"]),
            "parent": subscription and item_parent(subscription["id"]),
            "pricing": pricing_of(line["price"]),
            "quantity": line["quantity"],
        }
        item = new_invoice_item(customer, terms, activity.now(customer))
        items.append(activity.account.add(item))
        activity.emit("invoiceitem.created", item)
    return items


def invoice_sale(
    activity: Activity,
    customer: Object,
    lines: Sequence[Object],
    terms: Object,
    intent: Object | None,
) -> Object:
    """Make the invoice for a sale that was paid already, and tell of it.

    Args:
        lines: of the Checkout session that sold it.
        terms: attributes that differ from the ordinary; see ``new_invoice``.
        intent: has paid it; none when it came to nothing.
    """
    items = sold_items(activity, customer, lines)
    lines_to_bill = item_lines(activity.account, items)
    terms = {"auto_advance": False} | terms
    invoice = draft_invoice(activity, customer, lines_to_bill, terms, leaves_balance=True)
    bill_items(items, invoice)
    finalize_invoice(activity, invoice, paid_by=intent)
    return invoice
