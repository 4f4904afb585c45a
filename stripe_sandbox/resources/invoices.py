"""``/v1/invoices``: make, change, look up, delete; ``invoice_steps`` has what follows."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.collecting import intent_of, payments_of
from stripe_sandbox.billing.invoicing import (
    bill_items,
    draft_invoice,
    item_lines,
    lines_of,
    pending_items,
    put_lines,
)
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, first_page, list_kind, within
from stripe_sandbox.parameters import Currency, Moments, Text
from stripe_sandbox.resources.invoice_objects import product_of, subscription_parent
from stripe_sandbox.resources.invoice_parameters import (
    COLLECTION_METHODS,
    INVOICE_NOT_YET,
    INVOICE_NOTES,
    INVOICE_TERMS,
)
from stripe_sandbox.resources.invoice_terms import (
    check_terms,
    make_discounts,
    not_editable,
    plain_terms,
    plan_of,
    wanted_discounts,
)

STATUSES = ("draft", "open", "paid", "uncollectible", "void")


def _payments(account: Account, invoice: Object) -> Object:
    payments = payments_of(account, invoice)[::-1]
    return first_page(payments, f"/v1/invoice_payments?invoice={invoice['id']}")


def _confirmation_secret(account: Account, invoice: Object) -> Object | None:
    if invoice["status"] != "open":
        return None
    secret = intent_of(account, invoice)["client_secret"]
    return {"client_secret": secret, "type": "payment_intent"}


expandable(
    "invoice",
    "customer",
    "default_payment_method",
    "default_source",
    "discounts",
    "latest_revision",
    "on_behalf_of",
    "parent.subscription_details.subscription",
    "test_clock",
    "total_discount_amounts.discount",
    includables={"confirmation_secret": _confirmation_secret, "payments": _payments},
)


@operation(
    "POST",
    "/v1/invoices",
    {
        **INVOICE_TERMS,
        "currency": Currency(clearable=False),
        "customer": Text(clearable=False),
        "pending_invoice_items_behavior": Text(choices=("exclude", "include"), clearable=False),
        "subscription": Text(clearable=False),
    },
    not_yet=(*INVOICE_NOT_YET, "customer_account", "from_invoice"),
)
def create_invoice(call: Call) -> Object:
    """Make a draft, empty or with the items that wait for an invoice."""
    sent, account = call.sent, call.account
    if not sent.get("customer"):
        raise missing("customer")
    customer = account.get("customer", sent["customer"], "customer")
    subscription = _subscription(call, customer)
    pending = _included_items(call, customer, subscription)
    currency = _currency(call, customer, pending)
    pending = [item for item in pending if item["currency"] == currency]
    method = sent.get("collection_method", "charge_automatically")
    check_terms(call, customer["id"], method)
    products = [product_of(item) for item in pending]
    _, chosen = wanted_discounts(call, customer, currency, products=products)
    discounts = make_discounts(call, customer, chosen)
    terms = plain_terms(call, customer) | plan_of(
        call, customer, bool(sent.get("auto_advance")), method
    )
    terms |= {
        "collection_method": method,
        "currency": currency,
        "discounts": [discount["id"] for discount in discounts],
        "metadata": merged_metadata({}, sent.get("metadata")),
        "parent": subscription and subscription_parent(subscription),
    }
    invoice = draft_invoice(call, customer, item_lines(account, pending), terms)
    for discount in discounts:
        discount["invoice"] = invoice["id"]
    bill_items(pending, invoice)
    if invoice["automatically_finalizes_at"]:
        call.plan(invoice["automatically_finalizes_at"], jobs.FINALIZE, invoice)
    return invoice


def _subscription(call: Call, customer: Object) -> Object | None:
    if not call.sent.get("subscription"):
        return None
    subscription = call.account.get("subscription", call.sent["subscription"], "subscription")
    if subscription["customer"] != customer["id"]:
        raise invalid_request(
            f"The subscription {subscription['id']} is not of the customer {customer['id']}.",
            "subscription",
        )
    return subscription


def _included_items(call: Call, customer: Object, subscription: Object | None) -> list[Object]:
    """Return the pending items that are to be billed; of a subscription only its own."""
    ordinary = "include" if subscription else "exclude"
    if call.sent.get("pending_invoice_items_behavior", ordinary) == "exclude":
        return []
    pending = pending_items(call.account, customer["id"], subscription)
    return [item for item in pending if item["parent"]] if subscription else pending


def _currency(call: Call, customer: Object, pending: list[Object]) -> str:
    first = pending[0]["currency"] if pending else "usd"
    return str(call.sent.get("currency") or customer["currency"] or first)


@operation("GET", "/v1/invoices/{invoice}")
def get_invoice(call: Call) -> Object:
    """Return an invoice."""
    return call.account.get("invoice", call.ids["invoice"])


@operation(
    "GET",
    "/v1/invoices",
    {
        **DATED_PAGE,
        "collection_method": Text(choices=COLLECTION_METHODS),
        "customer": Text(),
        "due_date": Moments(),
        "status": Text(choices=STATUSES),
        "subscription": Text(),
    },
    not_yet=("customer_account",),
)
def list_invoices(call: Call) -> Object:
    """Return invoices, newest first."""
    chosen = [
        invoice
        for invoice in call.account.of_kind("invoice").values()
        if _is_of(invoice, call.sent.get("subscription"))
        and _is_due_within(invoice, call.sent.get("due_date"))
    ]
    equal = ("collection_method", "customer", "status")
    return list_kind(call, "invoice", *equal, among=chosen)


def _is_of(invoice: Object, subscription_id: str | None) -> bool:
    parent = invoice["parent"]
    own = parent and parent["subscription_details"]["subscription"]
    return subscription_id in (None, own)


def _is_due_within(invoice: Object, span: dict[str, Any] | None) -> bool:
    if not span:
        return True
    return invoice["due_date"] is not None and within(invoice["due_date"], span)


@operation("POST", "/v1/invoices/{invoice}", INVOICE_TERMS, not_yet=INVOICE_NOT_YET)
def update_invoice(call: Call) -> Object:
    """Change a draft; of a finalized invoice little may be changed."""
    account, sent = call.account, call.sent
    invoice = account.get("invoice", call.ids["invoice"])
    _check_editable(invoice, set(sent))
    customer = account.get("customer", invoice["customer"], gone_too=True)
    before = dict(invoice)
    method: str = sent.get("collection_method") or invoice["collection_method"]
    check_terms(call, customer["id"], method)
    lines = lines_of(account, invoice)
    kept, chosen = wanted_discounts(
        call,
        customer,
        invoice["currency"],
        had=invoice["discounts"],
        products=[product_of(line) for line in lines],
    )
    invoice |= plain_terms(call, invoice) | {"collection_method": method}
    if method == "charge_automatically":
        invoice["due_date"] = None
    if "metadata" in sent:
        invoice["metadata"] = merged_metadata(invoice["metadata"], sent["metadata"])
    if "discounts" in sent:
        made = make_discounts(call, customer, chosen, invoice=invoice["id"])
        invoice["discounts"] = kept + [discount["id"] for discount in made]
        put_lines(account, invoice, lines)
    if "auto_advance" in sent or method != before["collection_method"]:
        _plan(call, invoice, bool(sent.get("auto_advance", invoice["auto_advance"])))
    call.emit_updated(invoice, before)
    return invoice


def _check_editable(invoice: Object, sent: set[str]) -> None:
    if invoice["status"] == "draft":
        return
    allowed = {"expand", *(INVOICE_NOTES if invoice["status"] == "open" else ["metadata"])}
    others = sorted(sent - allowed)
    if others:
        raise not_editable(
            f"This invoice is {invoice['status']}, so these cannot be changed any more: "
            f"{', '.join(others)}.",
            others[0],
        )


def _plan(call: Call, invoice: Object, advances: bool) -> None:
    """Let an invoice go on by itself, or not: a draft is finalized, an open one collected."""
    plan = plan_of(call, invoice, advances, invoice["collection_method"])
    if invoice["status"] == "draft":
        invoice |= plan
        if plan["automatically_finalizes_at"]:
            call.plan(plan["automatically_finalizes_at"], jobs.FINALIZE, invoice)
        return
    invoice |= plan | {"automatically_finalizes_at": None}
    if plan["next_payment_attempt"]:
        call.plan(plan["next_payment_attempt"], jobs.COLLECT_AGAIN, invoice)


@operation("DELETE", "/v1/invoices/{invoice}")
def delete_invoice(call: Call) -> Object:
    """Delete a draft; its items wait for another invoice again."""
    invoice = call.account.get("invoice", call.ids["invoice"])
    if invoice["status"] != "draft":
        raise not_editable(
            f"You can only delete draft invoices; this one is {invoice['status']}. Void it instead."
        )
    if invoice["parent"]:
        raise not_editable("You cannot delete an invoice of a subscription. Void it instead.")
    for item in call.account.of_kind("invoiceitem").values():
        if item["invoice"] == invoice["id"]:
            item["invoice"] = None
    del call.account.of_kind("invoice")[invoice["id"]]
    call.emit("invoice.deleted", invoice)
    return {"id": invoice["id"], "object": "invoice", "deleted": True}
