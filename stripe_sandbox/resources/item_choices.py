"""What a subscription is for, as parameters say it: prices and quantities."""

from collections.abc import Iterable, Sequence

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.starting import Wanted
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.metadata import merged_metadata
from stripe_sandbox.operations import Call
from stripe_sandbox.parameters import (
    Boolean,
    Currency,
    Fields,
    Integer,
    ListOf,
    Metadata,
    NotYet,
    Off,
    Record,
    Text,
)
from stripe_sandbox.resources.prices import AMOUNT, RECURRING, TAX_BEHAVIORS, new_price
from stripe_sandbox.resources.subscription_objects import items_of, new_item

LARGEST_QUANTITY = 999_999
PRICE_CHOICE: Fields = {
    "price": Text(clearable=False),
    "price_data": Record(
        {
            **AMOUNT,
            "currency": Currency(required=True),
            "product": Text(required=True),
            "recurring": Record(
                {name: RECURRING.fields[name] for name in ("interval", "interval_count")},
                required=True,
            ),
            "tax_behavior": Text(choices=TAX_BEHAVIORS, clearable=False),
        }
    ),
    "quantity": Integer(least=0, most=LARGEST_QUANTITY, clearable=False),
}
SELDOM: Fields = {name: NotYet() for name in ("billing_thresholds", "discounts", "tax_rates")}
NEW_ITEMS = ListOf(Record({**SELDOM, **PRICE_CHOICE, "metadata": Metadata()}), most=20)
CHANGED_ITEMS = ListOf(
    Record(
        {
            **SELDOM,
            **PRICE_CHOICE,
            "clear_usage": Off(clearable=False),
            "deleted": Boolean(clearable=False),
            "id": Text(clearable=False),
            "metadata": Metadata(),
        }
    ),
    most=20,
)


def wanted_items(
    call: Call, sent: Sequence[Object] | None, customer: Object, param: str = "items"
) -> list[Wanted]:
    """Return what a new subscription shall be for.

    Prices given inline are kept by ``keep_prices`` only.

    Raises:
        StripeError: 400.
    """
    if not sent:
        raise missing(param)
    wanted = [
        Wanted(
            chosen_price(call, each, f"{param}[{at}]"),
            each.get("quantity", 1),
            merged_metadata({}, each.get("metadata")),
        )
        for at, each in enumerate(sent)
    ]
    check_together([each.price for each in wanted], customer, param)
    return wanted


def chosen_price(call: Call, sent: Object, param: str) -> Object:
    """Return the recurring price that an item names, or that it describes inline.

    Raises:
        StripeError: 400.
    """
    by_id, by_data = sent.get("price"), sent.get("price_data")
    if bool(by_id) == bool(by_data):
        raise invalid_request(
            "Give exactly one of these parameters: price, price_data.",
            f"{param}[price]",
            None if by_id else "parameter_missing",
        )
    if by_data:
        product = call.account.get("product", by_data["product"], f"{param}[price_data][product]")
        return new_price(by_data | {"active": False}, product["id"], call.now())
    price = call.account.get("price", by_id or "", f"{param}[price]")
    product = call.account.get("product", price["product"], f"{param}[price]")
    if not price["active"] or not product["active"]:
        raise invalid_request(
            "The price specified is inactive, or its product is; only active ones can be sold.",
            f"{param}[price]",
        )
    if price["type"] != "recurring":
        raise invalid_request(
            f"The price specified is set to `type=one_time` ({price['id']}), but a subscription "
            "takes prices with `type=recurring` only.",
            f"{param}[price]",
        )
    return price


def check_together(prices: Sequence[Object], customer: Object, param: str) -> None:
    """Refuse prices that one subscription cannot have together.

    Raises:
        StripeError: 400.
    """
    if len({price["id"] for price in prices}) < len(prices):
        raise invalid_request(
            "A subscription cannot have two items of the same price; use quantity.", param
        )
    currencies = {price["currency"] for price in prices}
    if len(currencies) > 1:
        raise invalid_request("All prices of a subscription must be in one currency.", param)
    if customer["currency"] not in (None, *currencies):
        raise invalid_request(
            f"You cannot combine currencies on a single customer. This customer is billed in "
            f"{customer['currency']}.",
            param,
        )
    rhythms = {
        (price["recurring"]["interval"], price["recurring"]["interval_count"]) for price in prices
    }
    if len(rhythms) > 1:
        raise invalid_request(
            "The Stripe sandbox bills all items of a subscription at one interval; "
            "make a subscription for each.",
            param,
        )


def changed_items(
    call: Call, subscription: Object, sent: Sequence[Object] | None, param: str = "items"
) -> list[Object]:
    """Return a subscription's items as they shall become; those not named stay.

    Raises:
        StripeError: 400.
    """
    becoming = {item["id"]: item for item in items_of(subscription)}
    for at, each in enumerate(sent or []):
        name = f"{param}[{at}]"
        if not each.get("id"):
            item = added_item(call, subscription, each, name)
            becoming[item["id"]] = item
        elif each["id"] not in becoming:
            raise invalid_request(
                f"The subscription {subscription['id']} has no item {each['id']}.", f"{name}[id]"
            )
        elif each.get("deleted"):
            del becoming[each["id"]]
        else:
            becoming[each["id"]] = changed_item(call, becoming[each["id"]], each, name)
    if not becoming:
        raise invalid_request(
            "A subscription must have at least one item; cancel it if it shall end.", param
        )
    customer = call.account.get("customer", subscription["customer"])
    check_together([item["price"] for item in becoming.values()], customer, param)
    return list(becoming.values())


def added_item(call: Call, subscription: Object, sent: Object, param: str) -> Object:
    """Return a new item of a subscription, in its current period.

    Raises:
        StripeError: 400.
    """
    price, first = chosen_price(call, sent, param), items_of(subscription)[0]
    item = new_item(
        subscription["id"],
        price,
        sent.get("quantity", 1),
        sent.get("metadata"),
        call.now(subscription),
    )
    times = ("billed_until", "current_period_end", "current_period_start")
    return item | {name: first[name] for name in times}


def changed_item(call: Call, item: Object, sent: Object, param: str) -> Object:
    """Return an item as it shall become.

    Raises:
        StripeError: 400.
    """
    becoming = dict(item)
    if sent.get("price") or sent.get("price_data"):
        becoming["price"] = dict(chosen_price(call, sent, param))
    if "quantity" in sent:
        becoming["quantity"] = sent["quantity"]
    if "metadata" in sent:
        becoming["metadata"] = merged_metadata(item["metadata"], sent["metadata"])
    return becoming


def keep_prices(account: Account, prices: Iterable[Object]) -> None:
    """Keep the prices that were given inline."""
    for price in prices:
        account.of_kind("price").setdefault(price["id"], dict(price))
