"""``/v1/customers``: who pays."""

from collections.abc import Callable
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.clocks import TEST_CLOCK
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.expansion import Includable, expandable
from stripe_sandbox.identifiers import new_id, random_text
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, PAGE, as_list, first_page, list_kind, page
from stripe_sandbox.parameters import (
    Email,
    Fields,
    Integer,
    ListOf,
    Metadata,
    Record,
    Text,
)
from stripe_sandbox.payments.saving import attach_method, check_attachable, method_named

ADDRESS_PARTS = ("city", "country", "line1", "line2", "postal_code", "state")
ADDRESS: Fields = {part: Text() for part in ADDRESS_PARTS}
SHIPPING = Record(
    {"address": Record(ADDRESS, required=True), "name": Text(required=True), "phone": Text()}
)
INVOICE_SETTINGS = Record(
    {
        "custom_fields": ListOf(
            Record({"name": Text(longest=40, required=True), "value": Text(required=True)}),
            most=4,
        ),
        "default_payment_method": Text(),
        "footer": Text(),
        "rendering_options": Record({"amount_tax_display": Text(), "template": Text()}),
    }
)
ATTRIBUTES: Fields = {
    "address": Record(ADDRESS),
    "balance": Integer(clearable=False),
    "business_name": Text(longest=150),
    "description": Text(),
    "email": Email(longest=512),
    "individual_name": Text(longest=150),
    "invoice_prefix": Text(longest=12, clearable=False),
    "invoice_settings": INVOICE_SETTINGS,
    "metadata": Metadata(),
    "name": Text(longest=256),
    "next_invoice_sequence": Integer(least=1, clearable=False),
    "phone": Text(longest=20),
    "preferred_locales": ListOf(Text()),
    "shipping": SHIPPING,
    "tax_exempt": Text(choices=("exempt", "none", "reverse")),
}
# Shown only once they have a value, unlike the attributes that are null without one.
SHOWN_WHEN_SET = ("business_name", "individual_name")


def _empty_list(path: str) -> Includable:
    def make(account: Account, customer: Object) -> Any:
        return as_list([], f"/v1/customers/{customer['id']}/{path}")

    return make


def _subscriptions(account: Account, customer: Object) -> Any:
    live = [
        subscription
        for subscription in account.of_kind("subscription").values()
        if subscription["customer"] == customer["id"] and subscription["status"] != "canceled"
    ]
    return first_page(live[::-1], f"/v1/customers/{customer['id']}/subscriptions")


def _tax(account: Account, customer: Object) -> Any:
    return {
        "automatic_tax": "unrecognized_location",
        "ip_address": None,
        "location": None,
        "provider": "stripe",
    }


expandable(
    "customer",
    "cash_balance",
    "default_source",
    "invoice_settings.default_payment_method",
    "test_clock",
    includables={
        "sources": _empty_list("sources"),
        "subscriptions": _subscriptions,
        "tax": _tax,
        "tax_ids": _empty_list("tax_ids"),
    },
)


