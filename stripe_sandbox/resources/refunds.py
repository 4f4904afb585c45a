"""``/v1/refunds``: money given back."""

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request, no_such
from stripe_sandbox.expansion import expandable
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, PAGE, list_kind, page
from stripe_sandbox.parameters import Integer, Metadata, Text
from stripe_sandbox.payments.refunding import cancel_refund, refund_charge, tell_refund_updated
from stripe_sandbox.resources.charges import refunds_of

expandable(
    "refund",
    "balance_transaction",
    "charge",
    "customer",
    "failure_balance_transaction",
    "payment_intent",
    "payment_method",
    "source_transfer_reversal",
    "transfer_reversal",
)


@operation(
    "POST",
    "/v1/refunds",
    {
        "amount": Integer(least=1, clearable=False),
        "charge": Text(clearable=False),
        "metadata": Metadata(),
        "payment_intent": Text(clearable=False),
        "reason": Text(
            choices=("duplicate", "fraudulent", "requested_by_customer"), clearable=False
        ),
    },
    not_yet=(
        "currency",
        "customer",
        "instructions_email",
        "origin",
        "refund_application_fee",
        "reverse_transfer",
    ),
)
def create_refund(call: Call) -> Object:
    """Give back a charge, or a part of it."""
    metadata = merged_metadata({}, call.sent.get("metadata"))
    charge = _charge_to_refund(call)
    return refund_charge(call, charge, call.sent.get("amount"), call.sent | {"metadata": metadata})


def _charge_to_refund(call: Call) -> Object:
    charge_id, intent_id = call.sent.get("charge"), call.sent.get("payment_intent")
    if not charge_id and not intent_id:
        raise invalid_request(
            "One of these parameters must be provided: charge, payment_intent.",
            "payment_intent",
            "parameter_missing",
        )
    if charge_id and intent_id:
        raise invalid_request(
            "You may only specify one of these parameters: charge, payment_intent.", "charge"
        )
    if charge_id:
        return call.account.get("charge", charge_id, "charge")
    intent = call.account.get("payment_intent", str(intent_id), "payment_intent")
    if intent["status"] != "succeeded":
        raise invalid_request(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            "payment_intent",
        )
    return call.account.get("charge", intent["latest_charge"])


@operation("GET", "/v1/refunds/{refund}")
def get_refund(call: Call) -> Object:
    """Return a refund."""
    return call.account.get("refund", call.ids["refund"])


@operation("GET", "/v1/refunds", {**DATED_PAGE, "charge": Text(), "payment_intent": Text()})
def list_refunds(call: Call) -> Object:
    """Return refunds, newest first."""
    return list_kind(call, "refund", "charge", "payment_intent")


@operation("POST", "/v1/refunds/{refund}", {"metadata": Metadata()})
def update_refund(call: Call) -> Object:
    """Change a refund's metadata."""
    refund = call.account.get("refund", call.ids["refund"])
    before = dict(refund)
    if "metadata" in call.sent:
        refund["metadata"] = merged_metadata(refund["metadata"], call.sent["metadata"])
    tell_refund_updated(call, refund, before)
    return refund


@operation("POST", "/v1/refunds/{refund}/cancel")
def cancel(call: Call) -> Object:
    """Take back a pending refund."""
    refund = call.account.get("refund", call.ids["refund"])
    cancel_refund(call, refund)
    return refund


@operation("GET", "/v1/charges/{charge}/refunds", PAGE)
def list_charges_refunds(call: Call) -> Object:
    """Return a charge's refunds, newest first."""
    charge = call.account.get("charge", call.ids["charge"])
    return page(call, "refund", refunds_of(call.account, charge))


@operation("GET", "/v1/charges/{charge}/refunds/{refund}")
def get_charges_refund(call: Call) -> Object:
    """Return one refund of a charge."""
    charge = call.account.get("charge", call.ids["charge"])
    refund = call.account.get("refund", call.ids["refund"])
    if refund["charge"] != charge["id"]:
        raise no_such("refund", refund["id"])
    return refund
