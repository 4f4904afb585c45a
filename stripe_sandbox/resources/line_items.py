"""The lines of a Checkout session: prices times quantities."""

from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.expansion import expandable
from stripe_sandbox.identifiers import new_id
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call
from stripe_sandbox.parameters import (
    Currency,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Record,
    Text,
)
from stripe_sandbox.payments.session_amounts import shown_discounts
from stripe_sandbox.resources.prices import AMOUNT, RECURRING, TAX_BEHAVIORS, new_price
from stripe_sandbox.resources.products import new_product

LINE_ITEM = Record(
    {
        "adjustable_quantity": NotYet(),
        "metadata": Metadata(),
        "price": Text(clearable=False),
        "price_data": Record(
            {
                **AMOUNT,
                "currency": Currency(required=True),
                "product": Text(clearable=False),
                "product_data": Record(
                    {
                        "description": Text(longest=40000, clearable=False),
                        "images": ListOf(Text(), most=8),
                        "metadata": Metadata(),
                        "name": Text(required=True),
                        "tax_code": Text(),
                        "unit_label": Text(longest=12),
                    }
                ),
                "recurring": Record(
                    {name: RECURRING.fields[name] for name in ("interval", "interval_count")}
                ),
                "tax_behavior": Text(choices=TAX_BEHAVIORS, clearable=False),
            }
        ),
        "quantity": Integer(least=1, most=999_999, clearable=False),
        "tax_rates": NotYet(),
    }
)


def _discounts(account: Account, item: Object) -> list[Object]:
    return shown_discounts(account, account.details_of(item["id"]).get("discounts", []))


expandable("item", includables={"discounts": _discounts, "taxes": lambda account, item: []})


def new_line_items(call: Call, sent: list[Object]) -> tuple[list[Object], list[Object]]:
    """Return the lines, all in one currency, and the prices and products given inline.

    Nothing is kept yet: that is the caller's to do when all is checked.

    Raises:
        StripeError: 400.
    """
    inline: list[Object] = []
    lines = [_line(call, each, f"line_items[{at}]", inline) for at, each in enumerate(sent)]
    if len({line["currency"] for line in lines}) > 1:
        raise invalid_request("All line items must be in the same currency.", "line_items")
    return lines, inline


def _line(call: Call, sent: Object, name: str, inline: list[Object]) -> Object:
    by_id, by_data = sent.get("price"), sent.get("price_data")
    if by_id and by_data:
        raise invalid_request("Give either price or price_data.", f"{name}[price]")
    if by_id:
        price, product = _listed(call, by_id, f"{name}[price]")
    elif by_data:
        price, product = _inline(call, by_data, f"{name}[price_data]")
        inline += [thing for thing in (product, price) if not call.account.find(thing["id"])]
    else:
        raise missing(f"{name}[price]")
    if "quantity" not in sent:
        raise missing(f"{name}[quantity]")
    if price["recurring"] and call.sent["mode"] != "subscription":
        raise invalid_request(
            "A recurring price can be sold in `subscription` mode only, not in `payment` mode.",
            f"{name}[price]",
        )
    amount = full_amount(price, sent["quantity"])
    return {
        "id": new_id("item"),
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": merged_metadata({}, sent.get("metadata")),
        "price": dict(price),
        "quantity": sent["quantity"],
    }


def _listed(call: Call, price_id: str, param: str) -> tuple[Object, Object]:
    price = call.account.get("price", price_id, param)
    product = call.account.get("product", price["product"], param)
    if not price["active"] or not product["active"]:
        raise invalid_request(
            "The price specified is inactive, or its product is; only active ones can be sold.",
            param,
        )
    return price, product


def _inline(call: Call, sent: Object, name: str) -> tuple[Object, Object]:
    product_id, product_data = sent.get("product"), sent.get("product_data")
    if (product_id is None) == (product_data is None):
        raise invalid_request(
            "Give exactly one of these parameters: product, product_data.",
            f"{name}[product]",
            None if product_id else "parameter_missing",
        )
    if product_data:
        product = new_product({**product_data, "active": False}, call.now())
    else:
        product = call.account.get("product", product_id or "", f"{name}[product]")
    terms: dict[str, Any] = {key: sent[key] for key in sent if key != "product_data"}
    return new_price({**terms, "active": False}, product["id"], call.now()), product
