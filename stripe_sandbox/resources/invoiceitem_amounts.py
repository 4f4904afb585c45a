"""What an invoice item costs, as parameters say it: an amount, a price, or a price made inline."""

from dataclasses import dataclass

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.errors import invalid_request
from stripe_sandbox.forms import FormValue
from stripe_sandbox.operations import Call
from stripe_sandbox.parameters import Currency, DecimalText, Record, Text
from stripe_sandbox.resources.invoice_objects import pricing_of
from stripe_sandbox.resources.prices import AMOUNT, TAX_BEHAVIORS, new_price

WAYS = ("amount", "price", "pricing", "price_data", "unit_amount", "unit_amount_decimal")


class SignedDecimal(DecimalText):
    """A decimal number that may be negative, kept as its text."""

    def read(self, value: FormValue, name: str) -> str:
        negative = isinstance(value, str) and value.startswith("-")
        unsigned = super().read(value[1:] if isinstance(value, str) and negative else value, name)
        return f"-{unsigned}" if negative else unsigned


PRICE_DATA = Record(
    {
        **AMOUNT,
        "currency": Currency(required=True),
        "product": Text(required=True),
        "tax_behavior": Text(choices=TAX_BEHAVIORS, clearable=False),
    }
)


@dataclass(frozen=True)
class Cost:
    """What was asked for, in the attributes of an invoice item."""

    amount: int
    currency: str
    quantity: int
    # Price or price made inline; an amount has none.
    price: Object | None = None
    # The price of one piece where there is no price object.
    unit: str | None = None

    def attributes(self) -> Object:
        """Return the attributes that an invoice item has by this."""
        return {
            "amount": self.amount,
            "currency": self.currency,
            "pricing": self.price and pricing_of(self.price),
            "quantity": self.quantity,
            "quantity_decimal": str(self.quantity),
        }


def cost_of(call: Call, sent: Object, currency: str, param: str = "") -> Cost | None:
    """Return the cost that was sent; none when nothing of it was.

    Args:
        currency: the one to take where none is named.
        param: the name of the hash that was sent, for errors.

    Raises:
        StripeError: 400.
    """
    ways = [way for way in WAYS if sent.get(way) is not None]
    if not ways:
        return None
    if len(ways) > 1:
        raise invalid_request(f"Give only one of these: {', '.join(ways)}.", _full(param, ways[1]))
    [way] = ways
    currency, quantity = sent.get("currency") or currency, sent.get("quantity", 1)
    if way == "amount":
        if "quantity" in sent:
            raise invalid_request("Give either amount or quantity.", _full(param, "quantity"))
        return Cost(sent["amount"], currency, 1)
    if way in ("unit_amount", "unit_amount_decimal"):
        unit = str(sent[way])
        return Cost(
            full_amount({"unit_amount_decimal": unit}, quantity), currency, quantity, None, unit
        )
    price = _price(call, sent, way, _full(param, way))
    if sent.get("currency") not in (None, price["currency"]):
        raise invalid_request(
            f"The price is in {price['currency']}, not in this currency.", _full(param, "currency")
        )
    return Cost(full_amount(price, quantity), price["currency"], quantity, price)


def _price(call: Call, sent: Object, way: str, param: str) -> Object:
    if way == "price_data":
        data = sent["price_data"]
        product = call.account.get("product", data["product"], f"{param}[product]")
        return new_price(data | {"active": False}, product["id"], call.now())
    price_id = sent["price"] if way == "price" else (sent["pricing"].get("price") or "")
    price = call.account.get("price", price_id, param)
    if not price["active"]:
        raise invalid_request("The price specified is inactive.", param)
    if price["type"] != "one_time":
        raise invalid_request(
            f"The price specified is set to `type=recurring` ({price['id']}), but an invoice item "
            "takes prices with `type=one_time` only.",
            param,
        )
    return price


def recounted(item: Object, unit: str | None, quantity: int) -> Object:
    """Return the attributes of an item of which another quantity is billed.

    Args:
        unit: the price of one piece, where the item does not show it.

    Raises:
        StripeError: 400 for an item that is just an amount.
    """
    unit = item["pricing"]["unit_amount_decimal"] if item["pricing"] else unit
    if unit is None:
        raise invalid_request("This item is an amount; only its amount can be changed.", "quantity")
    amount = full_amount({"unit_amount_decimal": unit}, quantity)
    return {"amount": amount, "quantity": quantity, "quantity_decimal": str(quantity)}


def name_of(account: Account, price: Object | None) -> str | None:
    """Return the name of what a price sells."""
    product = account.of_kind("product").get(price["product"]) if price else None
    return str(product["name"]) if product else None


def _full(param: str, name: str) -> str:
    return f"{param}[{name}]" if param else name
