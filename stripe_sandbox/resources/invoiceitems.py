"""``/v1/invoiceitems``: amounts that wait for an invoice, or are added to a draft."""

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.invoicing import item_lines, lines_of, put_lines
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, list_kind, within
from stripe_sandbox.parameters import Boolean, Currency, Fields, Moments, Text
from stripe_sandbox.resources.invoice_objects import invoice_item_of, product_of
from stripe_sandbox.resources.invoice_parameters import ITEM_TERMS, PRICING
from stripe_sandbox.resources.invoice_terms import make_discounts, not_editable, wanted_discounts
from stripe_sandbox.resources.invoiceitem_amounts import (
    PRICE_DATA,
    Cost,
    SignedDecimal,
    cost_of,
    name_of,
    recounted,
)
from stripe_sandbox.resources.invoiceitem_objects import item_parent, new_invoice_item
from stripe_sandbox.resources.item_choices import keep_prices

expandable(
    "invoiceitem",
    "customer",
    "discounts",
    "invoice",
    "pricing.price_details.price",
    "proration_details.discount_amounts.discount",
    "test_clock",
)

ATTRIBUTES: Fields = {
    **ITEM_TERMS,
    "price_data": PRICE_DATA,
    "pricing": PRICING,
    "unit_amount_decimal": SignedDecimal(clearable=False),
}
NOT_YET = ("quantity_decimal", "tax_behavior", "tax_code", "tax_rates")


@operation(
    "POST",
    "/v1/invoiceitems",
    {
        **ATTRIBUTES,
        "currency": Currency(clearable=False),
        "customer": Text(clearable=False),
        "invoice": Text(clearable=False),
        "subscription": Text(clearable=False),
    },
    not_yet=(*NOT_YET, "customer_account"),
)
def create_invoice_item(call: Call) -> Object:
    """Make an item that waits for an invoice, or add it to a draft."""
    sent, account = call.sent, call.account
    if not sent.get("customer"):
        raise missing("customer")
    customer = account.get("customer", sent["customer"], "customer")
    invoice = _draft(call, customer["id"])
    cost = cost_of(call, sent, invoice["currency"] if invoice else customer["currency"] or "usd")
    if cost is None:
        raise missing("amount")
    _check_currency(invoice, cost)
    owner = _subscription_id(call, customer["id"], invoice)
    products = [cost.price["product"]] if cost.price else None
    _, chosen = wanted_discounts(call, customer, cost.currency, products=products)
    terms = cost.attributes() | {
        "description": sent.get("description") or name_of(account, cost.price),
        "discountable": sent.get("discountable", cost.amount >= 0),
        "metadata": merged_metadata({}, sent.get("metadata")),
        "parent": item_parent(owner) if owner else None,
    }
    if sent.get("period"):
        terms["period"] = _checked_period(sent["period"])
    item = account.add(new_invoice_item(customer, terms, call.now(customer)))
    _keep_price(account, item, cost)
    made = make_discounts(call, customer, chosen, invoice_item=item["id"])
    item["discounts"] = [discount["id"] for discount in made]
    item["invoice"] = invoice and invoice["id"]
    call.emit("invoiceitem.created", item)
    if invoice:
        _rewrite(call, invoice, [*lines_of(account, invoice), *item_lines(account, [item])])
    return item


def _draft(call: Call, customer_id: str) -> Object | None:
    """Return the draft to add to, if one was named."""
    if not call.sent.get("invoice"):
        return None
    invoice = call.account.get("invoice", call.sent["invoice"], "invoice")
    if invoice["customer"] != customer_id:
        raise invalid_request(
            f"The invoice {invoice['id']} is not of the customer {customer_id}.", "invoice"
        )
    if invoice["status"] != "draft":
        raise not_editable("Items can be added to draft invoices only.", "invoice")
    return invoice


def _check_currency(invoice: Object | None, cost: Cost) -> None:
    if invoice and invoice["currency"] != cost.currency:
        raise invalid_request(
            f"The invoice is in {invoice['currency']}, so this cannot be billed on it in "
            f"{cost.currency}.",
            "currency",
        )


def _subscription_id(call: Call, customer_id: str, invoice: Object | None) -> str | None:
    wanted = call.sent.get("subscription")
    if not wanted:
        return None
    subscription = call.account.get("subscription", wanted, "subscription")
    if subscription["customer"] != customer_id:
        raise invalid_request(
            f"The subscription {wanted} is not of the customer {customer_id}.", "subscription"
        )
    parent = invoice and invoice["parent"]
    if invoice and (not parent or parent["subscription_details"]["subscription"] != wanted):
        raise invalid_request(
            "The invoice is not of this subscription; leave one of them out.", "subscription"
        )
    return str(subscription["id"])


