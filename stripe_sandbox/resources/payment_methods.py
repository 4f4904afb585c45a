"""``/v1/payment_methods``: cards that were used to pay."""

import hashlib

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import PAGE, list_kind
from stripe_sandbox.parameters import Fields, Text
from stripe_sandbox.payments.cards import Card, Payer

EXPIRY_MONTH, EXPIRY_YEAR = 12, 2034

expandable("payment_method", "customer")

FILTERS: Fields = {
    **PAGE,
    "allow_redisplay": Text(choices=("always", "limited", "unspecified")),
    "type": Text(),
}


def new_payment_method(card: Card, payer: Payer, now: int) -> Object:
    """Return a card payment method that belongs to nobody yet."""
    return {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing_details(payer),
        "card": {
            "brand": card.brand,
            "checks": card_checks(card),
            "country": payer.country,
            "display_brand": card.brand,
            "exp_month": EXPIRY_MONTH,
            "exp_year": EXPIRY_YEAR,
            "fingerprint": fingerprint_of(card),
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }


def billing_details(payer: Payer) -> Object:
    """Return the details that payment methods and charges share."""
    address = dict.fromkeys(("city", "line1", "line2", "postal_code", "state"))
    return {
        "address": address | {"country": payer.country},
        "email": payer.email,
        "name": payer.name,
        "phone": None,
        "tax_id": None,
    }


def card_checks(card: Card) -> Object:
    """Return what the bank said about the typed details."""
    return {
        "address_line1_check": None,
        "address_postal_code_check": None,
        "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
    }


def fingerprint_of(card: Card) -> str:
    """Return the same text for the same number."""
    return hashlib.sha256(card.number.encode()).hexdigest()[:16]


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
