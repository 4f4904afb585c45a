"""Which parameters and lines go together in a Checkout session, by its mode."""

from collections.abc import Sequence

from stripe_sandbox.accounts import Object
from stripe_sandbox.errors import invalid_request, missing
from stripe_sandbox.operations import Call
from stripe_sandbox.payments.session_amounts import recurring_lines
from stripe_sandbox.payments.subscribing import check_currency

DAY = 24 * 3600
SHORTEST_TRIAL, LONGEST_TRIAL = 2 * DAY, 730 * DAY
MOST_LINES = 20
SELLING = ("payment", "subscription")
# A parameter, and the modes in which it can be sent.
MODES_OF = {
    "allow_promotion_codes": SELLING,
    "customer_creation": ("payment", "setup"),
    "discounts": SELLING,
    "invoice_creation": ("payment",),
    "line_items": SELLING,
    "payment_intent_data": ("payment",),
    "payment_method_collection": ("subscription",),
    "setup_intent_data": ("setup",),
    "submit_type": SELLING,
    "subscription_data": ("subscription",),
}


def check_modes(sent: Object) -> None:
    """Refuse what a session in its mode cannot have.

    Raises:
        StripeError: 400.
    """
    mode, types = sent["mode"], sent.get("payment_method_types") or []
    for name, modes in MODES_OF.items():
        if sent.get(name) is not None and mode not in modes:
            raise invalid_request(f"You can not pass `{name}` in `{mode}` mode.", name)
    if sent.get("submit_type") == "subscribe" and mode != "subscription":
        raise invalid_request("submit_type=subscribe is for `subscription` mode.", "submit_type")
    if mode != "payment" and "us_bank_account" in types:
        raise invalid_request(
            "The Stripe sandbox takes bank accounts in mode=payment only.", "payment_method_types"
        )
    if sent.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid_request(
            f"The Stripe sandbox does not support ui_mode={sent['ui_mode']} yet.", "ui_mode"
        )
    if mode == "setup" and not (types or sent.get("currency")):
        raise missing("currency")
    if mode != "setup" and not sent.get("line_items"):
        raise missing("line_items")


def check_trial(call: Call, customer: Object | None) -> None:
    """Refuse a trial that cannot be offered.

    Raises:
        StripeError: 400.
    """
    wishes = call.sent.get("subscription_data") or {}
    end, name = wishes.get("trial_end"), "subscription_data[trial_end]"
    if end is None:
        return
    if wishes.get("trial_period_days") is not None:
        raise invalid_request("Give either trial_end or trial_period_days.", name)
    now = call.now(customer)
    # A second of grace: the caller's clock was read before the request was sent.
    if not now + SHORTEST_TRIAL - 1 <= end <= now + LONGEST_TRIAL + 1:
        raise invalid_request("trial_end must lie between 2 and 730 days from now.", name)


def check_subscribed_lines(lines: Sequence[Object], customer: Object | None) -> None:
    """Refuse lines that one subscription cannot begin with.

    Raises:
        StripeError: 400.
    """
    prices = [line["price"] for line in recurring_lines(lines)]
    if not prices:
        raise invalid_request(
            "You must provide at least one recurring price in `subscription` mode.", "line_items"
        )
    if max(len(prices), len(lines) - len(prices)) > MOST_LINES:
        raise invalid_request(
            f"In `subscription` mode there can be {MOST_LINES} lines with recurring prices, and "
            f"{MOST_LINES} others.",
            "line_items",
        )
    if len({price["id"] for price in prices}) < len(prices):
        raise invalid_request(
            "A subscription cannot have two items of the same price; use quantity.", "line_items"
        )
    rhythms = [price["recurring"] for price in prices]
    if len({(each["interval"], each["interval_count"]) for each in rhythms}) > 1:
        raise invalid_request(
            "Checkout does not support multiple prices with different billing intervals.",
            "line_items",
        )
    check_currency(customer, prices[0]["currency"])
