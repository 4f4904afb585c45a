"""What a Checkout session comes to: its lines, less its discounts."""

from collections.abc import Sequence

from stripe_sandbox.accounts import Account, Object
from stripe_sandbox.activity import Activity
from stripe_sandbox.billing.amounts import full_amount
from stripe_sandbox.billing.discounting import (
    Chosen,
    Line,
    Order,
    check_discount,
    coupon_of,
    discount_amounts,
    new_discount,
    redeem,
    terms_of,
)
from stripe_sandbox.billing.invoicing import amount_to_collect
from stripe_sandbox.errors import StripeError, invalid_request

SMALLEST_TOTAL, LARGEST_TOTAL = 50, 99_999_999


def put_discounts(activity: Activity, session: Object, chosen: Sequence[Chosen]) -> None:
    """Give a session these discounts in place of those it has, and add it up.

    A payment that waits for 3-D Secure is given up, since it was for another amount.
    """
    account, details = activity.account, activity.account.details_of(session["id"])
    for discount_id in details.get("discounts", []):
        del account.of_kind("discount")[discount_id]
        del account.details[discount_id]
    details.pop("authenticating", None)
    now, owner = activity.now(session), session["customer"]
    # A subscription gets discounts of its own once it is paid.
    used_for = session["id"] if session["mode"] == "payment" else None
    details["discounts"] = [
        new_discount(activity, coupon, code, start=now, customer=owner, checkout_session=used_for)[
            "id"
        ]
        for coupon, code in chosen
    ]
    session["discounts"] = [
        {"coupon": None, "promotion_code": code["id"]}
        if code
        else {"coupon": coupon["id"], "promotion_code": None}
        for coupon, code in chosen
    ]
    add_up_session(account, session)


def add_up_session(account: Account, session: Object) -> None:
    """Set the amounts of an open session and of its lines, from lines and discounts."""
    details = account.details_of(session["id"])
    lines, discounts = details["line_items"], details.get("discounts", [])
    shares = _shares(lines, [coupon_of(account, discount_id) for discount_id in discounts])
    for at, line in enumerate(lines):
        taken = [
            {"amount": amounts[at], "discount": discount_id}
            for amounts, discount_id in zip(shares, discounts, strict=True)
        ]
        account.details_of(line["id"])["discounts"] = taken
        line["amount_discount"] = sum(each["amount"] for each in taken)
        line["amount_total"] = line["amount_subtotal"] - line["amount_discount"]
    details["breakdown"] = [
        {"amount": sum(amounts), "discount": discount_id}
        for amounts, discount_id in zip(shares, discounts, strict=True)
    ]
    whole_discount = sum(line["amount_discount"] for line in lines)
    total = sum(line["amount_total"] for line in lines)
    session |= {
        "amount_subtotal": sum(line["amount_subtotal"] for line in lines),
        "amount_total": total,
        "payment_status": "unpaid" if total else "no_payment_required",
        "total_details": session["total_details"] | {"amount_discount": whole_discount},
    }


def discounted_total(lines: Sequence[Object], coupons: Sequence[Object]) -> int:
    """Return what lines come to under coupons, changing nothing."""
    off = sum(sum(amounts) for amounts in _shares(lines, coupons))
    return int(sum(line["amount_subtotal"] for line in lines)) - off


def whole_price(lines: Sequence[Object]) -> int:
    """Return what lines cost for a whole period, also where a trial makes them free today."""
    return sum(full_amount(line["price"], line["quantity"]) for line in lines)


def due_today(account: Account, session: Object) -> int:
    """Return what paying a session collects; a first invoice settles its customer's balance."""
    total = int(session["amount_total"] or 0)
    if session["mode"] != "subscription":
        return total
    customer = account.of_kind("customer").get(session["customer"] or "") or {}
    return amount_to_collect(total, customer.get("balance", 0))


def needs_method(account: Account, session: Object) -> bool:
    """Tell whether a session cannot be completed without a card or a bank account."""
    is_kept = session["mode"] != "payment" and session["payment_method_collection"] == "always"
    return is_kept or due_today(account, session) > 0


def recurring_lines(lines: Sequence[Object]) -> list[Object]:
    """Return the lines that a subscription is made of."""
    return [line for line in lines if line["price"]["recurring"]]


def renewal_total(account: Account, session: Object) -> int:
    """Return what the periods after the first will cost, under the discounts that last."""
    lines = [
        line | {"amount_subtotal": full_amount(line["price"], line["quantity"])}
        for line in recurring_lines(account.details_of(session["id"])["line_items"])
    ]
    coupons = [coupon for coupon, _ in chosen_of(account, session)]
    return discounted_total(lines, [each for each in coupons if each["duration"] != "once"])