def _checked_period(period: Object) -> Object:
    if period["end"] < period["start"]:
        raise invalid_request("A period must not end before it starts.", "period[end]")
    return period


def _keep_price(account: Account, item: Object, cost: Cost) -> None:
    if cost.price:
        keep_prices(account, [cost.price])
    account.details_of(item["id"])["unit"] = cost.unit


def _rewrite(call: Call, invoice: Object, lines: list[Object]) -> None:
    """Give a draft other lines, and tell."""
    before = dict(invoice)
    put_lines(call.account, invoice, lines)
    call.emit_updated(invoice, before)


@operation("GET", "/v1/invoiceitems/{invoiceitem}")
def get_invoice_item(call: Call) -> Object:
    """Return an invoice item."""
    return call.account.get("invoiceitem", call.ids["invoiceitem"])


@operation(
    "GET",
    "/v1/invoiceitems",
    {
        **PAGE,
        "created": Moments(),
        "customer": Text(),
        "invoice": Text(),
        "pending": Boolean(),
    },
    not_yet=("customer_account",),
)
def list_invoice_items(call: Call) -> Object:
    """Return invoice items, newest first."""
    pending, span = call.sent.get("pending"), call.sent.pop("created", None) or {}
    chosen = [
        item
        for item in call.account.of_kind("invoiceitem").values()
        if within(item["date"], span) and pending in (None, item["invoice"] is None)
    ]
    return list_kind(call, "invoiceitem", "customer", "invoice", among=chosen)


@operation("POST", "/v1/invoiceitems/{invoiceitem}", ATTRIBUTES, not_yet=NOT_YET)
def update_invoice_item(call: Call) -> Object:
    """Change an item that waits, or whose invoice is a draft."""
    sent, account = call.sent, call.account
    item = account.get("invoiceitem", call.ids["invoiceitem"])
    invoice = _editable_invoice(account, item)
    customer = account.get("customer", item["customer"])
    cost = cost_of(call, sent, item["currency"])
    if cost and cost.currency != item["currency"]:
        raise invalid_request("The currency of an invoice item cannot be changed.", "currency")
    becoming = item | (cost.attributes() if cost else {})
    if cost is None and "quantity" in sent:
        becoming |= recounted(item, account.details_of(item["id"]).get("unit"), sent["quantity"])
    becoming |= {name: sent[name] for name in ("description", "discountable") if name in sent}
    becoming["net_amount"] = becoming["amount"]
    if "metadata" in sent:
        becoming["metadata"] = merged_metadata(item["metadata"], sent["metadata"])
    if sent.get("period"):
        becoming["period"] = _checked_period(sent["period"])
    kept, chosen = wanted_discounts(
        call, customer, item["currency"], had=item["discounts"], products=[product_of(becoming)]
    )
    item |= becoming
    if cost:
        _keep_price(account, item, cost)
    if "discounts" in sent:
        made = make_discounts(call, customer, chosen, invoice_item=item["id"])
        item["discounts"] = kept + [discount["id"] for discount in made]
    if invoice:
        _rewrite_line(call, invoice, item)
    return item


def _editable_invoice(account: Account, item: Object) -> Object | None:
    """Return the draft that bills an item, if it does not wait any more."""
    invoice = account.of_kind("invoice").get(item["invoice"] or "")
    if invoice and invoice["status"] != "draft":
        raise not_editable(
            f"The invoice {invoice['id']} of this item is {invoice['status']}, so the item cannot "
            "be changed or deleted."
        )
    return invoice


def _rewrite_line(call: Call, invoice: Object, item: Object) -> None:
    [new] = item_lines(call.account, [item])
    lines = [
        new | {"id": line["id"]} if invoice_item_of(line) == item["id"] else line
        for line in lines_of(call.account, invoice)
    ]
    _rewrite(call, invoice, lines)


@operation("DELETE", "/v1/invoiceitems/{invoiceitem}")
def delete_invoice_item(call: Call) -> Object:
    """Delete an item that waits, or take it off a draft for good."""
    account = call.account
    item = account.get("invoiceitem", call.ids["invoiceitem"])
    invoice = _editable_invoice(account, item)
    del account.of_kind("invoiceitem")[item["id"]]
    call.emit("invoiceitem.deleted", item)
    if invoice:
        lines = lines_of(account, invoice)
        _rewrite(call, invoice, [each for each in lines if invoice_item_of(each) != item["id"]])
    return {"id": item["id"], "object": "invoiceitem", "deleted": True}