def new_customer(sent: Object, now: int) -> Object:
    """Return a customer made from the sent attributes."""
    customer: Object = {
        "id": new_id("customer"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "cash_balance": None,
        "created": now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": random_text(8, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    _apply(customer, sent)
    return customer


def _apply(customer: Object, sent: Object) -> None:
    """Write the sent attributes.

    Nested values are replaced, never changed in place, so that a shallow copy made
    before is enough to see the difference.
    """
    shapes: dict[str, Callable[[Any], Any]] = {
        "address": _address,
        "invoice_settings": lambda value: customer["invoice_settings"] | _invoice_settings(value),
        "metadata": lambda value: merged_metadata(customer["metadata"], value),
        "preferred_locales": lambda value: value or [],
        "shipping": _shipping,
        "tax_exempt": lambda value: value or "none",
    }
    for name in ATTRIBUTES:
        if name in sent:
            shape = shapes.get(name)
            customer[name] = shape(sent[name]) if shape else sent[name]
    for name in SHOWN_WHEN_SET:
        if customer.get(name) is None:
            customer.pop(name, None)


def _address(sent: Object | None) -> Object | None:
    return None if sent is None else {part: sent.get(part) for part in ADDRESS_PARTS}


def _shipping(sent: Object | None) -> Object | None:
    return sent and {
        "address": _address(sent["address"]),
        "name": sent["name"],
        "phone": sent.get("phone"),
    }


def _invoice_settings(sent: Object | None) -> Object:
    sent = sent or {}
    look = sent.get("rendering_options")
    if look is not None:
        names = ("amount_tax_display", "template")
        sent = sent | {"rendering_options": {name: look.get(name) for name in names}}
    return sent


def _check_default_payment_method(call: Call, customer_id: str | None) -> None:
    wanted = (call.sent.get("invoice_settings") or {}).get("default_payment_method")
    if wanted is None:
        return
    param = "invoice_settings[default_payment_method]"
    method = call.account.get("payment_method", wanted, param)
    if customer_id is None or method["customer"] != customer_id:
        raise invalid_request(
            "The payment method must be attached to this customer before it can be the default.",
            param,
        )


@operation(
    "POST",
    "/v1/customers",
    {
        **ATTRIBUTES,
        "payment_method": Text(clearable=False),
        "test_clock": Text(clearable=False),
    },
    not_yet=("cash_balance", "source", "tax", "tax_id_data"),
)
def create_customer(call: Call) -> Object:
    """Make a customer, perhaps with a payment method that becomes its own."""
    clock = call.sent.get("test_clock")
    if clock:
        call.account.get(TEST_CLOCK, clock, "test_clock")
    method = _first_method(call)
    customer = new_customer(call.sent, call.now({"test_clock": clock})) | {"test_clock": clock}
    call.account.add(customer)
    call.emit("customer.created", customer)
    if method:
        attach_method(call, method, customer["id"])
    return customer


def _first_method(call: Call) -> Object | None:
    """Return the payment method to attach, which may be sent as the default too."""
    wanted = call.sent.get("payment_method")
    settings = call.sent.get("invoice_settings") or {}
    is_default = wanted and settings.get("default_payment_method") == wanted
    if not is_default:
        _check_default_payment_method(call, None)
    if not wanted:
        return None
    method = method_named(call, wanted)
    check_attachable(call.account, method)
    if is_default:
        settings["default_payment_method"] = method["id"]
    return method


@operation("GET", "/v1/customers/{customer}")
def get_customer(call: Call) -> Object:
    """Return a customer; of a deleted one only a stub."""
    return call.account.get("customer", call.ids["customer"], gone_too=True)


@operation(
    "POST",
    "/v1/customers/{customer}",
    ATTRIBUTES,
    not_yet=(
        "bank_account",
        "card",
        "cash_balance",
        "default_alipay_account",
        "default_bank_account",
        "default_card",
        "default_source",
        "source",
        "tax",
    ),
)
def update_customer(call: Call) -> Object:
    """Change a customer."""
    customer = call.account.get("customer", call.ids["customer"])
    _check_default_payment_method(call, customer["id"])
    change_customer(call, customer, call.sent)
    return customer


def change_customer(activity: Activity, customer: Object, sent: Object) -> None:
    """Write the sent attributes, and tell if that changed anything."""
    before = dict(customer)
    _apply(customer, sent)
    activity.emit_updated(customer, before)


@operation("DELETE", "/v1/customers/{customer}")
def delete_customer(call: Call) -> Object:
    """Delete a customer for good; its payment methods are detached."""
    customer = call.account.get("customer", call.ids["customer"])
    for method in call.account.of_kind("payment_method").values():
        if method["customer"] == customer["id"]:
            method["customer"] = None
    stub = {"id": customer["id"], "object": "customer", "deleted": True}
    call.account.add(stub)
    call.emit("customer.deleted", customer)
    return stub


@operation("GET", "/v1/customers/{customer}/sources", {**PAGE, "object": Text()})
def list_sources(call: Call) -> Object:
    """Return a customer's legacy sources; the sandbox has none."""
    call.account.get("customer", call.ids["customer"])
    return page(call, "source", [])


@operation("GET", "/v1/customers", {**DATED_PAGE, "email": Text(longest=512), "test_clock": Text()})
def list_customers(call: Call) -> Object:
    """Return customers, newest first."""
    return list_kind(call, "customer", "email", "test_clock")
