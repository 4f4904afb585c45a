"""The rules of coupons, promotion codes and discounts, wherever something is discounted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.periods import months_after
from stripe_sandbox.errors import invalid_request, no_such
from stripe_sandbox.resources.discounts import discount_object

# A coupon with its terms, and the promotion code it was reached by, if by one.
Chosen = tuple[Object, Object | None]
# An amount in cents, the product it is for, and whether it may be discounted at all.
Line = tuple[int, str | None, bool]

WAYS = ("coupon", "promotion_code", "discount")
# An invoice in one of these states makes its customer one who has bought before.
BOUGHT = ("open", "paid", "uncollectible")


@dataclass(frozen=True)
class Order:
    """What a discount is asked for.

    Without an ``amount`` no minimum is checked, and without ``products`` no restriction to some.
    """

    customer: Object | None
    currency: str
    amount: int | None = None
    products: Collection[str | None] | None = None


def chosen_discounts(
    activity: Activity,
    sent: Sequence[Object] | None,
    param: str,
    *,
    customer: Object | None,
    currency: str,
    amount: int | None = None,
    products: Collection[str | None] | None = None,
) -> list[Chosen]:
    """Return what a sent list of discounts names, checked and not yet redeemed.

    An entry that names an existing discount gives that one's coupon, unchecked: a caller who
    would rather keep the discount as it is takes such entries out before.

    Args:
        param: the list's name for errors, e.g. ``discounts``.
        amount: what is bought, before discounts; see ``Order``.

    Raises:
        StripeError: 400.
    """
    order = Order(customer, currency, amount, products)
    return [_chosen(activity, each, f"{param}[{at}]", order) for at, each in enumerate(sent or [])]


def _chosen(activity: Activity, sent: Object, param: str, order: Order) -> Chosen:
    account = activity.account
    named = [way for way in WAYS if sent.get(way)]
    if len(named) != 1:
        raise invalid_request("Name exactly one coupon, promotion code or discount.", param)
    [way] = named
    param = f"{param}[{way}]"
    if way == "discount":
        discount = account.get("discount", sent[way], param)
        code = account.of_kind("promotion_code").get(discount["promotion_code"] or "")
        return coupon_of(account, discount["id"]), code
    if way == "promotion_code":
        code = account.get("promotion_code", sent[way], param)
        coupon = account.get("coupon", code["promotion"]["coupon"], param)
    else:
        code, coupon = None, live_coupon(account, sent[way], param)
    check_discount(activity, (coupon, code), order, param)
    return terms_of(account, coupon), code


def live_coupon(account: Account, coupon_id: str, param: str | None = None) -> Object:
    """Return a coupon that was not deleted.

    Raises:
        StripeError: ``resource_missing``, 404 for the URL's id, 400 for a parameter.
    """
    coupon = account.get("coupon", coupon_id, param)
    if account.details_of(coupon_id).get("deleted"):
        raise no_such("coupon", coupon_id, param or "id", 400 if param else 404)
    return coupon


def check_discount(activity: Activity, chosen: Chosen, order: Order, param: str) -> None:
    """Refuse what cannot be redeemed for an order now.

    Raises:
        StripeError: 400; its message is fit for the person who pays.
    """
    account, code = activity.account, chosen[1]
    # What was chosen may be a copy of some time ago: how it stands now decides.
    coupon = terms_of(account, account.get("coupon", chosen[0]["id"], param))
    _check_coupon(activity, coupon, order, param)
    if code:
        _check_code(activity, code, order, param)
        _check_restrictions(account, code, order, param)
    if coupon["currency"] not in (None, order.currency):
        raise invalid_request(
            f"The discount is in {coupon['currency'].upper()}, "
            f"and cannot be used for an order in {order.currency.upper()}.",
            param,
        )
    products = _products_of(coupon)
    if products and order.products is not None and not set(products) & set(order.products):
        raise invalid_request(
            "This discount does not apply to anything in this order.",
            param,
            "coupon_applies_to_nothing",
        )


def _check_coupon(activity: Activity, coupon: Object, order: Order, param: str) -> None:
    if activity.account.details_of(coupon["id"]).get("deleted"):
        raise no_such("coupon", coupon["id"], param, 400)
    if _is_over(coupon["redeem_by"], activity, order):
        raise invalid_request("This discount has expired.", param, "coupon_expired")
    if is_used_up(coupon) or not coupon["valid"]:
        raise invalid_request(
            "This discount was already used as often as it can be.", param, "coupon_expired"
        )


def _check_code(activity: Activity, code: Object, order: Order, param: str) -> None:
    if _is_over(code["expires_at"], activity, order):
        raise invalid_request("This promotion code has expired.", param, "coupon_expired")
    if is_used_up(code):
        raise invalid_request(
            "This promotion code was already used as often as it can be.", param, "coupon_expired"
        )
    if not code["active"]:
        raise invalid_request("This promotion code is not active.", param)
    owner = order.customer and order.customer["id"]
    if code["customer"] not in (None, owner):
        raise invalid_request("This promotion code is meant for another customer.", param)


def _check_restrictions(account: Account, code: Object, order: Order, param: str) -> None:
    wanted = code["restrictions"]
    if wanted["first_time_transaction"] and order.customer and _bought(account, order.customer):
        raise invalid_request(
            "This promotion code is for first purchases, and this customer has bought before.",
            param,
        )
    least, currency = wanted["minimum_amount"], wanted["minimum_amount_currency"]
    if least is None or order.amount is None:
        return
    if currency != order.currency:
        raise invalid_request(
            f"This promotion code is for orders in {currency.upper()} only.", param
        )
    if order.amount < least:
        raise invalid_request(
            "This promotion code needs a higher order: its minimum is "
            f"{Decimal(least) / 100:.2f} {currency.upper()}.",
            param,
        )


def _is_over(end: int | None, activity: Activity, order: Order) -> bool:
    return end is not None and end <= activity.now(order.customer)


def _bought(account: Account, customer: Object) -> bool:
    charges, invoices = account.of_kind("charge"), account.of_kind("invoice")
    return any(
        charge["customer"] == customer["id"] and charge["paid"] for charge in charges.values()
    ) or any(
        invoice["customer"] == customer["id"] and invoice["status"] in BOUGHT
        for invoice in invoices.values()
    )


def is_used_up(thing: Object) -> bool:
    """Tell whether a coupon or promotion code was redeemed as often as it may be."""
    most = thing["max_redemptions"]
    return most is not None and bool(thing["times_redeemed"] >= most)


def new_discount(
    activity: Activity,
    coupon: Object,
    promotion_code: Object | None,
    *,
    start: int,
    **used_for: str | None,
) -> Object:
    """Make a discount and keep it, with the coupon's terms as they are now; nobody is told.

    Args:
        used_for: ids by the discount's attributes: ``customer``, ``subscription``,
            ``subscription_item``, ``invoice``, ``invoice_item``, ``checkout_session``.
    """
    months = coupon["duration_in_months"] if coupon["duration"] == "repeating" else None
    end = months_after(start, months) if months else None
    discount = discount_object(coupon, promotion_code, start, end) | used_for
    activity.account.add(discount)
    activity.account.details_of(discount["id"])["coupon"] = terms_of(activity.account, coupon)
    return discount


def coupon_of(account: Account, discount_id: str) -> Object:
    """Return the coupon behind a discount with its terms; it works on after its deletion."""
    coupon: Object = account.details_of(discount_id)["coupon"]
    return coupon


def terms_of(account: Account, coupon: Object) -> Object:
    """Return a copy of a coupon that tells which products it applies to, which the API hides."""
    hidden = account.details_of(coupon["id"]).get("applies_to")
    return {"applies_to": hidden} | coupon


def _products_of(coupon: Object) -> list[str]:
    applies_to: Any = coupon.get("applies_to") or {}
    return list(applies_to.get("products") or [])


def discount_amounts(coupon: Object, lines: Sequence[Line]) -> list[int]:
    """Return how many cents a coupon takes off each line.

    A percentage is rounded for each line, halves up. An amount is spread over the lines it
    applies to by their share of the whole, and takes no more than there is.

    Args:
        coupon: with its terms, as ``chosen_discounts`` and ``coupon_of`` return it.
    """
    products = _products_of(coupon)
    bases = [
        amount if discountable and amount > 0 and (not products or product in products) else 0
        for amount, product, discountable in lines
    ]
    if coupon["percent_off"] is None:
        return _spread(coupon["amount_off"], bases)
    part = Decimal(str(coupon["percent_off"])) / 100
    return [int((base * part).quantize(Decimal(1), ROUND_HALF_UP)) for base in bases]


def _spread(amount: int, bases: list[int]) -> list[int]:
    """Return shares of an amount by the bases; the largest remainders get what is left."""
    whole = sum(bases)
    total = min(amount, whole)
    if not total:
        return [0 for _ in bases]
    shares = [total * base // whole for base in bases]
    by_remainder = sorted(range(len(bases)), key=lambda at: -(total * bases[at] % whole))
    for at in by_remainder[: total - sum(shares)]:
        shares[at] += 1
    return shares


def redeem(activity: Activity, coupon: Object, promotion_code: Object | None) -> None:
    """Count a redemption that succeeded; what is used up by it ends."""
    live = activity.account.get("coupon", coupon["id"])
    before = dict(live)
    live["times_redeemed"] += 1
    live["valid"] = live["valid"] and not is_used_up(live)
    activity.emit_updated(live, before)
    for code in codes_of(activity.account, live):
        before = dict(code)
        if promotion_code and code["id"] == promotion_code["id"]:
            code["times_redeemed"] += 1
        code["active"] = code["active"] and live["valid"] and not is_used_up(code)
        activity.emit_updated(code, before)


def codes_of(account: Account, coupon: Object) -> list[Object]:
    """Return the promotion codes of a coupon, oldest first."""
    codes = account.of_kind("promotion_code").values()
    return [code for code in codes if code["promotion"]["coupon"] == coupon["id"]]
