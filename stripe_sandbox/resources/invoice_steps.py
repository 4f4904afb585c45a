"""What becomes of an invoice by the API: finalized, sent, paid, void, uncollectible."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.billing import jobs
from stripe_sandbox.billing.collecting import (
    DRAFT_TIME,
    PAYABLE,
    collect_invoice,
    finalize_invoice,
    kept_method,
    mark_paid_elsewhere,
    no_method,
)
from stripe_sandbox.billing.giving_up import give_up_invoice
from stripe_sandbox.errors import StripeError, invalid_request
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.parameters import Boolean, Text
from stripe_sandbox.resources.invoice_terms import method_of_customer, not_editable


@operation("POST", "/v1/invoices/{invoice}/finalize", {"auto_advance": Boolean(clearable=False)})
def finalize(call: Call) -> Object:
    """Close a draft; one that advances by itself is collected an hour later."""
    invoice = _invoice(call)
    if invoice["status"] != "draft":
        raise not_editable(
            "This invoice is already finalized; a non-draft invoice cannot be finalized again."
        )
    invoice["auto_advance"] = call.sent.get("auto_advance", invoice["auto_advance"])
    charged = invoice["collection_method"] == "charge_automatically"
    planned = call.now(invoice) + DRAFT_TIME if invoice["auto_advance"] and charged else None
    invoice["next_payment_attempt"] = planned
    finalize_invoice(call, invoice)
    if planned and invoice["status"] == "open":
        call.plan(planned, jobs.COLLECT_AGAIN, invoice)
    return invoice


@operation("POST", "/v1/invoices/{invoice}/send")
def send(call: Call) -> Object:
    """Send an invoice to its customer; a draft is finalized first. No e-mail leaves the sandbox."""
    invoice = _invoice(call)
    if invoice["collection_method"] != "send_invoice":
        raise invalid_request(
            "You can only send an invoice manually if its collection method is send_invoice."
        )
    if invoice["status"] not in ("draft", *PAYABLE):
        raise not_editable(f"This invoice is {invoice['status']}, so it cannot be sent.")
    if invoice["status"] == "draft":
        finalize_invoice(call, invoice)
    call.emit("invoice.sent", invoice)
    return invoice


@operation(
    "POST",
    "/v1/invoices/{invoice}/pay",
    {
        # Whoever asks, a card that wants 3-D Secure waits for it.
        "off_session": Boolean(clearable=False),
        "paid_out_of_band": Boolean(clearable=False),
        "payment_method": Text(clearable=False),
    },
    not_yet=("forgive", "mandate", "source"),
)
def pay(call: Call) -> Object:
    """Collect an invoice now; a draft is finalized first.

    Raises:
        StripeError: 402 when the card declines or wants 3-D Secure, which is noted on the
            invoice; 400, and nothing is noted, when there is nothing to pay or to charge.
    """
    invoice = _invoice(call)
    if invoice["status"] == "paid":
        raise invalid_request("Invoice is already paid")
    if invoice["status"] not in ("draft", *PAYABLE):
        raise invalid_request(f"This invoice is {invoice['status']}, so it cannot be paid.")
    method = _method(call, invoice)
    elsewhere = bool(call.sent.get("paid_out_of_band"))
    if invoice["status"] == "draft":
        if not elsewhere and method is None and invoice["amount_due"]:
            raise no_method()
        finalize_invoice(call, invoice)
    elif not elsewhere and method is None:
        raise no_method()
    if invoice["status"] == "paid":  # it asked for nothing
        return invoice
    if elsewhere:
        mark_paid_elsewhere(call, invoice)
        return invoice
    collect_invoice(call, invoice, method, by_hand=True)
    if invoice["status"] != "paid":
        raise _wants_action()
    return invoice


def _method(call: Call, invoice: Object) -> Object | None:
    """Return the payment method that was sent, or else the one that is kept."""
    if not call.sent.get("payment_method"):
        return kept_method(call.account, invoice)
    if call.sent.get("paid_out_of_band"):
        raise invalid_request("Give either payment_method or paid_out_of_band.", "paid_out_of_band")
    return method_of_customer(call, invoice["customer"], "payment_method")


def _wants_action() -> StripeError:
    return StripeError(
        402,
        "This payment requires additional user action before it can be completed successfully. "
        "Payment can be completed using the PaymentIntent associated with the invoice, or on its "
        "hosted_invoice_url.",
        kind="card_error",
        code="invoice_payment_intent_requires_action",
    )


@operation("POST", "/v1/invoices/{invoice}/void")
def void(call: Call) -> Object:
    """Declare an invoice void: nobody owes it any more."""
    return _given_up(call, PAYABLE, void=True)


@operation("POST", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(call: Call) -> Object:
    """Note that an invoice will hardly be paid."""
    return _given_up(call, ("open",), void=False)


def _given_up(call: Call, allowed: tuple[str, ...], *, void: bool) -> Object:
    invoice = _invoice(call)
    if invoice["status"] not in allowed:
        raise invalid_request(
            f"You can only pass in {' or '.join(allowed)} invoices. "
            f"This invoice is {invoice['status']}."
        )
    give_up_invoice(call, invoice, void=void)
    return invoice


def _invoice(call: Call) -> Object:
    return call.account.get("invoice", call.ids["invoice"])
