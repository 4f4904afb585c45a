"""Draft invoices: which lines they have, and what they come to."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.billing.discounting import coupon_of, discount_amounts
from stripe_sandbox.pagination import first_page
from stripe_sandbox.resources.invoice_objects import (
    invoice_item_parent,
    new_invoice,
    new_line,
    product_of,
    subscription_item_parent,
    subscription_parent,
)
from stripe_sandbox.resources.subscription_objects import items_of, period_of

SMALLEST_CHARGE = 50
DAY = 24 * 3600


def draft_invoice(
    activity: Activity,
    customer: Object,
    lines: list[Object],
    terms: Object,
    subscription: Object | None = None,
    *,
    leaves_balance: bool = False,
) -> Object:
    """Make a draft with these lines, under the discounts of its subscription.

    Args:
        terms: attributes that differ from the ordinary; see ``new_invoice``.
        leaves_balance: its total was paid already, so the customer's balance stays as it is.
    """
    now = activity.now(customer)
    if subscription:
        terms = _terms_of(subscription, now) | terms
    invoice = activity.account.add(new_invoice(customer, terms, now))
    if leaves_balance:
        activity.account.details_of(invoice["id"])["leaves_balance"] = True
    put_lines(activity.account, invoice, lines)
    if subscription:
        subscription["latest_invoice"] = invoice["id"]
    activity.emit("invoice.created", invoice)
    return invoice


def _terms_of(subscription: Object, now: int) -> Object:
    days = subscription["days_until_due"]
    return {
        "collection_method": subscription["collection_method"],
        "currency": subscription["currency"],
        "description": subscription["description"],
        "discounts": list(subscription["discounts"]),
        "due_date": None if days is None else now + days * DAY,
        "parent": subscription_parent(subscription),
    }


def put_lines(account: Account, invoice: Object, lines: list[Object]) -> None:
    """Give a draft its lines, and add it up; copies of them, so that earlier copies stay."""
    lines = [line | {"invoice": invoice["id"]} for line in lines]
    account.details_of(invoice["id"])["lines"] = lines
    add_up(account, invoice, lines)
    invoice["lines"] = first_page(lines, f"/v1/invoices/{invoice['id']}/lines")


def lines_of(account: Account, invoice: Object) -> list[Object]:
    """Return all lines of an invoice, also those beyond the first page."""
    lines: list[Object] = account.details_of(invoice["id"])["lines"]
    return lines


def add_up(account: Account, invoice: Object, lines: list[Object]) -> None:
    """Set a draft's amounts from its lines, discounts and the customer's balance."""
    _discount(account, invoice, lines)
    subtotal = sum(line["amount"] for line in lines)
    total = subtotal - sum(each["amount"] for each in invoice["total_discount_amounts"])
    customer = account.of_kind("customer").get(invoice["customer"]) or {}
    balance = customer.get("balance", 0)
    leaves_balance = account.details.get(invoice["id"], {}).get("leaves_balance")
    amount_due = total if leaves_balance else amount_to_collect(total, balance)
    invoice |= {
        "amount_due": amount_due,
        "amount_remaining": amount_due,
        "starting_balance": balance,
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_excluding_tax": total,
    }


def amount_to_collect(total: int, balance: int) -> int:
    """Return what an invoice asks for beside a customer's balance.

    What is too little for a card waits in the balance, as what is owed to the customer does.
    """
    due = total + balance
    return due if due >= SMALLEST_CHARGE else 0


def balance_after(invoice: Object) -> int:
    """Return what the customer's balance becomes when the invoice is finalized."""
    return int(invoice["total"] + invoice["starting_balance"] - invoice["amount_due"])


def _discount(account: Account, invoice: Object, lines: list[Object]) -> None:
    """Take each line's own discounts off it, and then the invoice's, one after the other."""
    for line in lines:
        line["discount_amounts"] = []
    totals = []
    for line in lines:
        totals += [_take_off(account, discount_id, [line]) for discount_id in line["discounts"]]
    totals += [_take_off(account, discount_id, lines) for discount_id in invoice["discounts"]]
    invoice["total_discount_amounts"] = totals


def _take_off(account: Account, discount_id: str, lines: list[Object]) -> Object:
    """Take one discount off what earlier ones have left of lines; return what it came to."""
    bases = [(_left_of(line), product_of(line), line["discountable"]) for line in lines]
    shares = discount_amounts(coupon_of(account, discount_id), bases)
    for line, share in zip(lines, shares, strict=True):
        if line["discountable"]:
            line["discount_amounts"].append({"amount": share, "discount": discount_id})
    return {"amount": sum(shares), "discount": discount_id}


def _left_of(line: Object) -> int:
    return int(line["amount"] - sum(each["amount"] for each in line["discount_amounts"]))


def cycle_lines(subscription: Object, period: tuple[int, int] | None = None) -> list[Object]:
    """Return the lines for one whole period of a subscription; none by default means its own."""
    period = period or period_of(subscription)
    return [
        new_line(
            amount=full_amount(item["price"], item["quantity"]),
            currency=item["price"]["currency"],
            description=None,
            period=period,
            parent=subscription_item_parent(subscription, item, proration=False),
            price=item["price"],
            quantity=item["quantity"],
            metadata=subscription["metadata"],
            subscription=subscription["id"],
        )
        for item in items_of(subscription)
    ]


def described(account: Account, lines: list[Object]) -> list[Object]:
    """Give lines the words that a customer reads, e.g. ``1 × Starter``."""
    for line in lines:
        if line["description"] is None and line["pricing"]:
            product = account.of_kind("product").get(product_of(line) or "") or {}
            line["description"] = f"{line['quantity']} × {product.get('name', 'deleted product')}"
    return lines


def pending_items(account: Account, customer_id: str, subscription: Object | None) -> list[Object]:
    """Return the invoice items that wait for the next invoice, of a subscription or of none."""
    wanted = subscription and subscription["id"]
    return [
        item
        for item in account.of_kind("invoiceitem").values()
        if item["customer"] == customer_id
        and item["invoice"] is None
        and (wanted is None or _subscription_id(item) in (None, wanted))
        and (wanted is not None or _subscription_id(item) is None)
    ]


def _subscription_id(item: Object) -> str | None:
    return item["parent"] and str(item["parent"]["subscription_details"]["subscription"])


def item_lines(account: Account, items: list[Object]) -> list[Object]:
    """Return the lines that bill invoice items."""
    return described(account, [item_line(item) for item in items])


def item_line(item: Object) -> Object:
    """Return the line that bills an invoice item."""
    details = item["parent"] and item["parent"]["subscription_details"]
    if details and details.get("subscription_item"):
        parent = subscription_item_parent(
            {"id": details["subscription"]},
            {"id": details["subscription_item"]},
            proration=item["proration"],
            invoice_item=item["id"],
        )
    else:
        parent = invoice_item_parent(item)
    line = new_line(
        amount=item["amount"],
        currency=item["currency"],
        description=item["description"],
        period=(item["period"]["start"], item["period"]["end"]),
        parent=parent,
        price=None,
        quantity=item["quantity"],
        metadata=item["metadata"],
        subscription=details and details["subscription"],
        discountable=item["discountable"],
    )
    return line | {"discounts": list(item["discounts"]), "pricing": item["pricing"]}


def bill_items(items: list[Object], invoice: Object) -> None:
    """Note on invoice items which invoice bills them."""
    for item in items:
        item["invoice"] = invoice["id"]