def _shares(lines: Sequence[Object], coupons: Sequence[Object]) -> list[list[int]]:
    """Return what each coupon takes off each line, one coupon after the other."""
    left = [line["amount_subtotal"] for line in lines]
    shares: list[list[int]] = []
    for coupon in coupons:
        bases: list[Line] = [
            (amount, line["price"]["product"], True)
            for amount, line in zip(left, lines, strict=True)
        ]
        amounts = discount_amounts(coupon, bases)
        left = [amount - off for amount, off in zip(left, amounts, strict=True)]
        shares.append(amounts)
    return shares


def check_total(total: int, param: str) -> None:
    """Refuse a total that no card can pay.

    Raises:
        StripeError: 400.
    """
    if 0 < total < SMALLEST_TOTAL:
        raise invalid_request(
            f"The Checkout Session's total amount must be at least {SMALLEST_TOTAL} cents.",
            param,
            "amount_too_small",
        )
    if total > LARGEST_TOTAL:
        raise invalid_request(
            f"The Checkout Session's total amount must be at most {LARGEST_TOTAL} cents.",
            param,
            "amount_too_large",
        )


def chosen_of(account: Account, session: Object) -> list[Chosen]:
    """Return the coupons, with their terms, and promotion codes of a session's discounts."""
    chosen: list[Chosen] = []
    for discount_id in account.details_of(session["id"]).get("discounts", []):
        code_id = account.get("discount", discount_id)["promotion_code"]
        code = account.get("promotion_code", code_id) if code_id else None
        chosen.append((coupon_of(account, discount_id), code))
    return chosen


def shown_discounts(account: Account, taken: Sequence[Object]) -> list[Object]:
    """Return amounts taken with their whole discounts, as breakdowns show them."""
    return [each | {"discount": account.get("discount", each["discount"])} for each in taken]


def named_discounts(account: Account, session: Object) -> list[Object]:
    """Return the name and amount of each discount, for the person who pays."""
    taken = account.details_of(session["id"]).get("breakdown", [])
    return [
        {
            "name": code["code"] if code else coupon["name"] or coupon["id"],
            "percent": coupon["percent_off"],
            "amount": each["amount"],
        }
        for each, (coupon, code) in zip(taken, chosen_of(account, session), strict=True)
    ]


def enter_code(activity: Activity, session: Object, word: str) -> None:
    """Give a session the discount of a promotion code that somebody typed.

    Raises:
        StripeError: 400, and nothing was changed; its message is fit for that person.
    """
    account, param = activity.account, "promotion_code"
    if not session["allow_promotion_codes"]:
        raise invalid_request("This order takes no promotion codes.", param)
    code = _code_called(account, word, session["customer"])
    if code is None:
        raise invalid_request("There is no such promotion code.", param, "resource_missing")
    coupon = terms_of(account, account.get("coupon", code["promotion"]["coupon"]))
    check_discount(activity, (coupon, code), _order_of(account, session), param)
    lines = account.details_of(session["id"])["line_items"]
    check_total(discounted_total(lines, [coupon]), param)
    put_discounts(activity, session, [(coupon, code)])


def remove_code(activity: Activity, session: Object) -> None:
    """Take the discount that somebody typed off again; one that the shop gave stays."""
    if session["allow_promotion_codes"] and session["discounts"]:
        put_discounts(activity, session, [])


def _code_called(account: Account, word: str, customer: str | None) -> Object | None:
    """Return the code that is meant; of those called the same the one that is most usable."""
    called = [
        code
        for code in account.of_kind("promotion_code").values()
        if code["code"].lower() == word.strip().lower()
    ]

    def usability(code: Object) -> tuple[bool, bool, bool]:
        own = code["customer"] in (None, customer)
        return own and code["active"], own, code["customer"] is not None

    return max(reversed(called), key=usability, default=None)


def _order_of(account: Account, session: Object) -> Order:
    lines = account.details_of(session["id"])["line_items"]
    return Order(
        account.of_kind("customer").get(session["customer"] or ""),
        session["currency"],
        whole_price(lines),
        [line["price"]["product"] for line in lines],
    )


def recheck_discounts(activity: Activity, session: Object) -> None:
    """Take off a session's discounts if they cannot be redeemed any more at the moment of paying.

    Raises:
        StripeError: 400, so that nobody pays another amount than they saw.
    """
    order = _order_of(activity.account, session)
    try:
        for chosen in chosen_of(activity.account, session):
            check_discount(activity, chosen, order, "discounts")
    except StripeError as refusal:
        put_discounts(activity, session, [])
        raise invalid_request(
            f"{refusal.message} The discount was taken off: look at the new total.",
            "discounts",
            refusal.code,
        ) from refusal


def redeem_discounts(activity: Activity, session: Object) -> None:
    """Count the redemptions of a session that was paid."""
    for discount_id in activity.account.details_of(session["id"]).get("discounts", []):
        activity.account.get("discount", discount_id)["customer"] = session["customer"]
    for coupon, code in chosen_of(activity.account, session):
        redeem(activity, coupon, code)
