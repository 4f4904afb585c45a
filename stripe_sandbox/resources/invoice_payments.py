"""``/v1/invoice_payments``: which intent pays which invoice."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.expansion import expandable
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import NotYet, Record, Text

expandable("invoice_payment", "invoice", "payment.charge", "payment.payment_intent")


@operation("GET", "/v1/invoice_payments/{invoice_payment}")
def get_invoice_payment(call: Call) -> Object:
    """Return the payment of an invoice."""
    return call.account.get("invoice_payment", call.ids["invoice_payment"])


@operation(
    "GET",
    "/v1/invoice_payments",
    {
        **DATED_PAGE,
        "invoice": Text(),
        "payment": Record(
            {
                "payment_intent": Text(),
                "payment_record": NotYet(),
                "type": Text(choices=("payment_intent", "payment_record"), required=True),
            }
        ),
        "status": Text(choices=("canceled", "open", "paid")),
    },
)
def list_invoice_payments(call: Call) -> Object:
    """Return the payments of invoices, newest first."""
    wanted = call.sent.get("payment") or {}
    chosen = [
        payment
        for payment in call.account.of_kind("invoice_payment").values()
        if all(payment["payment"].get(name) == value for name, value in wanted.items())
    ]
    return list_kind(call, "invoice_payment", "invoice", "status", among=chosen)
