"""``/v1/payment_methods``: cards, and the customers who keep them."""

from datetime import UTC, datetime
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import StripeError, invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.forms import FormValue
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, list_kind
from stripe_sandbox.parameters import (
    Email,
    Fields,
    Integer,
    Metadata,
    NotYet,
    Parameter,
    Record,
    Text,
)
from stripe_sandbox.payments.cards import Card, Payer, card_of_token, read_card
from stripe_sandbox.payments.saving import (
    METHOD_TOKEN,
    attach_method,
    detach_method,
    method_named,
)
from stripe_sandbox.resources.method_choice import OTHER_METHOD_TYPES
from stripe_sandbox.resources.payment_method_objects import (
    ADDRESS_PARTS,
    keep_card,
    new_payment_method,
)

CENTURY = 100
# Years that a card's expiry may lie ahead.
LONGEST_VALIDITY = 50
ALLOW_REDISPLAY = Text(choices=("always", "limited", "unspecified"), clearable=False)
BILLING_DETAILS = Record(
    {
        "address": Record({part: Text() for part in ADDRESS_PARTS}),
        "email": Email(),
        "name": Text(),
        "phone": Text(),
        "tax_id": NotYet(),
    }
)
BY_NUMBER = Record(
    {
        "cvc": Text(),
        "exp_month": Integer(least=1, most=12, required=True),
        "exp_year": Integer(required=True),
        "networks": NotYet(),
        "number": Text(required=True),
    }
)
BY_TOKEN = Record({"token": Text(required=True)})


class CardSource(Parameter):
    """A card by its number and expiry, or by a token."""

    def read(self, value: FormValue, name: str) -> dict[str, Any]:
        by_token = isinstance(value, dict) and "token" in value
        return (BY_TOKEN if by_token else BY_NUMBER).read(value, name)


FILTERS: Fields = {
    **PAGE,
    "allow_redisplay": Text(choices=("always", "limited", "unspecified")),
    "type": Text(),
}

expandable("payment_method", "customer")


@operation(
    "POST",
    "/v1/payment_methods",
    {
        "allow_redisplay": ALLOW_REDISPLAY,
        "billing_details": BILLING_DETAILS,
        "card": CardSource(clearable=False),
        "metadata": Metadata(),
        "type": Text(choices=("card",), clearable=False),
    },
    not_yet=(*OTHER_METHOD_TYPES, "customer", "payment_method", "radar_options"),
)
def create_payment_method(call: Call) -> Object:
    """Make a card from its number, or from a token such as ``tok_visa``."""
    for name in ("type", "card"):
        if not call.sent.get(name):
            raise missing(name)
    sent = call.sent["card"]
    card = _card_of_token(sent["token"]) if "token" in sent else read_card(sent["number"])
    method = new_payment_method(card, Payer(), call.now())
    method["card"] |= _expiry(sent, call.now())
    method["allow_redisplay"] = "unspecified"
    _apply(method, call.sent)
    return keep_card(call.account, method, card)


def _card_of_token(token: str) -> Card:
    card = card_of_token(token, "tok_")
    if card is None:
        raise invalid_request(f"No such token: '{token}'", "card[token]", "resource_missing")
    return card


def _expiry(sent: Object, now: int) -> Object:
    """Return the month and year that were sent, if they were; a card that is over is refused."""
    expiry: Object = {name: sent[name] for name in ("exp_month", "exp_year") if name in sent}
    today = datetime.fromtimestamp(now, UTC)
    if "exp_year" in expiry:
        if expiry["exp_year"] < CENTURY:
            expiry["exp_year"] += today.year // CENTURY * CENTURY
        if not today.year <= expiry["exp_year"] <= today.year + LONGEST_VALIDITY:
            raise _wrong_expiry("year")
        if expiry["exp_year"] == today.year and expiry.get("exp_month", 12) < today.month:
            raise _wrong_expiry("month")
    return expiry


def _wrong_expiry(part: str) -> StripeError:
    return StripeError(
        402,
        f"Your card's expiration {part} is invalid.",
        kind="card_error",
        code=f"invalid_expiry_{part}",
        param=f"exp_{part}",
    )


