"""What an invoice says to the person who pays it, in words: for its page and its PDF."""

from dataclasses import dataclass

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.collecting import PAYABLE, payments_of
from stripe_sandbox.billing.discounting import coupon_of
from stripe_sandbox.billing.invoicing import lines_of
from stripe_sandbox.clocks import time_of
from stripe_sandbox.pages.rendering import day, money
from stripe_sandbox.resources.invoice_objects import product_of


@dataclass(frozen=True)
class PrintedLine:
    """One thing that is billed."""

    description: str
    period: str
    quantity: str
    amount: str


@dataclass(frozen=True)
class PrintedInvoice:
    """An invoice as texts; labels go before what they name."""

    number: str
    status: str
    is_payable: bool
    amount_due: str
    seller: str
    facts: list[tuple[str, str]]
    lines: list[PrintedLine]
    totals: list[tuple[str, str]]
    description: str
    footer: str


def printed(account: Account, invoice: Object) -> PrintedInvoice:
    """Return the texts of a finalized invoice."""
    return PrintedInvoice(
        number=invoice["number"],
        status=_status(account, invoice),
        is_payable=invoice["status"] in PAYABLE,
        amount_due=money(invoice["amount_remaining"], invoice["currency"]),
        seller=invoice["account_name"],
        facts=_facts(account, invoice),
        lines=[_line(account, line) for line in lines_of(account, invoice)],
        totals=_totals(account, invoice),
        description=invoice["description"] or "",
        footer=invoice["footer"] or "",
    )


def _status(account: Account, invoice: Object) -> str:
    due = invoice["due_date"]
    if invoice["status"] == "open" and due and due < time_of(account, invoice):
        return "Past due"
    return str(invoice["status"]).title()


def _facts(account: Account, invoice: Object) -> list[tuple[str, str]]:
    moments = invoice["status_transitions"]
    facts = [
        ("Invoice number", invoice["number"]),
        ("Date of issue", day(invoice["effective_at"])),
        ("Due", invoice["due_date"] and day(invoice["due_date"])),
        ("Paid", _payment(account, invoice)),
        ("Void since", moments["voided_at"] and day(moments["voided_at"])),
        ("Billed to", _customer(invoice)),
        *((field["name"], field["value"]) for field in invoice["custom_fields"] or []),
    ]
    return [(label, text) for label, text in facts if text]


def _customer(invoice: Object) -> str:
    return ", ".join(filter(None, (invoice["customer_name"], invoice["customer_email"])))


def _payment(account: Account, invoice: Object) -> str:
    if invoice["status"] != "paid":
        return ""
    date = day(invoice["status_transitions"]["paid_at"])
    if invoice["amount_paid_off_stripe"]:
        return f"{date}, outside of Stripe"
    for payment in payments_of(account, invoice):
        intent = account.get("payment_intent", payment["payment"]["payment_intent"])
        method = account.of_kind("payment_method").get(intent["payment_method"] or "")
        if payment["status"] == "paid" and method:
            return f"{date}, {method_words(method)}"
    return date


def method_words(method: Object) -> str:
    """Return what pays, e.g. ``Visa ending in 4242``."""
    if method["type"] == "card":
        return f"{method['card']['brand'].title()} ending in {method['card']['last4']}"
    return f"bank account ending in {method[method['type']]['last4']}"


def _line(account: Account, line: Object) -> PrintedLine:
    product = account.of_kind("product").get(product_of(line) or "") or {}
    start, end = line["period"]["start"], line["period"]["end"]
    return PrintedLine(
        description=line["description"] or product.get("name") or "Item",
        period=f"{day(start)} – {day(end)}" if end > start else "",
        quantity=str(line["quantity"]),
        amount=money(line["amount"], line["currency"]),
    )


def _totals(account: Account, invoice: Object) -> list[tuple[str, str]]:
    totals = [("Subtotal", invoice["subtotal"])]
    totals += [
        (f"Discount: {_discount_name(account, each['discount'])}", -each["amount"])
        for each in invoice["total_discount_amounts"]
    ]
    totals.append(("Total", invoice["total"]))
    from_balance = invoice["amount_due"] - invoice["total"]
    if from_balance:
        totals.append(("Your balance", from_balance))
    if invoice["status"] == "paid":
        totals.append(("Paid", invoice["amount_paid"]))
    elif invoice["status"] in PAYABLE:
        totals.append(("Amount due", invoice["amount_remaining"]))
    return [(label, money(amount, invoice["currency"])) for label, amount in totals]


def _discount_name(account: Account, discount_id: str) -> str:
    coupon = coupon_of(account, discount_id)
    code_id = account.get("discount", discount_id)["promotion_code"]
    name = account.get("promotion_code", code_id)["code"] if code_id else coupon["name"]
    percent = coupon["percent_off"]
    return f"{name or coupon['id']}{f' ({percent:g}% off)' if percent else ''}"
