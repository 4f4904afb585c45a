"""``/v1/prices``: what a product costs."""

from decimal import Decimal
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call, operation
from stripe_sandbox.pagination import DATED_PAGE, list_kind
from stripe_sandbox.parameters import (
    Boolean,
    Currency,
    DecimalText,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Record,
    Text,
)
from stripe_sandbox.resources.products import new_product

INTERVALS = ("day", "month", "week", "year")
TAX_BEHAVIORS = ("exclusive", "inclusive", "unspecified")
LARGEST_AMOUNT = 99_999_999

AMOUNT: Fields = {
    "unit_amount": Integer(least=0, most=LARGEST_AMOUNT),
    "unit_amount_decimal": DecimalText(),
}
ATTRIBUTES: Fields = {
    "active": Boolean(clearable=False),
    "lookup_key": Text(longest=200),
    "metadata": Metadata(),
    "nickname": Text(),
    "tax_behavior": Text(choices=TAX_BEHAVIORS, clearable=False),
    "transfer_lookup_key": Boolean(),
}
RECURRING = Record(
    {
        "interval": Text(choices=INTERVALS, required=True),
        "interval_count": Integer(least=1, most=1095, clearable=False),
        "meter": NotYet(),
        "usage_type": Text(choices=("licensed",), clearable=False),
    }
)
PRODUCT_DATA = Record(
    {
        "active": Boolean(clearable=False),
        "id": Text(clearable=False),
        "metadata": Metadata(),
        "name": Text(required=True),
        "statement_descriptor": Text(longest=22),
        "tax_code": Text(),
        "unit_label": Text(longest=12),
    }
)


def _currency_options(account: Account, price: Object) -> Any:
    shared = ("custom_unit_amount", "tax_behavior", "unit_amount", "unit_amount_decimal")
    return {price["currency"]: {name: price[name] for name in shared}}


expandable(
    "price",
    "product",
    includables={
        "currency_options": _currency_options,
        # Tiered prices are not in the sandbox; asking for tiers adds nothing, as in Stripe.
        "tiers": lambda account, price: None,
    },
)


def new_price(sent: Object, product_id: str, now: int) -> Object:
    """Return a price made from the sent attributes, which name exactly one amount.

    Raises:
        StripeError: 400 when they name none or two.
    """
    whole, exact = sent.get("unit_amount"), sent.get("unit_amount_decimal")
    if (whole is None) == (exact is None):
        raise invalid_request(
            "Give exactly one of these parameters: unit_amount, unit_amount_decimal.",
            "unit_amount",
            "parameter_missing" if whole is None else None,
        )
    if whole is None and exact is not None and Decimal(exact) == int(Decimal(exact)):
        whole = int(Decimal(exact))
    recurring = sent.get("recurring")
    return {
        "id": new_id("price"),
        "object": "price",
        "active": sent.get("active", True),
        "billing_scheme": "per_unit",
        "created": now,
        "currency": sent["currency"],
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": sent.get("lookup_key"),
        "metadata": merged_metadata({}, sent.get("metadata")),
        "nickname": sent.get("nickname"),
        "product": product_id,
        "recurring": recurring and _recurring(recurring),
        "tax_behavior": sent.get("tax_behavior") or "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": whole,
        "unit_amount_decimal": str(whole) if exact is None else exact,
    }


def _recurring(sent: Object) -> Object:
    return {
        "interval": sent["interval"],
        "interval_count": sent.get("interval_count", 1),
        "meter": None,
        "usage_type": sent.get("usage_type", "licensed"),
    }


def _free_lookup_key(call: Call, own_id: str | None) -> None:
    """Take the wanted lookup key from the price that has it, if that is allowed."""
    key = call.sent.get("lookup_key")
    for price in call.account.of_kind("price").values():
        if key is None or price["lookup_key"] != key or price["id"] == own_id:
            continue
        if not call.sent.get("transfer_lookup_key"):
            message = f"A price (`{price['id']}`) already uses that lookup key."
            raise invalid_request(message, "lookup_key")
        before = dict(price)
        price["lookup_key"] = None
        call.emit_updated(price, before)


@operation(
    "POST",
    "/v1/prices",
    {
        **ATTRIBUTES,
        **AMOUNT,
        "billing_scheme": Text(choices=("per_unit",), clearable=False),
        "currency": Currency(required=True),
        "product": Text(clearable=False),
        "product_data": PRODUCT_DATA,
        "recurring": RECURRING,
    },
    not_yet=(
        "currency_options",
        "custom_unit_amount",
        "tiers",
        "tiers_mode",
        "transform_quantity",
    ),
)
def create_price(call: Call) -> Object:
    """Make a price of a product, which may be made along with it."""
    sent = call.sent
    product_data = sent.get("product_data")
    if sent.get("product") and product_data:
        raise invalid_request("Give either product or product_data.", "product")
    if sent.get("product"):
        product_id = call.account.get("product", sent["product"], "product")["id"]
    elif product_data:
        product_id = product_data.get("id") or new_id("product")
        if product_id in call.account.of_kind("product"):
            raise invalid_request(
                "Product already exists.", "product_data[id]", "resource_already_exists"
            )
    else:
        raise missing("product")
    price = new_price(sent, product_id, call.now())
    _free_lookup_key(call, None)
    if product_data:
        product = call.account.add(new_product(product_data, call.now(), product_id=product_id))
        call.emit("product.created", product)
    call.account.add(price)
    call.emit("price.created", price)
    return price


@operation("GET", "/v1/prices/{price}")
def get_price(call: Call) -> Object:
    """Return a price."""
    return call.account.get("price", call.ids["price"])


@operation("POST", "/v1/prices/{price}", ATTRIBUTES, not_yet=("currency_options",))
def update_price(call: Call) -> Object:
    """Change what may change of a price; its amount may not."""
    price = call.account.get("price", call.ids["price"])
    before = dict(price)
    _free_lookup_key(call, price["id"])
    for name in ("active", "lookup_key", "nickname", "tax_behavior"):
        if name in call.sent:
            price[name] = call.sent[name]
    if "metadata" in call.sent:
        price["metadata"] = merged_metadata(before["metadata"], call.sent["metadata"])
    call.emit_updated(price, before)
    return price


@operation(
    "GET",
    "/v1/prices",
    {
        **DATED_PAGE,
        "active": Boolean(),
        "currency": Currency(),
        "lookup_keys": ListOf(Text(), most=10),
        "product": Text(),
        "recurring": Record(
            {"interval": Text(choices=INTERVALS), "meter": NotYet(), "usage_type": Text()}
        ),
        "type": Text(choices=("one_time", "recurring")),
    },
)
def list_prices(call: Call) -> Object:
    """Return prices, newest first."""
    keys = call.sent.get("lookup_keys")
    rhythm = call.sent.get("recurring") or {}
    chosen = [
        price
        for price in call.account.of_kind("price").values()
        if (not keys or price["lookup_key"] in keys)
        and all((price["recurring"] or {}).get(name) == value for name, value in rhythm.items())
    ]
    return list_kind(call, "price", "active", "currency", "product", "type", among=chosen)