def _apply(method: Object, sent: Object) -> None:
    """Write the sent attributes, replacing nested values rather than changing them."""
    if sent.get("allow_redisplay"):
        method["allow_redisplay"] = sent["allow_redisplay"]
    if "metadata" in sent:
        method["metadata"] = merged_metadata(method["metadata"], sent["metadata"])
    if "billing_details" in sent:
        details = dict(sent["billing_details"] or {})
        if "address" in details:
            address = details["address"] or {}
            details["address"] = {part: address.get(part) for part in ADDRESS_PARTS}
        method["billing_details"] = method["billing_details"] | details


@operation(
    "POST",
    "/v1/payment_methods/{payment_method}",
    {
        "allow_redisplay": ALLOW_REDISPLAY,
        "billing_details": BILLING_DETAILS,
        "card": Record(
            {
                "exp_month": Integer(least=1, most=12, clearable=False),
                "exp_year": Integer(clearable=False),
                "networks": NotYet(),
            }
        ),
        "metadata": Metadata(),
    },
    not_yet=("payto", "us_bank_account"),
)
def update_payment_method(call: Call) -> Object:
    """Change a payment method that a customer keeps."""
    method = call.account.get("payment_method", call.ids["payment_method"])
    if method["customer"] is None:
        raise invalid_request(
            "You must save this PaymentMethod to a customer before you can update it."
        )
    expiry = _expiry(call.sent.get("card") or {}, call.now())
    before = dict(method)
    if expiry:
        method["card"] = method["card"] | expiry
    _apply(method, call.sent)
    call.emit_updated(method, before)
    return method


@operation(
    "POST",
    "/v1/payment_methods/{payment_method}/attach",
    {"customer": Text(clearable=False)},
    not_yet=("customer_account",),
)
def attach(call: Call) -> Object:
    """Give a payment method to a customer; a token such as ``pm_card_visa`` makes a new one."""
    if not call.sent.get("customer"):
        raise missing("customer")
    customer = call.account.get("customer", call.sent["customer"], "customer")
    # The URL's id is the parameter here: nothing of that name is a 404.
    wanted = call.ids["payment_method"]
    if card_of_token(wanted, METHOD_TOKEN) is None:
        call.account.get("payment_method", wanted)
    method = method_named(call, wanted)
    attach_method(call, method, customer["id"])
    return method


@operation("POST", "/v1/payment_methods/{payment_method}/detach")
def detach(call: Call) -> Object:
    """Take a payment method from its customer, for good."""
    method = call.account.get("payment_method", call.ids["payment_method"])
    detach_method(call, method)
    return method


@operation("GET", "/v1/payment_methods/{payment_method}")
def get_payment_method(call: Call) -> Object:
    """Return a payment method."""
    return call.account.get("payment_method", call.ids["payment_method"])


@operation(
    "GET",
    "/v1/payment_methods",
    {**FILTERS, "customer": Text()},
    not_yet=("customer_account",),
)
def list_payment_methods(call: Call) -> Object:
    """Return payment methods, newest first: a customer's, or all."""
    if call.sent.get("customer"):
        call.account.get("customer", call.sent["customer"], "customer")
    return list_kind(call, "payment_method", "allow_redisplay", "customer", "type")


@operation("GET", "/v1/customers/{customer}/payment_methods", FILTERS)
def list_customers_payment_methods(call: Call) -> Object:
    """Return the payment methods attached to a customer, newest first."""
    customer = call.account.get("customer", call.ids["customer"])
    own = [
        method
        for method in call.account.of_kind("payment_method").values()
        if method["customer"] == customer["id"]
    ]
    return list_kind(call, "payment_method", "allow_redisplay", "type", among=own)


@operation("GET", "/v1/customers/{customer}/payment_methods/{payment_method}")
def get_customers_payment_method(call: Call) -> Object:
    """Return one payment method of a customer."""
    customer = call.account.get("customer", call.ids["customer"])
    return _attached(call.account, call.ids["payment_method"], customer)


def _attached(account: Account, method_id: str, customer: Object) -> Object:
    method = account.get("payment_method", method_id)
    if method["customer"] != customer["id"]:
        raise invalid_request("This payment method is not attached to the customer.")
    return method
